// Calls with consequences, each like no other, and what is left of them: at a QuantConnect that outlives the server, and on
// their person's record.
import { mock } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { Call } from '../../src/audit/records.ts'
import { digestOf } from '../../src/resource-server/calls/digest.ts'
import { findTool } from '../../src/resource-server/tools/catalog.ts'
import type { Outgoing } from '../../src/resource-server/tools/tool.ts'
import { ageRedis } from './redis-entries.ts'
import type { TestServer } from './server.ts'
import { withStore } from './stored.ts'
import type { Reply, Upstream } from './upstream.ts'
import { json } from './upstream.ts'

/** A real account at the stand-in, and an environment for a server whose QuantConnect that is: tests call in a hurry. */
export const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
export const standInEnv = ({ url }: Pick<Upstream, 'url'>) => ({
  QUANTCONNECT_API_URL: url,
  CALL_BUDGET: '9000,9000,9000,9000',
})

/** What the stand-in says to any of these calls, and to a look: on paper, and all done. */
export const DONE: Reply = json(200, {
  success: true,
  projects: [{ projectId: 7, name: 'P', language: 'Py' }],
  optimizations: [{ optimizationId: 'O-1', status: 'new' }],
  deployId: 'L-1',
  status: 'Running',
  brokerage: 'PaperBrokerage',
})

/** A call, and what goes out for it by its digest. */
export interface Deed {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  readonly digest: string
}

/** Nothing in these calls is secret. */
const digest = (outgoing: Outgoing) => digestOf(outgoing, new Set(), (secret) => secret)

let made = 0
const deed = (tool: string, argsFor: (number: number) => Deed['args']) => (): Deed => {
  made += 1
  const args = argsFor(made)
  const declared = findTool(tool)
  if (!declared) throw new Error(`there is no tool ${tool}`)
  return { tool, args, digest: digest(declared.outgoing(declared.input.parse(args))) }
}
const search = {
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
  strategy: 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy',
  parameters: [{ name: 'sma_fast', min: 5, max: 15, step: 5 }],
}
const machine = { compileId: 'c-1', estimatedCost: 1, nodeType: 'O2-8', parallelNodes: 2 }
const brokerage = { id: 'QuantConnectBrokerage' }

/** One of each kind that must not happen twice. */
export const newCommand = deed('create_live_command', (n) => ({ projectId: n, command: { $type: 'Order', n } }))
export const newStart = deed('create_live_algorithm', (n) => ({
  projectId: n,
  compileId: 'c-1',
  nodeId: 'LN-1',
  brokerage,
}))
export const newOptimization = deed('create_optimization', (n) => ({
  projectId: n,
  name: `O${n}`,
  ...search,
  ...machine,
}))
export const newProject = deed('create_project', (n) => ({ name: `P${n}`, language: 'Py' }))
export const oneOfEach = (): Deed[] => [newCommand(), newStart(), newOptimization(), newProject()]

/** The arguments of a start at a brokerage that wants a secret. */
export const startWith = (secret: string) => ({
  projectId: 7,
  compileId: 'c',
  nodeId: 'n',
  brokerage: {
    id: 'TradierBrokerage',
    'tradier-account-id': 'a',
    'tradier-access-token': secret,
    'tradier-environment': 'paper',
  },
})

/** How often a deed reached the stand-in. */
export const arrivalsOf = ({ requests }: Upstream, { digest: own }: Deed): number =>
  arrivedAt({ requests }).filter((one) => one === own).length

/** The digests of the deeds that reached the stand-in. A start looks at its project first. */
export const arrivedAt = ({ requests }: Pick<Upstream, 'requests'>): string[] =>
  requests
    .map(({ path, body }) => ({ endpoint: path.replace('/api/v2', ''), body: JSON.parse(body), repeat: false }))
    .filter(({ endpoint }) => endpoint !== '/projects/read')
    .map(digest)

/** Seconds after which an intent without outcome is nobody's any more, and a lease neither. */
export const LATER = 61

/** What a person's record says of deeds, as it is read so many seconds from now. */
export const journalOf = (server: TestServer, accountId: string, later = LATER): Promise<Call[]> =>
  withStore(server, async (store) => {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + later * 1000 })
    try {
      return await createAuditLog(store).calls(accountId)
    } finally {
      mock.timers.reset()
    }
  })

/** Does something when so much time has passed that who calls again need not wait, and turns the clock back. */
export async function later<T>(server: TestServer, act: () => Promise<T>): Promise<T> {
  if (server.redisUrl) await ageRedis(server.redisUrl, LATER)
  await server.advance(LATER)
  try {
    return await act()
  } finally {
    await server.advance(-LATER)
  }
}
