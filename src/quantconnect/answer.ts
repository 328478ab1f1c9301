// What QuantConnect's answers mean. Success is a field, not a status; a refusal usually comes as HTTP 200.
import { inPortions } from '../portions.ts'
import { readPieces } from './read-json.ts'
import { isCredentialProblem, reasonsIn } from './reasons.ts'
import { redacting } from './redact.ts'

/** One answer, told apart by what can be done about it. */
export type Answer =
  /** The work was done. Answers of the AI endpoints, which say nothing of success, are among them. */
  | { readonly kind: 'done'; readonly body: Readonly<Record<string, unknown>> }
  /** QuantConnect said no, in these words. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** The user id or API token is not accepted (any more), and `/authenticate` says the same. Nothing was done. */
  | { readonly kind: 'credentials'; readonly reasons: readonly string[] }
  /** Signatures are refused, and the clock of this machine is the likelier cause. Nothing was done, nobody is to blame. */
  | { readonly kind: 'clock' }
  /** What was sent is larger than QuantConnect takes (HTTP 413). Nothing was done. */
  | { readonly kind: 'too-large' }
  /** An address for a person to open in a browser. It was not followed, and the signed headers went nowhere else. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** Too many requests (HTTP 429), also after the retries. Nothing was done. `retryAfter` is in seconds, when told. */
  | { readonly kind: 'rate-limited'; readonly retryAfter?: number }
  /** Too many calls of this account wait already. Nothing was sent. */
  | { readonly kind: 'busy' }
  /** No answer in time. Whether the work was done is unknown. */
  | { readonly kind: 'timeout' }
  /**
   * No usable answer. `status` is absent when there was none; `sent` tells whether work may have been done. `retryAfter`
   * is in seconds, when told.
   */
  | { readonly kind: 'unavailable'; readonly status?: number; readonly sent: boolean; readonly retryAfter?: number }

/** What the headers of an answer add, already judged. */
export interface Hints {
  /** Seconds. */
  readonly retryAfter?: number
  /** An address that a person may be sent to. */
  readonly location?: string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads one HTTP answer: its status, its text and what its headers add. `credentials` is only what this one answer says;
 * it takes `/authenticate` to be sure. `secrets` are those of the request, which leave the answer before it is read.
 */
export async function readAnswer(
  status: number,
  text: string,
  { retryAfter, location }: Hints = {},
  secrets: readonly string[] = [],
): Promise<Answer> {
  const hint = retryAfter === undefined ? {} : { retryAfter }
  if (status === 413) return { kind: 'too-large' }
  if (status === 429) return { kind: 'rate-limited', ...hint }
  if (status >= 300 && status < 400) {
    return location === undefined ? { kind: 'unavailable', status, sent: true } : { kind: 'redirect', location }
  }
  const body = redacting(secrets)(await parse(text))
  if (status === 401) {
    return { kind: 'credentials', reasons: isRecord(body) ? reasonsIn(body) : ['QuantConnect answered 401.'] }
  }
  if (status >= 500) return { kind: 'unavailable', status, sent: true, ...hint }
  if (!isRecord(body)) return { kind: 'unavailable', status, sent: true }
  if (NO.includes(body.success)) {
    const reasons = reasonsIn(body)
    return { kind: reasons.some(isCredentialProblem) ? 'credentials' : 'refused', reasons }
  }
  return status >= 300 ? { kind: 'unavailable', status, sent: true } : { kind: 'done', body }
}

/** How an answer says that the work was not done; as its other fields, this one may come in another type. */
const NO: readonly unknown[] = [false, 'false', 0]

async function parse(text: string): Promise<unknown> {
  try {
    return await inPortions(readPieces(text))
  } catch {
    return undefined // seen with 500 and from gateways
  }
}
