// What a tool takes and gives, as JSON Schema in the few keywords that every model's provider takes. Clients hand a schema
// on as it is, and a provider that does not know one keyword of one tool refuses every message of a conversation. What no
// keyword says stands in a description; zod holds the arguments to all of it (docs/providers.md).
import type { Tool as WireTool } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { Tool } from './tool.ts'

export type Schema = Readonly<Record<string, unknown>>

/** How a keyword of zod's is told here; one that is not in the table stays as it is. */
const TOLD: Readonly<Record<string, (value: never, schema: Schema) => Schema>> = {
  // What every JSON object and every JavaScript number satisfies.
  propertyNames: () => ({}),
  minimum: (minimum: number) => (minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
  maximum: (maximum: number) => (maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  // What is told in words, see `described`.
  minLength: () => ({}), // nobody means an empty name or id
  maxLength: () => ({}),
  default: () => ({}),
  writeOnly: () => ({}),
  exclusiveMinimum: (bound: number, { type }) => (type === 'integer' ? { minimum: bound + 1 } : {}),
  description: (_says: string, schema) => (unionOf(schema) ? {} : { description: described(schema) }),
  const: (value: unknown) => ({ enum: [value] }),
  type: (type: string | string[]) =>
    typeof type === 'string' ? { type } : { anyOf: type.map((one) => ({ type: one })) },
  oneOf: union,
  anyOf: union,
  items: (items: Schema) => ({ items: toldSchema(items) }),
  properties: (properties: Readonly<Record<string, Schema>>) => ({
    properties: Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, toldSchema(schema)])),
  }),
  additionalProperties: (others: Schema | false) => ({
    additionalProperties: others && (Object.keys(others).length ? toldSchema(others) : true),
  }),
}

const toldSchema = (schema: Schema): Schema =>
  Object.assign(
    {},
    ...Object.entries(schema).map(([keyword, value]) =>
      // sound: a keyword has the kind of value that JSON Schema gives it
      Object.hasOwn(TOLD, keyword) ? TOLD[keyword]?.(value as never, schema) : { [keyword]: value },
    ),
  )

/** The description, with what no keyword says. */
function described({ description, type, exclusiveMinimum, maxLength, default: fallback }: Schema): string {
  const more = [
    type === 'number' && exclusiveMinimum !== undefined && `Above ${exclusiveMinimum}.`,
    maxLength !== undefined && `At most ${maxLength} characters.`,
    fallback !== undefined && `Default: ${JSON.stringify(fallback)}.`,
  ]
  return [description, ...more].filter(Boolean).join(' ')
}

const unionOf = ({ anyOf, oneOf }: Schema): Schema[] | undefined => (anyOf ?? oneOf) as Schema[] | undefined

/**
 * A choice of forms, which for forms with different ids says the same as `oneOf`. It is flat and stands alone, since Gemini
 * refuses any keyword beside it: the first form tells what describes them all.
 */
function union(_forms: Schema[], schema: Schema): Schema {
  const [first = {}, ...others] = (unionOf(schema) ?? [])
    .flatMap<Schema>((form) => unionOf(form) ?? form)
    .map(toldSchema)
  const says = [schema.description && described(schema), first.description].filter(Boolean).join(' ')
  return { anyOf: [says ? { ...first, description: says } : first, ...others] }
}

/** What a tool takes, in every keyword that there is: with the marks of secrets, which nobody is sent. */
export const jsonSchemaOf = ({ input }: Tool): Schema => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { io: 'input' })
  return schema
}

/** The schema a model fills in, of one that `jsonSchemaOf` gives. */
export const inputSchema = (schema: Schema) => toldSchema(schema) as WireTool['inputSchema'] // sound: an object schema has type "object"

/** Lenient on purpose: nothing is required, so that a refusal fits too, and strangers' fields are welcome. */
export const outputSchema = ({ output }: Tool): WireTool['outputSchema'] => ({
  type: 'object',
  properties: {
    summary: { type: 'string' },
    ...output,
    next: { type: 'string' },
    cut: { type: 'array' },
    error: { type: 'string' },
  },
})
