// What the MCP registry asks of a server.json, so far as ours goes: the rules of its published schema,
// https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json, for the members that we write. Stricter than
// that one, which lets unknown members pass: a misspelt member is a member that nobody reads.
const text = { type: 'string', minLength: 1 } as const
const url = { type: 'string', format: 'uri' } as const

/** An object of these members and no others, of which some must be there. */
const strict = (properties: Record<string, unknown>, required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** `KeyValueInput`. */
const environmentVariable = strict(
  {
    name: text,
    description: text,
    format: { enum: ['string', 'number', 'boolean', 'filepath'] },
    default: text,
    placeholder: text,
    choices: { type: 'array', items: text },
    isRequired: { type: 'boolean' },
    isSecret: { type: 'boolean' },
  },
  ['name'],
)

/** `Package`, with the one transport of the three that we speak. */
const npmPackage = strict(
  {
    registryType: { const: 'npm' },
    registryBaseUrl: { const: 'https://registry.npmjs.org' }, // the only one that the registry takes for npm
    identifier: text,
    version: { ...text, not: { pattern: '^latest$|[\\^~<>=*|]|\\.x' } }, // one version, never a range
    runtimeHint: text,
    transport: strict({ type: { const: 'streamable-http' }, url: { type: 'string', pattern: '^https?://\\S+$' } }, [
      'type',
      'url',
    ]),
    environmentVariables: { type: 'array', items: environmentVariable },
  },
  ['registryType', 'identifier', 'version', 'transport'],
)

/** `ServerDetail`. */
export const SERVER_SCHEMA = strict(
  {
    $schema: url,
    name: { type: 'string', pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$', minLength: 3, maxLength: 200 },
    title: { ...text, maxLength: 100 },
    description: { ...text, maxLength: 100 },
    version: { ...text, maxLength: 255, not: { pattern: '^latest$|[\\^~<>=*|]|\\.x' } },
    repository: strict({ url, source: { const: 'github' } }, ['url', 'source']),
    websiteUrl: url,
    packages: { type: 'array', items: npmPackage, minItems: 1 },
  },
  ['name', 'description', 'version'],
)
