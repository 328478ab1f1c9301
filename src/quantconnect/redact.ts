// Secrets that a call carries, such as a brokerage's password, struck out of its answer before anything else looks at it:
// QuantConnect may repeat in an error what it was sent.

const REDACTED = '[secret]'
/** Shorter ones would strike out half of any text. */
const AT_LEAST = 4
const LINE_AT_LEAST = 8

/** The ways in which a secret may be written in an answer: as it is, escaped, encoded, on one line, line by line. */
function spellings(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1)
  const encoded = encodeURIComponent(secret.toWellFormed())
  const lines = secret.split(/[\r\n]+/).filter((line) => line.length >= LINE_AT_LEAST)
  return [
    secret,
    escaped,
    escaped.replaceAll('/', '\\/'),
    encoded,
    encoded.replaceAll('%20', '+'),
    Buffer.from(secret).toString('base64'),
    secret.replace(/\s+/g, ' '),
    ...lines,
  ]
}

/** A function that redacts secrets in a value, however deep they are in it, names of fields included. */
export function redacting(secrets: readonly string[]): (value: unknown) => unknown {
  // The longest first: one secret may begin with another.
  const all = [...new Set(secrets.filter(({ length }) => length >= AT_LEAST).flatMap(spellings))]
    .filter(({ length }) => length >= AT_LEAST)
    .toSorted((a, b) => b.length - a.length)
  if (!all.length) return (value) => value
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return all.reduce((text, one) => text.replaceAll(one, REDACTED), value)
    if (Array.isArray(value)) return value.map(redact)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redact(name), redact(inner)]))
  }
  return redact
}
