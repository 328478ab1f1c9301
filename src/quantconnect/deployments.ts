// Live deployments as QuantConnect tells of them: whether one still runs, and with whose money. What is not known to be play money
// counts as real money.
import type { Body } from './fields.ts'

/** QuantConnect's own paper brokerage: as it is asked for, and as a deployment names it. */
export const PAPER_BROKERAGE = 'QuantConnectBrokerage'
const NAMES: readonly unknown[] = [PAPER_BROKERAGE, 'PaperBrokerage']
/** What its environment may be; most answers do not name it. */
const ENVIRONMENTS: readonly unknown[] = [undefined, null, '', 'paper']
/** The states in which a deployment trades no more. One that is not known here may trade. */
const ENDED: readonly unknown[] = ['Stopped', 'Liquidated', 'RuntimeError', 'DeployError', 'Completed', 'Deleted']

/** Whether a deployment certainly trades with QuantConnect's play money. Another brokerage's paper account is not that. */
export const isOnPaper = ({ brokerage, environment }: Body): boolean =>
  NAMES.includes(brokerage) && ENVIRONMENTS.includes(environment)

/** Whether a deployment may still trade. */
export const mayStillTrade = ({ status }: Body): boolean => !ENDED.includes(status)
/** Whether a deployment may be trading with real money now. */
export const mayTradeRealMoney = (deployment: Body): boolean => mayStillTrade(deployment) && !isOnPaper(deployment)

/** Whose money a deployment trades, by the name of its brokerage and, where it is told, its environment. */
export function moneyOf({ brokerage, environment }: Body): string {
  if (brokerage === 'PaperBrokerage' || brokerage === 'QuantConnectBrokerage') return 'paper trading'
  if (environment === 'paper' || environment === 'Practice') return 'a paper account'
  return environment === 'live' ? 'real money' : 'real money unless that account is itself a paper one'
}
