// JSON in the one form in which it is hashed and signed (RFC 8785).
import canonicalize from 'canonicalize'

/**
 * The canonical JSON of a value that JSON can hold; what JSON leaves out is left out. Half of a surrogate pair, which is no text (RFC
 * 7493 §2.1), becomes the sign for what cannot be shown.
 */
export const canonicalJson = (value: unknown): string =>
  canonicalize(wellFormed(JSON.parse(JSON.stringify(value)))) ?? ''

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toWellFormed(), wellFormed(one)]))
}
