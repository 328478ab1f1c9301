// Arguments for every tool, made from its schema, and an account in the sandbox in which each has something to work on.
import type { Tool } from '@modelcontextprotocol/server'
import { AVERAGES } from '../support/averages.ts'
import type { Json } from '../support/json.ts'
import type { SandboxCall } from '../support/sandbox.ts'
import type { TestServer } from '../support/server.ts'

const PATCH = `diff --git a/main.py b/main.py
--- a/main.py
+++ b/main.py
@@ -7,3 +7,3 @@
         self.set_end_date(2022, 12, 31)
-        self.set_cash(100000)
+        self.set_cash(50000)
         self._symbol = self.add_equity("SPY", Resolution.DAILY).symbol
`
const OPTIMIZATION = {
  name: 'Averages',
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
  strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
  parameters: [{ name: 'sma_fast', min: 5, max: 15, step: 5 }],
  estimatedCost: 1,
  nodeType: 'O2-8',
  parallelNodes: 2,
}

/** Values by the name of the argument that takes them. */
export type ArgumentValues = Record<string, unknown>

/** What needs nothing that is there. */
const PLAIN: ArgumentValues = {
  collaboratorUserId: 'ca401000a2b3c4d5e6f708192a3b4c5d',
  collaboratorId: 'ca401000a2b3c4d5e6f708192a3b4c5d',
  ...OPTIMIZATION,
  language: 'Py',
  files: [{ name: 'main.py', content: AVERAGES }],
  command: { $type: 'AlgorithmStatusCommand' },
  objectData: 'Hello, values!',
  newName: 'renamed.py',
  content: AVERAGES,
  patch: PATCH,
  codeSourceId: 'a test',
  brokerage: { id: 'QuantConnectBrokerage' },
  backtestName: 'By a test',
  sentence: 'self.add_eq',
  error: { message: "'NoneType' object has no attribute 'price'" },
  criteria: [{ input: 'alpha model', type: 'Docs', count: 2 }],
  collaborationLiveControl: false,
  collaborationWrite: true,
  liveControl: false,
  write: false,
  startLine: 0,
  endLine: 100,
  versionId: '-1',
}

/** Values where nobody looks whether there is such a thing. */
export const MADE_UP: ArgumentValues = {
  ...PLAIN,
  projectId: 10_150_461,
  compileId: 'c-1',
  backtestId: 'b-1',
  spareBacktestId: 'b-2',
  optimizationId: 'O-1',
  newOptimizationId: 'O-2',
  nodeId: 'LN-1',
  nodes: ['BN-1'],
  algorithmId: 'L-1',
  organizationId: 'o-1',
  jobId: 'j-1',
  keys: ['greeting.txt'],
  key: 'greeting.txt',
}

/** A project with a build, a finished backtest, an optimization, a running paper deployment, and a stored object. */
export async function createOneOfEach(
  server: Pick<TestServer, 'advance'>,
  sandbox: SandboxCall,
): Promise<ArgumentValues> {
  const [project] = (await sandbox('/projects/create', { name: 'Every tool', language: 'Py' })).projects
  const { projectId } = project
  await sandbox('/files/update', { projectId, name: 'main.py', content: AVERAGES })
  const { compileId } = await sandbox('/compile/create', { projectId })
  await server.advance(5)
  const { backtest } = await sandbox('/backtests/create', { projectId, compileId, backtestName: 'First' })
  const { backtestId } = backtest
  const spare = await sandbox('/backtests/create', { projectId, compileId, backtestName: 'To be deleted' })
  await server.advance(30)
  await sandbox('/backtests/read', { projectId, backtestId })
  const { optimizations } = await sandbox('/optimizations/create', { projectId, compileId, ...OPTIMIZATION })
  const { nodes } = await sandbox('/projects/nodes/read', { projectId })
  const deployment = { projectId, compileId, versionId: '-1', brokerage: { id: 'QuantConnectBrokerage' } }
  const { deployId } = await sandbox('/live/create', { ...deployment, nodeId: nodes.live[0].id })
  await server.advance(20 * 60)
  const { organizationId } = await sandbox('/account/read')
  const text = { organizationId, key: 'greeting.txt', objectData: PLAIN.objectData }
  await sandbox('/object/set', text)
  const { jobId } = await sandbox('/object/get', { organizationId, keys: [text.key] })
  return {
    ...PLAIN,
    projectId,
    compileId,
    backtestId,
    spareBacktestId: spare.backtest.backtestId,
    optimizationId: optimizations[0].optimizationId,
    nodeId: nodes.live[1].id,
    nodes: [nodes.backtest[0].id],
    algorithmId: deployId,
    organizationId,
    jobId,
    keys: [text.key],
    key: text.key,
  }
}

/** Where the same name means different things, by tool. */
const BY_TOOL: Readonly<Record<string, (values: ArgumentValues) => ArgumentValues>> = {
  create_project: () => ({ name: 'Another one' }),
  update_project: () => ({ name: 'Renamed' }),
  update_backtest: () => ({ note: 'By a test' }),
  authorize_connection: () => ({ brokerage: 'alpaca' }),
  create_file: () => ({ name: 'extra.py', content: 'x = 1\n' }),
  update_file_name: () => ({ name: 'extra.py' }),
  update_file_contents: () => ({ name: 'main.py' }),
  delete_file: () => ({ name: 'renamed.py' }),
  read_backtest_chart: () => ({ name: 'Strategy Equity' }),
  read_live_chart: () => ({ name: 'Strategy Equity' }),
  delete_backtest: ({ spareBacktestId }) => ({ backtestId: spareBacktestId }),
  abort_optimization: ({ newOptimizationId }) => ({ optimizationId: newOptimizationId }),
}

/** Arguments that a tool requires, and those that its line above adds. */
export function argumentsFor(
  { name, inputSchema }: Pick<Tool, 'name' | 'inputSchema'>,
  values: ArgumentValues,
): ArgumentValues {
  const own = BY_TOOL[name]?.(values) ?? {}
  const required = (inputSchema.required ?? []).map((argument) => {
    const value = own[argument] ?? values[argument]
    if (value === undefined) throw new Error(`${name} needs ${argument}, and this test has none`)
    return [argument, value]
  })
  return { ...Object.fromEntries(required), ...own }
}

/** What ends or removes things, in an order in which everything still has something to work on. */
const LAST = [
  'create_live_command',
  'broadcast_live_command',
  'stop_live_algorithm',
  'create_live_algorithm',
  'liquidate_live_algorithm',
  'abort_optimization',
  'delete_optimization',
  'delete_backtest',
  'delete_file',
  'delete_object',
  'delete_project_collaborator',
  'delete_project',
]

/** The tools in an order in which each can be called: readers first, then what adds and changes, then what ends things. */
export function inCallOrder<T extends Pick<Tool, 'name' | 'annotations'>>(tools: readonly T[]): T[] {
  const rank = ({ name, annotations }: T) =>
    LAST.includes(name) ? 2 + LAST.indexOf(name) : annotations?.readOnlyHint ? 0 : 1
  return tools.toSorted((a, b) => rank(a) - rank(b))
}

/** What later calls need from the answer of an earlier one. */
export function keepIds(values: ArgumentValues, name: string, { structuredContent }: Json): void {
  if (name === 'create_optimization') values.newOptimizationId = structuredContent.optimizationId
}
