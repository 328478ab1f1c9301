// Waiting that a signal can end. `AbortSignal.timeout` and `AbortSignal.any` leave the cleaning up to the garbage collector, which at
// a thousand calls a second has tens of thousands of them to look after; what calls need of both is here, and cleans up by itself.
import { setTimeout as sleep } from 'node:timers/promises'

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Waits so many milliseconds. Rejects with the signal's reason when it aborts. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {})
  } catch (error) {
    signal?.throwIfAborted() // the reason itself, and not an error that holds it
    throw error
  }
}

/** A limit of time. */
export interface TimeLimit {
  /** Aborts when it is over. */
  readonly signal: AbortSignal
  /** Ends it before. */
  end(): void
}

/** A limit of so many milliseconds, which somebody has to end. */
export function timeLimit(milliseconds: number): TimeLimit {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(new DOMException('The time is up', 'TimeoutError')), milliseconds)
  return { signal: over.signal, end: () => clearTimeout(timer) }
}

/** A signal that aborts with the first of these, which must not live longer than what it is for. */
export function firstOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const [only, ...others] = signals.filter((signal) => signal !== undefined)
  if (only && !others.length) return only
  const first = new AbortController()
  for (const signal of [only, ...others]) {
    if (signal?.aborted) first.abort(signal.reason)
    signal?.addEventListener('abort', () => first.abort(signal.reason), { once: true })
  }
  return first.signal
}
