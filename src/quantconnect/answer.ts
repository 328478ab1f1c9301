// What QuantConnect's answers mean. Success is a field, not a status; a refusal usually comes as HTTP 200.

/** One answer, told apart by what can be done about it. */
export type Answer =
  | { readonly kind: 'done'; readonly body: Readonly<Record<string, unknown>> }
  /** QuantConnect said no, in these words. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** The user id or API token is not accepted (any more). */
  | { readonly kind: 'credentials'; readonly reasons: readonly string[] }
  /** No answer in time. Whether the work was done is unknown. */
  | { readonly kind: 'timeout' }
  /** No usable answer. `status` is absent when no connection was made; `sent` tells whether work may have been done. */
  | { readonly kind: 'unavailable'; readonly status?: number; readonly sent: boolean }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reasons arrive as `errors`, `messages` (lists) or `Message` (text). */
function reasonsIn(body: Record<string, unknown>): string[] {
  const lists = [body.errors, body.messages].flatMap((list) => (Array.isArray(list) ? list : []))
  const words = [...lists, body.Message].filter((reason) => typeof reason === 'string' && reason !== '')
  return words.length ? (words as string[]) : ['QuantConnect gave no reason.']
}

const isCredentialProblem = (reason: string) => /^(Hash doesn't match\.|UserID not valid)/.test(reason)

/** Reads one HTTP answer: its status and its text. */
export function readAnswer(status: number, text: string): Answer {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined // seen with 500 and from gateways
  }
  if (status === 401) {
    return { kind: 'credentials', reasons: isRecord(body) ? reasonsIn(body) : ['QuantConnect answered 401.'] }
  }
  if (status >= 500 || !isRecord(body)) return { kind: 'unavailable', status, sent: true }
  if (body.success === false) {
    const reasons = reasonsIn(body)
    return { kind: reasons.some(isCredentialProblem) ? 'credentials' : 'refused', reasons }
  }
  if (status >= 300) return { kind: 'unavailable', status, sent: true }
  return { kind: 'done', body }
}
