// What person A's client sends while B works: for each step on the way of a request, what makes that step work the most.
// Sizes are those that the steps before let through (a body may have 4 MB), or less where one request would take minutes.
import { initialize, toolCall } from '../../support/mcp-requests.ts'
import type { SandboxCall } from '../../support/sandbox.ts'
import type { TestServer } from '../../support/server.ts'
import { createBacktest, createFile, createOptimization, fillProject, fillRecord } from './belongings.ts'

/** What A has at hand to make an attack ready. */
export interface Attacker {
  readonly server: TestServer
  readonly token: string
  readonly sandbox: SandboxCall
}

export interface Attack {
  readonly kind: string
  /** Makes ready what it needs, and gives what goes to /mcp: JSON, or a text as it is. */
  body(attacker: Attacker): unknown
  /** What QuantConnect answers A, as JSON, where the sandbox would not. */
  readonly upstream?: () => string
  /** The page of their account that A's browser asks for instead. */
  readonly page?: string
  readonly atOnce?: number
  readonly perSecond?: number
  /** Each time with a signature of its own that is none. */
  readonly forges?: boolean
}

const MANY = 300_000
const fields = (value: unknown = 1, length = MANY) =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`a${i}`, value]))
const times = (count: number, value: unknown) => Array.from({ length: count }, () => value)
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const request = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params })
const list = (id = 1) => toolCall('list_projects', {}, id)
const check = (files: unknown, id = 1) => toolCall('check_syntax', { language: 'Py', files }, id)
const pack = (keys: unknown) => toolCall('read_object_store_file_job_id', { organizationId: 'x', keys })
/** A call with arguments that are JSON already, since `JSON.stringify` does not go as deep. */
const callWith = (name: string, args: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`

/** The body as JSON, and the protocol around a call. */
const PROTOCOL: readonly Attack[] = [
  { kind: '4 MB that are no JSON', body: () => `{"a":"${'x'.repeat(4_000_000)}` },
  { kind: 'a body 5,000 deep', body: () => '['.repeat(5_000) + ']'.repeat(5_000) },
  { kind: '300,000 fields beside the method', body: () => ({ ...request('tools/list', {}), ...fields() }) },
  { kind: '300,000 fields of _meta', body: () => request('tools/list', { _meta: fields() }) },
  {
    kind: '300,000 capabilities',
    body: () => request('initialize', { ...initialize().params, capabilities: { experimental: fields({}) } }),
  },
  { kind: 'tools/list as fast as it goes', body: () => request('tools/list', {}) },
  { kind: 'a batch of 100 calls', body: () => Array.from({ length: 100 }, (_, id) => list(id)) },
  {
    kind: 'a batch of 100 calls with 10,000 mistakes each',
    body: () => Array.from({ length: 100 }, (_, id) => check(times(10_000, {}), id)),
  },
  // The id of a key that there is, claims of a grant that there is: only the signature tells.
  { kind: '2,000 forged tokens a second', forges: true, perSecond: 2_000, atOnce: 64, body: () => list() },
]

/** What a tool is called with. */
const ARGUMENTS: readonly Attack[] = [
  { kind: 'arguments 5,000 deep', body: () => callWith('list_projects', deep(5_000)) },
  {
    kind: 'an argument 300,000 deep',
    body: () => callWith('create_live_command', `{"projectId":1,"command":${deep(MANY)}}`),
  },
  {
    kind: 'arguments as text, JSON 300,000 deep',
    body: () => callWith('create_live_command', JSON.stringify(deep(MANY))),
  },
  { kind: '300,000 unknown arguments', body: () => toolCall('list_projects', fields()) },
  { kind: 'a list of 300,000 keys', body: () => pack(times(MANY, 'k')) },
  { kind: 'a list of 300,000 mistakes', body: () => pack(times(MANY, 1)) },
  { kind: 'a list of 300,000 files without anything', body: () => check(times(MANY, {})) },
  {
    kind: 'a password of 300,000 lines',
    body: () =>
      toolCall('create_live_algorithm', {
        projectId: 1,
        compileId: 'x',
        nodeId: 'x',
        brokerage: {
          id: 'CoinbaseBrokerage',
          'coinbase-api-name': 'x',
          'coinbase-api-private-key': Array.from({ length: MANY }, (_, i) => `line ${i + MANY}`).join('\n'),
        },
        dataProviders: { QuantConnectBrokerage: { id: 'QuantConnectBrokerage' } },
      }),
  },
  { kind: 'a tool whose name has 3.9 MB', body: () => toolCall('x'.repeat(3_900_000)) },
  {
    kind: 'an address of 3.9 MB',
    body: () => request('resources/read', { uri: `qc://projects/1/files/${'%41'.repeat(1_300_000)}` }),
  },
  {
    kind: 'an upload of 2 MB', // which is what an honest client may send
    body: () => toolCall('upload_object', { organizationId: 'x', key: 'x', objectData: 'x'.repeat(2_000_000) }),
  },
]

/** What is told, as it is made to fit. */
const ANSWERS: readonly Attack[] = [
  {
    kind: 'an answer of QuantConnect with 300,000 fields',
    upstream: () => JSON.stringify({ success: true, backtest: { backtestId: 'b', statistics: fields(1, 300_000) } }),
    body: async () => toolCall('read_backtest', { projectId: 7, backtestId: 'b' }),
  },
  {
    kind: 'an answer of QuantConnect of 20 MB in rows',
    upstream: () => {
      const rows = Array.from({ length: 100_000 }, (_, projectId) => ({ projectId, name: 'x'.repeat(180) }))
      return JSON.stringify({ success: true, projects: rows })
    },
    body: async () => toolCall('list_projects'),
  },
  {
    kind: 'an answer with 1,000 fields', // as many parameters as the sandbox gives a backtest
    body: async (attacker) => toolCall('read_backtest', await createBacktest(attacker, fields(1, 1_000))),
  },
  {
    kind: 'an answer of 3 MB in rows',
    async body(attacker) {
      const { projectId } = await createFile(attacker, 'x')
      await attacker.sandbox('/sandbox/trouble', { path: '/files/read', kind: 'huge', times: 1_000 })
      return toolCall('read_file', { projectId })
    },
  },
  { kind: 'a record of 20,000 calls as a file', page: '/account/activity.csv', body: fillRecord },
]

const LINES = 15_000
const EQUAL = 'x\n'.repeat(LINES)

/** The sandbox, which runs in the same process where it is on. */
const SANDBOX: readonly Attack[] = [
  {
    kind: 'an account of 3 MB',
    async body(attacker) {
      await fillProject(attacker)
      return list()
    },
  },
  {
    kind: '15,000 equal lines written',
    body: async (attacker) => toolCall('update_file_contents', await createFile(attacker, EQUAL)),
  },
  {
    kind: 'a patch of 15,000 equal lines', // and one more, which is not there
    async body(attacker) {
      const { projectId, name } = await createFile(attacker, EQUAL)
      const hunk = `@@ -1,${LINES + 1} +1,${LINES} @@\n${' x\n'.repeat(LINES)}-y\n`
      return toolCall('patch_file', { projectId, patch: `--- a/${name}\n+++ b/${name}\n${hunk}` })
    },
  },
  {
    kind: 'a word of 1,500 letters to complete',
    body: () => toolCall('complete_code', { language: 'Py', sentence: `${'a'.repeat(1_500)}!` }),
  },
  {
    kind: '15,000 escaped quotes for PEP 8',
    body: () => toolCall('update_code_to_pep8', { files: [{ name: 'main.py', content: '\\"'.repeat(15_000) }] }),
  },
  { kind: '3 MB of Python to check', body: () => check([{ name: 'main.py', content: 'a = 1\n'.repeat(500_000) }]) },
  {
    kind: 'a search for 200,000 words',
    body: () => {
      const criteria = [{ input: 'zzzzz '.repeat(200_000), type: 'Docs', count: 1 }]
      return toolCall('search_quantconnect', { language: 'Py', criteria })
    },
  },
  {
    kind: 'an optimization of 20 backtests over 28 years', // 200 are allowed
    body: async (attacker) => toolCall('read_optimization', await createOptimization(attacker, 20)),
  },
]

export const ATTACKS: readonly Attack[] = [...PROTOCOL, ...ARGUMENTS, ...ANSWERS, ...SANDBOX]
