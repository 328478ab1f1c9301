// All tools, in a fixed order, and what a client sees of them. Built once, when the process starts.
import type { Tool as WireTool } from '@modelcontextprotocol/server'
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
import { inputSchema, jsonSchemaOf, outputSchema } from './schemas.ts'
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

const WITH_SCHEMA = TOOLS.map((tool) => ({ tool, schema: jsonSchemaOf(tool) }))

/** What `tools/list` answers. */
export const TOOL_LIST: readonly WireTool[] = WITH_SCHEMA.map(({ tool, schema }) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: inputSchema(schema),
  outputSchema: outputSchema(tool),
  annotations: { title: tool.title, ...tool.annotations },
  // ChatGPT asks its person for what a tool needs before it calls it.
  _meta: { securitySchemes: [{ type: 'oauth2', scopes: tool.scopes }] },
}))

const secrets: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  WITH_SCHEMA.map(({ tool, schema }) => [tool.name, secretNames(schema)]),
)

/** The names of a tool's arguments that are secrets, at any depth. */
export const secretsOf = (name: string): ReadonlySet<string> => secrets.get(name) ?? new Set()
