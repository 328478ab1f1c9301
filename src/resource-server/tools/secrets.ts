// Secrets that travel in arguments, such as a brokerage's password: they go to QuantConnect and nowhere else. The client
// of its API strikes them out of the answer.
import * as z from 'zod'

/** A key in the longest form there is has 54 lines and 3,500 characters. Each line is struck out of every text by itself. */
const LONGEST = 16_384
const MOST_LINES = 200
const isShort = (secret: string): boolean =>
  secret.length <= LONGEST && secret.split(/[\r\n]+/, MOST_LINES + 1).length <= MOST_LINES

/** An argument that is a secret. Its description says so to clients and models, and its value is struck out of every answer. */
export const secret = (description: string) =>
  z
    .string()
    .refine((value) => value !== '', 'Must not be empty.')
    .refine(isShort, `Must have at most ${LONGEST} characters and ${MOST_LINES} lines.`)
    .meta({ description: `Secret: ${description}`, writeOnly: true })

type Schema = Readonly<Record<string, unknown>>

/** The names of the secret properties anywhere in a JSON Schema. `writeOnly` marks them, which no client sees (schemas.ts). */
export function secretNames(schema: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) {
      if ((value as Schema | null)?.writeOnly === true) names.add(key)
      walk(value)
    }
  }
  walk(schema)
  return names
}

/** The secrets among the arguments of a call, by the names of the arguments that are secrets. */
export function secretsIn(args: unknown, names: ReadonlySet<string>): string[] {
  if (typeof args !== 'object' || args === null || !names.size) return []
  return Object.entries(args).flatMap(([name, value]) =>
    names.has(name) && typeof value === 'string' ? [value] : secretsIn(value, names),
  )
}
