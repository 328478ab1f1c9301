// An answer blown up to some megabytes: its longest list repeats its rows, so that the bulk stands where a client looks.

const HUGE = 3_000_000
const BALLAST = 'One of many rows that nobody needs. '.repeat(10)

function* listsIn(value: unknown): Generator<unknown[]> {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value) && value.length > 0) yield value
  for (const part of Object.values(value)) yield* listsIn(part)
}

const sizeOf = (value: unknown): number => JSON.stringify(value).length

export function ballooned(answer: object): object {
  const copy = structuredClone(answer)
  const [longest] = [...listsIn(copy)].sort((a, b) => sizeOf(b) - sizeOf(a))
  if (!longest) return { ...copy, ballast: Array.from({ length: Math.ceil(HUGE / BALLAST.length) }, () => BALLAST) }
  const rows = [...longest]
  const more = Math.ceil(HUGE / sizeOf(rows))
  for (let count = 0; count < more; count += 1) for (const row of rows) longest.push(row)
  return copy
}
