// One signed POST: sent once, bounded in size, and read into an answer whatever comes.
import type { Readable } from 'node:stream'
import { nextBatch } from '../batches.ts'
import { unixTime } from '../unix-time.ts'
import type { Credentials } from '../vault/vault.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './answer.ts'
import { signedHeaders } from './authentication.ts'
import { exchange } from './exchange.ts'
import { redirectLocation } from './redirect.ts'
import type { RequestBody } from './request-body.ts'
import { httpDate, retryAfterSeconds } from './retry-after.ts'

const MAX_ANSWER_BYTES = 32 * 1024 * 1024

export interface Sent {
  readonly answer: Answer
  /** The HTTP status, when there was an answer. */
  readonly status?: number
  /** By how many milliseconds our clock is ahead of QuantConnect's, when the answer has a `Date`. */
  readonly ahead?: number
}

/** How a request is sent. */
interface Sending {
  /** Whether it changes nothing. */
  readonly reads: boolean
  /** How long it may take, its answer included. */
  readonly budget: AbortSignal
  /** The caller's. */
  readonly signal?: AbortSignal | undefined
  /** Those in the body that its answer must not repeat. */
  readonly secrets?: readonly string[]
}

/** Sends a request, once. The reason of the caller's signal is the only thing that this throws. */
export async function send(
  { userId, apiToken }: Credentials,
  url: string,
  { headers, body }: RequestBody,
  { reads, budget, signal, secrets = [] }: Sending,
): Promise<Sent> {
  try {
    const response = await exchange({
      url,
      headers: { ...signedHeaders(userId, apiToken, unixTime()), ...headers, 'user-agent': 'qcgate' },
      body,
      reads,
      signals: signal ? [budget, signal] : [budget],
    })
    const now = Date.now()
    const { status } = response
    const theirs = httpDate(response.headers.date)
    const ahead = theirs === undefined ? {} : { ahead: now - theirs }
    const text = await readBounded(response.body)
    await nextBatch() // from here on it is all work
    if (text === undefined) return { answer: { kind: 'unavailable', status, sent: true }, status, ...ahead }

    // A date is meant by the clock of whoever wrote it.
    const retryAfter = retryAfterSeconds(response.headers['retry-after'], theirs ?? now)
    const location = redirectLocation(response.headers.location, url)
    const hints = {
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(location === undefined ? {} : { location }),
    }
    return { answer: await readAnswer(status, text, hints, secrets), status, ...ahead }
  } catch (error) {
    signal?.throwIfAborted()
    return { answer: budget.aborted ? { kind: 'timeout' } : { kind: 'unavailable', sent: !neverConnected(error) } }
  }
}

/** Whether there was no connection that could have carried anything. */
function neverConnected(error: unknown): boolean {
  // A system error, or one for each address that was tried.
  const { errors = [error] } = error as { errors?: unknown[] }
  return errors.length > 0 && errors.every((one) => isOfConnecting(one as SystemError))
}

interface SystemError {
  readonly syscall?: string
}

const isOfConnecting = ({ syscall }: SystemError): boolean => syscall === 'connect' || syscall === 'getaddrinfo'

/** The text of an answer, or undefined when it is too large to be kept; it is not read to its end then. */
async function readBounded(body: Readable | undefined): Promise<string | undefined> {
  const decoder = new TextDecoder() // unlike Buffer's toString, it drops a byte order mark
  const texts: string[] = []
  let latest: Buffer | undefined
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) return undefined
    if (latest) texts.push(decoder.decode(latest, { stream: true }))
    latest = chunk
  }
  return texts.join('') + decoder.decode(latest)
}
