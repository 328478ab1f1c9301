// Schemas as providers see them: what is inside one, and what two of them differ in.
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

/** A JSON Schema as a tool has it (test/golden/keywords.test.ts). */
export type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schemas directly inside one, by where they stand. */
function innerOf({ properties, items, anyOf, additionalProperties }: Schema): Record<string, Schema> {
  const inner: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries((properties as Schema) ?? {}).map(([name, one]) => [`.${name}`, one])),
    ...Object.fromEntries(((anyOf as Schema[]) ?? []).map((one, at) => [`|${at}`, one])),
    '[]': items,
    '.*': additionalProperties,
  }
  return Object.fromEntries(Object.entries(inner).filter(([, one]) => isSchema(one))) as Record<string, Schema>
}

const NESTING = ['properties', 'items', 'anyOf', 'additionalProperties']

/** A keyword that is another one in `after`, or gone, or new, and where. */
export interface Difference {
  readonly keyword: string
  readonly path: string
}

/** What `after` says otherwise than `before`; of what it does not have at all, only that. */
export function differences(before: Schema, after: Schema, path = ''): Difference[] {
  const [was, is] = [innerOf(before), innerOf(after)]
  const changed = Object.keys({ ...before, ...after })
    .filter((keyword) => !NESTING.includes(keyword) || !before[keyword] || !after[keyword])
    .filter((keyword) => !isDeepStrictEqual(before[keyword], after[keyword]))
    .map((keyword) => ({ keyword, path }))
  const missing = Object.keys(was).filter((place) => NESTING.some((keyword) => after[keyword]) && !is[place])
  return [
    ...changed,
    ...missing.filter((place) => place !== '.*').map((place) => ({ keyword: 'schema', path: path + place })),
    ...Object.entries(was).flatMap(([place, inner]) => (is[place] ? differences(inner, is[place], path + place) : [])),
  ]
}

/** Where objects stand that say nothing of their fields; a whole tool without arguments is not meant. */
export const objectsWithoutFields = (schema: Schema, path = ''): string[] => [
  ...(path && schema.type === 'object' && !Object.keys(schema.properties ?? {}).length ? [path.slice(1)] : []),
  ...Object.entries(innerOf(schema)).flatMap(([place, inner]) => objectsWithoutFields(inner, path + place)),
]

/** The schema with every optional argument also as null: how strict modes say that one is left out. */
export function withNulls(schema: Schema): Schema {
  const { properties, required = [], items, anyOf, additionalProperties, ...rest } = schema
  const orNull = (one: Schema) => ({ anyOf: [...((one.anyOf as Schema[]) ?? [one]), { type: 'null' }] })
  const entries = Object.entries((properties ?? {}) as Record<string, Schema>).map(([name, one]) => {
    const inner = withNulls(one)
    return [name, (required as string[]).includes(name) ? inner : orNull(inner)] as const
  })
  return {
    ...rest,
    ...(properties ? { properties: Object.fromEntries(entries), required } : {}),
    ...(items ? { items: withNulls(items as Schema) } : {}),
    ...(anyOf ? { anyOf: (anyOf as Schema[]).map(withNulls) } : {}),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  }
}

/** The arguments that may be left out, or hold something that may. */
export const optionalIn = ({ properties = {}, required = [] }: Schema): string[] =>
  Object.entries(properties as Record<string, Schema>).flatMap(([name, inner]) =>
    (required as string[]).includes(name) && isDeepStrictEqual(withNulls(inner), inner) ? [] : [name],
  )

const withoutWords = (schema: Schema): unknown =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'description' && typeof value === 'string' ? undefined : value,
  )

/** Tells whether docs/providers.md is about these schemas. Words may change without it. */
export const digestOf = (schemas: readonly Schema[]): string =>
  createHash('sha256')
    .update(JSON.stringify(schemas.map(withoutWords)))
    .digest('base64url')
    .slice(0, 16)
