// Which JSON Schema a model's provider gets to see. One keyword that it does not know, in one tool, and it refuses every
// message: so what may stand in a schema is listed here, and why (docs/providers.md shows what two libraries make of it).
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toolList } from '../../src/resource-server/tools/catalog.ts'

type Schema = Readonly<Record<string, unknown>>

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object']
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isListOf = (value: unknown, holds: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(holds)

/** The keywords, each with what its value must be (JSON Schema 2020-12). Lists of types are not among them. */
const KEYWORDS: Readonly<Record<string, (value: unknown, schema: Schema) => boolean>> = {
  type: (value) => TYPES.includes(`${value}`) && typeof value === 'string',
  description: (value) => typeof value === 'string' && value !== '',
  properties: (value, { type }) => isSchema(value) && type === 'object',
  required: (value, { properties = {} }) => isListOf(value, (name) => Object.hasOwn(properties as Schema, `${name}`)),
  // Gemini refuses a list without it.
  items: (value, { type }) => isSchema(value) && type === 'array',
  // Gemini knows choices of texts only.
  enum: (value, { type }) => isListOf(value, (choice) => typeof choice === 'string') && type === 'string',
  // Gemini refuses what stands beside it.
  anyOf: (value, schema) => isListOf(value, isSchema) && Object.keys(schema).length === 1,
  minimum: (value, { type }) => typeof value === 'number' && ['number', 'integer'].includes(`${type}`),
  maximum: (value, { type }) => typeof value === 'number' && ['number', 'integer'].includes(`${type}`),
  minItems: (value, { type }) => isCount(value) && type === 'array',
  maxItems: (value, { type }) => isCount(value) && type === 'array',
  additionalProperties: (value, { type }) => (typeof value === 'boolean' || isSchema(value)) && type === 'object',
}

/** Where an argument takes names that this server cannot know. Strict modes refuse these tools; nothing else can be said. */
const OPEN: Readonly<Record<string, string>> = {
  'create_live_command.command': 'a person’s algorithm decides which fields its commands have',
  'broadcast_live_command.command': 'a person’s algorithm decides which fields its commands have',
  'create_backtest.parameters': 'a person’s algorithm decides which parameters it reads',
}

/** Every schema inside a schema, with the path to it. */
function* within(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema]
  const { properties, items, anyOf, additionalProperties } = schema
  for (const [name, inner] of Object.entries((properties as Schema) ?? {})) {
    yield* within(inner as Schema, `${path}.${name}`)
  }
  for (const inner of [items, ...((anyOf as Schema[]) ?? []), additionalProperties].filter(isSchema)) {
    yield* within(inner, `${path}[]`)
  }
}

describe('the schemas of every tool', () => {
  for (const { name, inputSchema, outputSchema } of toolList()) {
    const both = { arguments: inputSchema, answer: outputSchema as Schema }

    it(`${name}: holds keywords that every provider takes, and each as JSON Schema 2020-12 has it`, () => {
      for (const [what, schema] of Object.entries(both)) {
        for (const [path, inner] of within(schema, `${name} ${what}`)) {
          for (const [keyword, value] of Object.entries(inner)) {
            assert.ok(Object.hasOwn(KEYWORDS, keyword), `${path}: ${keyword} is not on the list`)
            assert.ok(KEYWORDS[keyword]?.(value, inner), `${path}: ${keyword} is ${JSON.stringify(value)}`)
          }
        }
      }
    })

    it(`${name}: says of every argument which type it has, and of every object which fields`, () => {
      for (const [path, inner] of within(inputSchema, name)) {
        assert.ok(inner.type ?? inner.anyOf, `${path} has no type`)
        if (inner.type === 'array') assert.ok(inner.items, `${path} says nothing of its items`)
        if (inner.type !== 'object') continue
        const isOpen = inner.additionalProperties !== false
        assert.equal(isOpen, Object.hasOwn(OPEN, path), `${path} ${isOpen ? 'is open' : 'is closed'}`)
        if (path !== name && !isOpen) assert.ok(Object.keys(inner.properties ?? {}).length, `${path} has no fields`)
      }
    })

    it(`${name}: names arguments as providers take names`, () => {
      for (const [path, { properties = {} }] of within(inputSchema, name)) {
        for (const argument of Object.keys(properties as Schema)) {
          assert.match(argument, /^[a-zA-Z0-9_.-]{1,64}$/, `${path}.${argument}`)
        }
      }
    })
  }
})
