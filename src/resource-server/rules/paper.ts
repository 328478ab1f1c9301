// Paper only: what a connection that may not touch real money must know before a call goes on. QuantConnect's stop,
// liquidation and commands look the same for paper and for real money, so the deployment is looked up first. What cannot
// be found out counts as real money.
import type { Body } from '../answers/reading.ts'
import { record, say } from '../answers/reading.ts'
import type { Reason } from '../calls/refusals.ts'
import type { Rule } from './rule.ts'

/** QuantConnect's own paper brokerage: as it is asked for, and as a deployment names it. */
const PAPER_BROKERAGE = 'QuantConnectBrokerage'
const NAMES: readonly unknown[] = [PAPER_BROKERAGE, 'PaperBrokerage']
/** What its environment may be; most answers do not name it. */
const ENVIRONMENTS: readonly unknown[] = [undefined, null, '', 'paper']

/** Whether a deployment certainly trades with QuantConnect's play money. Another brokerage's paper account is not that. */
export const isOnPaper = ({ brokerage, environment }: Body): boolean =>
  NAMES.includes(brokerage) && ENVIRONMENTS.includes(environment)

const refuse = (because: string, instead?: string): Reason => ({
  reason: 'paper-only',
  because,
  ...(instead ? { instead } : {}),
})

/** Refuses, where only paper is allowed, whatever does not certainly trade on paper or not at all. */
export const paper: Rule = async ({ tool: { money = 'none' }, args, allowance, look }) => {
  if (!allowance.paperOnly) return undefined
  switch (money) {
    case 'none':
      return undefined
    case 'always':
      return refuse('This reaches every live algorithm of an organization, those with real money too.')
    case 'by-brokerage':
      if (record(args.brokerage).id === PAPER_BROKERAGE) return undefined
      return refuse('Another brokerage was asked for.', `Take ${PAPER_BROKERAGE}.`)
    case 'by-deployment': {
      const { projectId } = args
      const answer = await look('/live/read', { projectId })
      if (answer.kind !== 'done') return { reason: 'paper-unknown', projectId, answer }
      if (isOnPaper(answer.body)) return undefined
      return refuse(say`The live algorithm of project ${projectId} is not known to trade there.`)
    }
  }
}
