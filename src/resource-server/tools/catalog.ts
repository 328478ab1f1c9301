// All tools, in a fixed order, and what a client sees of them. Built once, when the process starts.
import type { Tool as WireTool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { account } from './families/account.ts'
import { backtest } from './families/backtest.ts'
import { compile } from './families/compile.ts'
import { file } from './families/file.ts'
import { project } from './families/project.ts'
import type { Tool } from './tool.ts'

const TOOLS: readonly Tool[] = [...account, ...project, ...file, ...compile, ...backtest]
const byName: ReadonlyMap<string, Tool> = new Map(TOOLS.map((tool) => [tool.name, tool]))

/** A tool by its exact name; undefined for every other name, and then nothing may run. */
export const findTool = (name: string): Tool | undefined => byName.get(name)

/** The schema a model fills in, without bounds that say nothing. */
function inputSchema(tool: Tool): WireTool['inputSchema'] {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(tool.input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  return schema as WireTool['inputSchema'] // sound: an object schema has type "object"
}

/** What `tools/list` answers. */
export const TOOL_LIST: readonly WireTool[] = TOOLS.map((tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: inputSchema(tool),
  annotations: { title: tool.title, ...tool.annotations },
}))
