// What is said of a start: whose money it is first, then where.
import type { Body } from '../../../quantconnect/fields.ts'
import { text } from '../../../quantconnect/fields.ts'
import type { LookUp } from '../tool.ts'
import { inQuotes, listed, term } from '../words.ts'
import { asksForPaper, environmentOf } from './live-answers.ts'
import { BROKERAGE_NAMES } from './live-brokerages.ts'

interface Start {
  readonly projectId: number
  readonly nodeId: string
  readonly brokerage: Body
}

/** What is not known to be paper is real money. Without the name of its project a start is said all the same. */
export async function startWords({ projectId, nodeId, brokerage }: Start, lookUp: LookUp): Promise<string> {
  const environment = environmentOf(brokerage)
  const name = await lookUp.projectName(projectId).catch(() => undefined)
  return listed(
    asksForPaper(brokerage) ? 'Start on paper' : 'Start with REAL MONEY',
    brokerageWords(brokerage),
    environment && `environment ${environment}`,
    `node ${term(nodeId)}`,
    name ? `project ${inQuotes(name)} (${projectId})` : `project ${projectId}`,
  )
}

const brokerageWords = ({ id, 'binance-exchange-name': exchange }: Body): string =>
  id === 'QuantConnectBrokerage'
    ? 'QuantConnect paper brokerage'
    : (text(exchange) ?? BROKERAGE_NAMES.get(`${id}`) ?? term(`${id}`))
