// docs/tools.md: the catalogue as a page for people.
import type { Tool } from '@modelcontextprotocol/server'

interface Property {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Property[]
}

const RISKS: Readonly<Record<string, string>> = {
  reads: 'reads',
  changes: 'changes',
  deletes: '**deletes**',
  spends: '**spends money**',
  trades: '**trades**',
  administers: '**gives or takes access**',
}

const scopesOf = ({ _meta }: Tool): readonly string[] =>
  (_meta as { securitySchemes: { scopes: string[] }[] }).securitySchemes.flatMap(({ scopes }) => scopes)

/** Tools are grouped by the resource that their first scope is about: `qc:RESOURCE:ACTION`. */
const resourceOf = (tool: Tool): string => scopesOf(tool)[0]?.split(':')[1] ?? ''

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function argument(name: string, property: Property, required: boolean): string {
  const choices = property.enum ? `one of ${property.enum.map((value) => `\`${value}\``).join(', ')}` : property.type
  const facts = [choices ?? 'see the schema', required ? 'required' : 'optional'].join(', ')
  return `- \`${name}\` (${facts}): ${property.description ?? property.anyOf?.[0]?.description}`
}

function section(tool: Tool, risk: string): string {
  const { properties = {}, required = [] } = tool.inputSchema as {
    properties?: Record<string, Property>
    required?: string[]
  }
  const lines = Object.entries(properties).map(([name, property]) => argument(name, property, required.includes(name)))
  const needs = scopesOf(tool)
    .map((scope) => `\`${scope}\``)
    .join(' and ')
  return [
    `### ${tool.name}`,
    tool.description,
    `Needs ${needs}; ${RISKS[risk]}.`,
    lines.length ? lines.join('\n') : 'Takes no arguments.',
  ].join('\n\n')
}

/** The page. `riskOf` tells what is at stake in a call of a tool. */
export function toolsPage(tools: readonly Tool[], riskOf: (name: string) => string): string {
  const resources = [...new Set(tools.map(resourceOf))]
  const rows = tools.map(
    (tool) =>
      `| [${tool.name}](#${tool.name}) | ${cell(tool.title ?? '')} | ${scopesOf(tool)
        .map((scope) => `\`${scope}\``)
        .join(' ')} | ${RISKS[riskOf(tool.name)]} |`,
  )
  const sections = resources.flatMap((resource) => [
    `## ${resource.charAt(0).toUpperCase()}${resource.slice(1)}`,
    ...tools.filter((tool) => resourceOf(tool) === resource).map((tool) => section(tool, riskOf(tool.name))),
  ])
  return `${[
    '# Tools',
    `<!-- Written by \`npm run catalogue\` from src/resource-server/tools/. Change it there. -->`,
    `The ${tools.length} tools of \`/mcp\`, in the order of \`tools/list\`. A call needs every scope of its row; without them it is refused with the whole list, so that a person is asked once.`,
    `| Tool | | Needs | At stake |\n| --- | --- | --- | --- |\n${rows.join('\n')}`,
    ...sections,
  ].join('\n\n')}\n`
}
