// Answers that are still being given: a slow call, a stream of server-sent events (SSE). The gate looks at a request once,
// when it comes; what lasts is looked at again and again, so that a connection that ends or changes anywhere, ends or
// changes here too.
import type { ServerResponse } from 'node:http'
import type { Grant } from '../grants/grant-record.ts'
import type { Grants } from '../grants/grants.ts'
import { isEnded } from '../grants/grants.ts'
import { suspensionOf } from '../grants/suspension.ts'
import { Refusal } from './calls/refusals.ts'
import type { Identity } from './gate.ts'
import type { Stream } from './subscriptions.ts'
import { allowed } from './subscriptions.ts'

const LOOK_EVERY_MS = 1_000
/** In so many parts, so that ten thousand streams are not looked at in one go, while everybody waits. */
const PARTS = 10

/**
 * Streams of one grant, in one process. One more ends the oldest, and is not refused: a computer that was asleep or lost
 * its network comes back with a new stream, while its old one still looks alive from here.
 */
export const MOST_STREAMS = 8

export interface OpenAnswers {
  /**
   * Watches over an answer until it is given. When its grant or its authorization ends, a stream is ended and any other answer
   * cut off. When it is suspended, the signal aborts, with the `Refusal` that says so.
   */
  watch(identity: Identity, answer: ServerResponse, stream?: Stream): AbortSignal
}

interface Open {
  /** The authorization that it was asked for with. */
  readonly authorization: string
  readonly answer: ServerResponse
  readonly stream: Stream | undefined
  readonly suspended: AbortController
  /** The grant as its client knows it, if it has listened. */
  known: Grant
  ended: boolean
}

export function createOpenAnswers(grants: Pick<Grants, 'find'>): OpenAnswers {
  const open = new Map<string, Set<Open>>()

  async function look(grantId: string, answers: ReadonlySet<Open>): Promise<void> {
    const grant = await grants.find(grantId)
    for (const one of answers) {
      if (!grant || one.ended || isEnded(grant, one.authorization)) end(one)
      else tell(one, grant)
    }
  }
  /** The one that was looked at longest ago, or is the oldest that never was. It goes to the end. */
  function next(): [string, ReadonlySet<Open>] | undefined {
    const [first] = open
    if (!first) return undefined
    open.delete(first[0])
    open.set(...first)
    return first
  }
  let due = 0
  setInterval(() => {
    for (due += open.size / (PARTS - 1); due >= 1; due -= 1) {
      const one = next()
      // A store that cannot be asked now will be asked again in a moment; new requests are refused meanwhile.
      if (one) look(...one).catch(() => {})
    }
  }, LOOK_EVERY_MS / PARTS).unref()

  return {
    watch({ grant, claims }, answer, stream) {
      const suspended = new AbortController()
      const one: Open = {
        authorization: claims.auth_id,
        answer,
        stream,
        suspended,
        known: grant,
        ended: false,
      }
      const answers = open.get(grant.id) ?? new Set()
      open.set(grant.id, answers.add(one))
      const [oldest, ...newer] = [...answers].filter(({ stream, ended }) => stream && !ended)
      if (oldest && newer.length >= MOST_STREAMS) end(oldest)
      answer.once('close', () => {
        answers.delete(one)
        if (!answers.size && open.get(grant.id) === answers) open.delete(grant.id)
      })
      return suspended.signal
    },
  }
}

/** Ends a stream; if it does not end, since nobody reads it, it is cut off the second time. */
function end(one: Open): void {
  if (one.stream && !one.ended) one.stream.end()
  else one.answer.destroy()
  one.ended = true
}

function tell(one: Open, grant: Grant): void {
  const why = suspensionOf(grant)
  if (why && !one.suspended.signal.aborted) one.suspended.abort(new Refusal({ reason: 'suspended', why }))
  if (one.stream && allowed(grant) !== allowed(one.known)) one.stream.changed()
  one.known = grant
}
