// Paper only: what a connection that may not touch real money must know before a call goes on. QuantConnect's stop,
// liquidation and commands look the same for paper and for real money, so the deployment is looked up first. What cannot
// be found out counts as real money.
import { accountPage } from '../account-pages.ts'
import type { Places } from '../challenge.ts'
import type { Body } from './reading.ts'
import { record, say } from './reading.ts'
import { refusal } from './refusals.ts'
import { onlyOnPaper } from './refused.ts'
import type { Tool } from './tool.ts'
import { reads } from './tool.ts'
import type { Work } from './work.ts'

/** QuantConnect's own paper brokerage: as it is asked for, and as a deployment names it. */
export const PAPER = 'QuantConnectBrokerage'
const NAMES: readonly unknown[] = [PAPER, 'PaperBrokerage']
/** What its environment may be; most answers do not name it. */
const ENVIRONMENTS: readonly unknown[] = [undefined, null, '', 'paper']

/** Whether a deployment certainly trades with QuantConnect's play money. Another brokerage's paper account is not that. */
export const isOnPaper = ({ brokerage, environment }: Body): boolean =>
  NAMES.includes(brokerage) && ENVIRONMENTS.includes(environment)

/** Throws `Refused` unless a call, with arguments that have been read, certainly trades on paper or not at all. */
export async function assertOnPaper(
  { money = 'none' }: Tool,
  args: Readonly<Record<string, unknown>>,
  work: Work,
  grantId: string,
  places: Places,
): Promise<void> {
  const refuse = (because: string, next?: string) => onlyOnPaper(because, places, grantId, next)
  switch (money) {
    case 'none':
      return
    case 'always':
      throw refuse('This reaches every live algorithm of an organization, those with real money too.')
    case 'by-brokerage':
      if (record(args.brokerage).id !== PAPER) throw refuse('Another brokerage was asked for.', `Take ${PAPER}.`)
      return
    case 'by-deployment': {
      const answer = await work.ask('/live/read', { projectId: args.projectId }, { reads: true })
      if (answer.kind === 'done') {
        if (isOnPaper(answer.body)) return
        throw refuse(say`The live algorithm of project ${args.projectId} is not known to trade there.`)
      }
      // Looking has no consequences, so what went wrong is told as it would be for a tool that reads.
      const { error, next } = record(
        refusal(answer, { annotations: reads }, accountPage(places.issuer)).structuredContent,
      )
      throw refuse(
        say`How the live algorithm of project ${args.projectId} trades could not be found out: ${error}`,
        say`${next}`,
      )
    }
  }
}
