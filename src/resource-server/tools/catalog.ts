// All tools, in a fixed order, and what a client sees of them. Built once, when the process starts.
import type { Tool as WireTool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { account } from './families/account.ts'
import { admin } from './families/admin.ts'
import { ai } from './families/ai.ts'
import { backtest } from './families/backtest.ts'
import { collaboration } from './families/collaboration.ts'
import { compile } from './families/compile.ts'
import { file } from './families/file.ts'
import { live } from './families/live.ts'
import { node } from './families/node.ts'
import { object } from './families/object.ts'
import { optimization } from './families/optimization.ts'
import { project } from './families/project.ts'
import { secretNames } from './secrets.ts'
import type { Tool } from './tool.ts'

/** The catalogue, in the order of `tools/list`. */
export const TOOLS: readonly Tool[] = [
  ...account,
  ...project,
  ...collaboration,
  ...node,
  ...file,
  ...compile,
  ...backtest,
  ...optimization,
  ...live,
  ...object,
  ...ai,
  ...admin,
]
const byName: ReadonlyMap<string, Tool> = new Map(TOOLS.map((tool) => [tool.name, tool]))

/** A tool by its exact name; undefined for every other name, and then nothing may run. */
export const findTool = (name: string): Tool | undefined => byName.get(name)

/** Every argument that some tool lets the record keep. */
export const RECORDED: readonly string[] = [...new Set(TOOLS.flatMap(({ recorded }) => recorded))]

/** The schema a model fills in, without bounds that say nothing. */
function inputSchema(tool: Tool): WireTool['inputSchema'] {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(tool.input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.oneOf) {
        jsonSchema.anyOf = jsonSchema.oneOf // says the same of forms with different ids, and more clients know it
        delete jsonSchema.oneOf
      }
    },
  })
  return schema as WireTool['inputSchema'] // sound: an object schema has type "object"
}

/** Lenient on purpose: nothing is required, so that a refusal fits too, and strangers' fields are welcome. */
const outputSchema = ({ output }: Tool): WireTool['outputSchema'] => ({
  type: 'object',
  properties: {
    summary: { type: 'string' },
    ...output,
    next: { type: 'string' },
    cut: { type: 'array' },
    error: { type: 'string' },
  },
})

/** What `tools/list` answers. */
export const TOOL_LIST: readonly WireTool[] = TOOLS.map((tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: inputSchema(tool),
  outputSchema: outputSchema(tool),
  annotations: { title: tool.title, ...tool.annotations },
  // ChatGPT asks its person for what a tool needs before it calls it.
  _meta: { securitySchemes: [{ type: 'oauth2', scopes: tool.scopes }] },
}))

const secrets: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  TOOL_LIST.map(({ name, inputSchema }) => [name, secretNames(inputSchema)]),
)

/** The names of a tool's arguments that are secrets, at any depth. */
export const secretsOf = (name: string): ReadonlySet<string> => secrets.get(name) ?? new Set()
