// QuantConnect's own words about a refusal. They reach a model and a page, so they are bounded and hold only text.

const MAX_REASONS = 10
const MAX_LENGTH = 1_000

/** Controls and separators. What else cannot be seen is for whoever shows it to remove. */
const BLANKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu

const clean = (reason: string): string => {
  const seen = reason.slice(0, MAX_LENGTH).replace(BLANKS, ' ').trim()
  return reason.length > MAX_LENGTH ? `${seen.replace(/[\ud800-\udbff]$/, '')}…` : seen
}

/** The reasons in a refusal. They arrive as `errors`, `messages` (lists) or `Message` (text). */
export function reasonsIn(body: Readonly<Record<string, unknown>>): string[] {
  const lists = [body.errors, body.messages].flatMap((list) => (Array.isArray(list) ? list : []))
  const reasons = [...lists, body.Message]
    .filter((reason) => typeof reason === 'string')
    .map(clean)
    .filter((reason) => reason !== '')
  return reasons.length ? reasons.slice(0, MAX_REASONS) : ['QuantConnect gave no reason.']
}

/** Whether a reason is about the signature or the user id: the words that QuantConnect's own clients look for. */
export const isCredentialProblem = (reason: string): boolean => /^(Hash doesn't match\.|UserID not valid)/.test(reason)
