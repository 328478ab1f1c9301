// All tools, in a fixed order, and what a client sees of them. Built once, the latter when somebody asks for it.
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
import type { Schema } from './schemas.ts'
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

const schemas = new Map<Tool, Schema>()
/** What a tool takes, in every keyword. Made when it is first asked for: most processes never are, for most tools. */
function schemaOf(tool: Tool): Schema {
  const schema = schemas.get(tool) ?? jsonSchemaOf(tool)
  schemas.set(tool, schema)
  return schema
}

let list: readonly WireTool[] | undefined
/** What `tools/list` answers where everything is allowed. */
export function toolList(): readonly WireTool[] {
  list ??= TOOLS.map((tool) => ({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchema(schemaOf(tool)),
    outputSchema: outputSchema(tool),
    annotations: { title: tool.title, ...tool.annotations },
    // ChatGPT asks its person for what a tool needs before it calls it.
    _meta: { securitySchemes: [{ type: 'oauth2', scopes: tool.scopes }] },
  }))
  return list
}

const secrets = new Map<string, ReadonlySet<string>>()
/** The names of a tool's arguments that are secrets, at any depth. */
export function secretsOf(name: string): ReadonlySet<string> {
  const tool = findTool(name)
  const names = secrets.get(name) ?? secretNames(tool && schemaOf(tool))
  if (tool) secrets.set(name, names)
  return names
}
