// Secrets that travel in arguments, such as a brokerage's password: they go to QuantConnect and nowhere else, also when
// it repeats them in an answer.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** An argument that is a secret. It carries `writeOnly` in the schema, and its value is struck out of every answer. */
export const secret = (description: string) =>
  z
    .string()
    .refine((value) => value !== '', 'Must not be empty.')
    .describe(description)
    .meta({ writeOnly: true })

type Schema = Readonly<Record<string, unknown>>

/** The names of the secret properties anywhere in a JSON Schema. */
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

/** Shorter ones would strike out half of any text. */
const SECRET_AT_LEAST = 4

function valuesOf(args: unknown, names: ReadonlySet<string>): string[] {
  if (typeof args !== 'object' || args === null) return []
  return Object.entries(args).flatMap(([name, value]) =>
    names.has(name) && typeof value === 'string' && value.length >= SECRET_AT_LEAST ? [value] : valuesOf(value, names),
  )
}

/** A value, however deep, in which none of the secrets is left. */
export function strikeOut(value: unknown, secrets: readonly string[]): unknown {
  const strike = (inner: unknown) => strikeOut(inner, secrets)
  if (typeof value === 'string') return secrets.reduce((text, one) => text.replaceAll(one, '[secret]'), value)
  if (Array.isArray(value)) return value.map(strike)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [strike(name), strike(inner)]))
}

/** A result in which no secret of the arguments is left. */
export function withoutSecrets(result: CallToolResult, args: unknown, names: ReadonlySet<string>): CallToolResult {
  const values = names.size ? valuesOf(args, names) : []
  if (!values.length) return result
  const strike = (value: unknown) => strikeOut(value, values)
  const content = result.content.map((part) => (part.type === 'text' ? { ...part, text: strike(part.text) } : part))
  return { ...result, content, structuredContent: strike(result.structuredContent) } as CallToolResult // sound: same shape
}
