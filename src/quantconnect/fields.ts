// Reading answers that nobody promised the shape of: a field that is missing, null or of another kind counts as absent.

/** The body of an answer. */
export type Body = Readonly<Record<string, unknown>>

/** An object; an empty one for anything else, `[]` included, which is how QuantConnect writes empty sets. */
export const record = (value: unknown): Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {}

/** A list; also one whose places are numbered, which is how QuantConnect writes one with gaps. Else an empty one. */
export const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  const places = Object.keys(record(value))
  return places.every((place) => /^\d+$/.test(place)) ? Object.values(record(value)) : []
}

/** The records of a list. */
export const records = (value: unknown): Body[] => list(value).map(record)

/** The one record that an answer is about, whether it comes alone or in a list. */
export function only(value: unknown): Body {
  const [first] = list(value)
  return first === undefined ? record(value) : only(first)
}

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** An id, as text; some come as numbers. */
export const idIn = (value: unknown): string | undefined => (typeof value === 'number' ? `${value}` : text(value))

/** A number, also one that arrived as its spelling. */
export function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined
}
