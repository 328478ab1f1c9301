// What a tool has at hand while it does its work: QuantConnect as one account, a way to wait, and a way to be heard
// meanwhile.
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from '../../quantconnect/answer.ts'
import type { CallOptions } from '../../quantconnect/client.ts'
import type { Body } from '../../quantconnect/fields.ts'
import { number, text } from '../../quantconnect/fields.ts'
import { Refusal } from './refusals.ts'

export interface CallSettings {
  /** Whether this call only reads, whatever the tool as a whole does. */
  readonly reads?: boolean
  /** Send as multipart form. */
  readonly form?: boolean
  /** Secrets beside those of the tool's arguments, to be struck out of the answer. */
  readonly secrets?: readonly string[]
  /** Whether an address for a person is the answer that is wanted. */
  readonly redirects?: boolean
}

export interface ToolContext {
  /** One call. Returns the body of an answer; throws `Refusal` for anything else. */
  call(endpoint: string, args: object, settings?: CallSettings): Promise<Body>
  /** One call, whatever comes back, for tools that know what to do with it. */
  ask(endpoint: string, args: object, settings?: CallSettings): Promise<Answer>
  /** Reads what may still be loading, again and again until it is there. Throws `Refusal` when that takes too long. */
  load(endpoint: string, args: object): Promise<Body>
  /**
   * Calls `look` until it says `done`, at most until `seconds` after the call came in, and returns its last word. Reports
   * progress on the way. Ends at once when the caller hangs up. Throws `Refusal` when there was no word at all.
   */
  wait<T>(seconds: number, look: () => Promise<Look<T>>): Promise<T>
  /**
   * The same for work that has begun: when looking fails, or the caller hangs up, there is still the last word to tell, or
   * `begun`, since the work goes on whatever becomes of our looking, and whoever calls again wants to know of it.
   */
  follow<T>(begun: T, seconds: number, look: () => Promise<Look<T>>): Promise<T>
  /** Whether a person can be sent to an address by way of the client (URL elicitation, MCP 2026-07-28). */
  readonly canOpen: boolean
  /** What the person answered to the requests of an earlier round, by key; not to be trusted. */
  readonly responses: Readonly<Record<string, unknown>> | undefined
}

export interface Look<T> {
  readonly done: boolean
  readonly value: T
  /** In percent, when known, and in words. */
  readonly progress?: number | undefined
  readonly message?: string
}

/** Clients give up on a call after 60 s; an answer that says where things stand is worth more than none. */
export const WAIT_AT_MOST = 50
/** Pauses between looks, in milliseconds; the last one repeats. */
const PAUSES = [500, 1_000, 1_500, 2_000]

interface ContextSuppliers {
  readonly ask: (
    endpoint: string,
    args: object,
    options: CallOptions & Pick<CallSettings, 'redirects'>,
  ) => Promise<Answer>
  readonly readOnly: boolean
  readonly signal: AbortSignal
  /** Secrets among the tool's arguments. */
  readonly secrets: readonly string[]
  /** Tells whoever called how far things are; absent when they did not want to know. */
  readonly report?: ((progress: number, message?: string) => Promise<void>) | undefined
  readonly canOpen: boolean
  readonly responses: Readonly<Record<string, unknown>> | undefined
}

export function createToolContext({
  ask: send,
  readOnly,
  signal,
  secrets,
  report,
  canOpen,
  responses,
}: ContextSuppliers): ToolContext {
  const began = performance.now()
  const secondsSince = () => (performance.now() - began) / 1000
  /** What ends a call: the caller who hangs up, and during a wait its end. */
  let ends = signal
  let reported = -1

  /** The protocol wants progress to rise each time, so a step without news counts as a small one. */
  async function reportProgress({ progress = 0, message }: Look<unknown>): Promise<void> {
    reported = Math.round(Math.max(Math.min(progress, 99), reported + 0.01) * 100) / 100
    await report?.(reported, message)
  }

  /** Looks until it is done or the time is up, and leaves the last word in `latest`. */
  async function watch<T>(seconds: number, look: () => Promise<Look<T>>, latest: { value?: T }): Promise<void> {
    const until = Math.min(seconds, WAIT_AT_MOST)
    const timeUp = AbortSignal.timeout(Math.ceil(Math.max(0, until - secondsSince()) * 1000))
    ends = AbortSignal.any([signal, timeUp])
    try {
      for (let round = 0; ; round += 1) {
        const seen = await look()
        latest.value = seen.value
        const wait = PAUSES[Math.min(round, PAUSES.length - 1)] ?? 0
        if (seen.done || secondsSince() + wait / 1000 > until) return
        await reportProgress(seen)
        await pause(wait, undefined, { signal: ends })
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!timeUp.aborted) throw error
    } finally {
      ends = signal
    }
  }

  const context: ToolContext = {
    canOpen,
    responses,
    ask: (endpoint, args, { reads = readOnly, form = false, secrets: more = [], redirects = false } = {}) =>
      send(endpoint, args, { retry: reads, form, signal: ends, secrets: [...secrets, ...more], redirects }),

    async call(endpoint, args, settings) {
      const answer = await context.ask(endpoint, args, settings)
      if (answer.kind !== 'done') throw new Refusal({ reason: 'quantconnect', answer })
      return answer.body
    },

    load: (endpoint, args) =>
      context
        .wait(WAIT_AT_MOST, async () => {
          const body = await context.call(endpoint, args, { reads: true })
          const loading = text(body.status) === 'loading' || body.generating === true
          const progress = (number(body.progress) ?? 0) * 100
          return { done: !loading, value: { body, loading }, progress, message: 'QuantConnect is gathering the data' }
        })
        .then(({ body, loading }) => {
          if (loading) throw new Refusal({ reason: 'quantconnect', answer: { kind: 'loading' } })
          return body
        }),

    async wait<T>(seconds: number, look: () => Promise<Look<T>>) {
      const latest: { value?: T } = {}
      await watch(seconds, look, latest)
      if (!('value' in latest)) throw new Refusal({ reason: 'quantconnect', answer: { kind: 'timeout' } })
      return latest.value as T // sound: `watch` has put it there
    },

    async follow<T>(begun: T, seconds: number, look: () => Promise<Look<T>>) {
      const latest = { value: begun }
      await watch(seconds, look, latest).catch(() => {})
      return latest.value
    },
  }
  return context
}
