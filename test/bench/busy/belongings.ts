// What lies in person A's account in the sandbox before an attack that needs it.
import { setImmediate as turn } from 'node:timers/promises'
import { createAuditLog } from '../../../src/audit/audit-log.ts'
import { claimsOf } from '../../support/access-token.ts'
import type { Json } from '../../support/json.ts'
import { withStore } from '../../support/stored.ts'
import type { Attacker } from './attacks.ts'

/** Fifteen securities, which is as many as the sandbox follows, from the first day that it has prices for. */
const TICKERS = 'AAPL MSFT AMZN JPM KO SPY QQQ IWM GLD TLT XLE XLF XLK XLV DIA'.split(' ')
const CODE = `from AlgorithmImports import *

class Long(QCAlgorithm):
    def initialize(self):
        self.set_start_date(1998, 1, 5)
        self.set_end_date(2025, 12, 31)
        self.set_cash(100000)
        for ticker in [${TICKERS.map((ticker) => `"${ticker}"`).join(', ')}]:
            self.add_equity(ticker, Resolution.DAILY)
        self._fast = self.sma("SPY", self.get_parameter("sma_fast", 10))
        self._slow = self.sma("SPY", self.get_parameter("sma_slow", 50))

    def on_data(self, data):
        if self._fast.current.value > self._slow.current.value:
            self.set_holdings("SPY", 1)
        else:
            self.liquidate()
`

async function createProject({ sandbox }: Attacker): Promise<number> {
  const [project] = (await sandbox('/projects/create', { name: 'Long', language: 'Py' })).projects
  return project.projectId
}

/** A file of a new project, as the tools name it. */
export async function createFile(attacker: Attacker, content: string) {
  const file = { projectId: await createProject(attacker), name: 'x.txt', content }
  await attacker.sandbox('/files/create', file)
  return file
}

/** As many files as a project holds, nearly: none larger than QuantConnect takes. */
export async function fillProject(attacker: Attacker): Promise<void> {
  const projectId = await createProject(attacker)
  for (let i = 0; i < 48; i += 1) {
    await attacker.sandbox('/files/create', { projectId, name: `${i}.txt`, content: 'x'.repeat(65_000) })
  }
}

async function createBuild(attacker: Attacker): Promise<{ projectId: number; compileId: string }> {
  const { sandbox, server } = attacker
  const projectId = await createProject(attacker)
  await sandbox('/files/update', { projectId, name: 'main.py', content: CODE })
  const { compileId } = await sandbox('/compile/create', { projectId })
  await server.advance(10)
  return { projectId, compileId }
}

/** A backtest with these parameters. */
export async function createBacktest(attacker: Attacker, parameters: object): Promise<Json> {
  const build = await createBuild(attacker)
  const { backtest } = await attacker.sandbox('/backtests/create', { ...build, backtestName: 'Long', parameters })
  return { projectId: build.projectId, backtestId: backtest.backtestId }
}

/** An optimization that has run, and that nobody has read. */
export async function createOptimization(attacker: Attacker, backtests: number): Promise<Json> {
  const build = await createBuild(attacker)
  const { optimizations } = await attacker.sandbox('/optimizations/create', {
    ...build,
    name: 'Long',
    target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
    targetTo: 'max',
    parameters: [{ name: 'sma_fast', min: 1, max: backtests, step: 1 }],
    estimatedCost: 1,
    nodeType: 'O2-8',
    parallelNodes: 24,
  })
  await attacker.server.advance(120)
  return { optimizationId: optimizations[0].optimizationId }
}

/** As many calls in A's record as are kept there, of both kinds. */
export async function fillRecord({ server, token }: Attacker): Promise<void> {
  const { sub } = claimsOf(token)
  const call = { connection: 'x', client: 'x', ids: {}, outcome: 'done', ms: 1 } as const
  await withStore(server, async (store) => {
    const log = createAuditLog(store)
    for (let i = 0; i < 10_000; i += 1) {
      if (i % 500 === 0) await turn() // this store waits for nobody, and our connections have to be looked after
      const one = { ...call, at: Date.now(), ref: String(i) }
      await log.recordRead(String(sub), { ...one, tool: 'list_projects', risk: 'reads' })
      await store.commit(
        log.outcome(String(sub), { ...one, ref: `sent ${i}`, tool: 'create_project', risk: 'changes' }),
      )
    }
  })
}
