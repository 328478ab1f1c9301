// Answers that are still being given: a slow call, a stream. The gate looks at a request once, when it comes; what lasts
// is looked at again and again, so that a connection that ends anywhere ends here too.
import type { ServerResponse } from 'node:http'
import type { Grants } from '../grants/grants.ts'

const LOOK_EVERY_MS = 1_000

export interface OpenAnswers {
  /** Watches over an answer until it is given. It is cut off when its grant ends. */
  watch(grantId: string, answer: ServerResponse): void
}

export function createOpenAnswers(grants: Grants): OpenAnswers {
  const open = new Map<string, Set<ServerResponse>>()

  async function look(grantId: string, answers: ReadonlySet<ServerResponse>): Promise<void> {
    if (await grants.find(grantId)) return
    for (const answer of answers) answer.destroy()
  }
  setInterval(() => {
    // A store that cannot be asked now will be asked again in a moment; new requests are refused meanwhile.
    for (const [grantId, answers] of open) look(grantId, answers).catch(() => {})
  }, LOOK_EVERY_MS).unref()

  return {
    watch(grantId, answer) {
      const answers = open.get(grantId) ?? new Set()
      open.set(grantId, answers.add(answer))
      answer.once('close', () => {
        answers.delete(answer)
        if (!answers.size && open.get(grantId) === answers) open.delete(grantId)
      })
    },
  }
}
