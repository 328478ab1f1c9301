// Sends inputs and holds every answer to the same sentences: no 5xx, no crash, no secret, and nothing in the log that is a fault
// of ours. What failed is told with the seed and the smallest input that does it again.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import fc from 'fast-check'
import type { Input } from './inputs.ts'
import { inputsFor } from './inputs.ts'
import type { World } from './world.ts'

/** Inputs that are on their way at once. */
const AT_ONCE = 8
/** After so many rounds what they have ended is made good. */
const MEND_EVERY = 10
/** Longer than any answer takes; a stream that is meant to stay open is left then. */
const PATIENCE_MS = 20_000

interface Answer {
  readonly status: number
  readonly text: string
}

/** What fuzzing found out. */
export interface Counted {
  readonly inputs: number
  /** How often each status was the answer. */
  readonly statuses: ReadonlyMap<number, number>
}

/** Makes so many inputs. Throws with the first that breaks a sentence. */
export async function fuzz(world: World, count: number, seed: number): Promise<Counted> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const statuses = new Map<number, number>()
  let rounds = 0
  try {
    const inputs = fc.array(inputsFor(world), { minLength: AT_ONCE, maxLength: AT_ONCE })
    await fc.assert(
      fc.asyncProperty(inputs, async (all) => {
        if (rounds++ % MEND_EVERY === 0) await world.mend()
        const logged = world.server.output().length
        const answers = await Promise.all(all.map((input) => send(world, agent, input)))
        for (const [index, { status, text }] of answers.entries()) {
          const { method, path, body } = all[index] ?? {}
          const what = `${method} ${path?.slice(0, 200)} ${String(body ?? '').slice(0, 500)}\n${status}: ${text.slice(0, 500)}`
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          assert.ok(status < 500, what)
          for (const secret of world.secrets()) assert.ok(!text.includes(secret), `an answer holds a secret: ${what}`)
        }
        const log = world.server.output().slice(logged)
        const faults = log.split('\n').filter((line) => /"level":[56]0/.test(line))
        assert.deepEqual(faults, [], 'the log tells of a fault')
        for (const secret of world.secrets()) assert.ok(!log.includes(secret), 'the log holds a secret')
      }),
      { numRuns: Math.ceil(count / AT_ONCE), seed, endOnFailure: false },
    )
  } finally {
    agent.destroy()
  }
  return { inputs: rounds * AT_ONCE, statuses }
}

/** Sends one input as it is, which `fetch` would not. Throws when the connection breaks. */
async function send(world: World, agent: Agent, input: Input): Promise<Answer> {
  const { method } = input
  const path = world.fill(input.path)
  const headers = Object.fromEntries(Object.entries(input.headers).map(([name, value]) => [name, world.fill(value)]))
  const body = typeof input.body === 'string' ? world.fill(input.body) : input.body
  const outgoing = request({
    agent,
    host: '127.0.0.1',
    port: world.server.port,
    method,
    path,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    timeout: PATIENCE_MS,
  })
  outgoing.end(body)
  const [response] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() }
}
