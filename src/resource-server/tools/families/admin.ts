// Versions: of LEAN, QuantConnect's engine, and of this server.

import { number, records, text } from '../../../quantconnect/fields.ts'
import { VERSION } from '../../../version.ts'
import { clip, pick, say } from '../../answers/reading.ts'
import { inOrder, slice, window, windowOf } from '../../answers/windows.ts'
import { reads, readsHere, tool } from '../tool.ts'

const LIST_AT_MOST = 20

const version = {
  version: { type: 'string', description: 'Version of this server, three numbers with dots.' },
} as const

export const admin = [
  tool({
    name: 'read_lean_versions',
    title: 'Read LEAN versions',
    description: `Lists builds of LEAN, QuantConnect’s engine, newest first, ${LIST_AT_MOST} at once: id, name, time and what changed. Next: create_live_algorithm takes an id as versionId; -1 there means the newest, so most deployments need no id. Costs nothing.`,
    scopes: ['qc:admin:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/lean/versions/read',
    project: 'none',
    countsAs: 'reads',
    recorded: [],
    input: window(LIST_AT_MOST),
    constraint: inOrder,
    output: {
      versions: { type: 'array', description: 'Builds of the window.' },
      count: { type: 'integer', description: 'Builds in all.' },
    },
    body: () => ({}),
    answer({ versions }, args) {
      const all = records(versions).toSorted((a, b) => (number(b.id) ?? 0) - (number(a.id) ?? 0))
      const { shown, place, next } = slice(all, windowOf(args, LIST_AT_MOST))
      const rows = shown.map((build) => {
        const description = text(build.description)?.replace(/\s+/g, ' ')
        return {
          ...pick(build, 'id', 'name', 'created', 'public'),
          ...(description ? { description: clip(description, 200) } : {}),
        }
      })
      const [newest] = all
      const use = 'create_live_algorithm takes an id as versionId, as text; -1 means the newest.'
      return {
        summary: say`LEAN builds: ${place}.${newest?.id !== undefined ? say` The newest is ${newest.id} (${text(newest.name) ?? 'no name'}).` : ''}`,
        next: next ? say`${use} ${next}` : use,
        data: { count: all.length, versions: rows },
        cut: ['Commit hashes, Git references and descriptions beyond 200 characters: LEAN’s public repository.'],
      }
    },
  }),
  tool({
    name: 'read_mcp_server_version',
    title: 'Read version of this server',
    description:
      'Tells the version of this MCP server, qcgate. Asks nobody and costs nothing. LEAN’s versions are another thing: read_lean_versions.',
    scopes: ['qc:admin:read'],
    risk: 'reads',
    annotations: readsHere,
    project: 'none',
    countsAs: 'reads',
    recorded: [],
    input: {},
    output: version,
    run: async () => ({ summary: say`This is qcgate ${VERSION}.`, data: { version: VERSION } }),
  }),
  tool({
    name: 'read_latest_mcp_server_version',
    title: 'Read latest version of this server',
    description:
      'Tells the version of this MCP server, qcgate, that is running. It does not look for newer ones, since it asks no release channel; whoever runs it can compare the version with its changelog. Asks nobody and costs nothing.',
    scopes: ['qc:admin:read'],
    risk: 'reads',
    annotations: readsHere,
    project: 'none',
    countsAs: 'reads',
    recorded: [],
    input: {},
    output: version,
    run: async () => ({
      summary: say`This is qcgate ${VERSION}. It does not look for newer versions, so whether there is one is not known here. Whoever runs this server can compare with its changelog.`,
      data: { version: VERSION },
    }),
  }),
]
