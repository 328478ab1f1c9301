// Paper only: what a connection that may not touch real money must know before a call goes on. QuantConnect knows no such
// connection: its stop, liquidation and commands look the same for paper and for real money, and what a deployment with
// real money stands on (its project, who controls it, its nodes, the Object Store) is open to every call. So what runs is
// looked up first, and once more afterwards, since a person may start something on quantconnect.com in between. What cannot
// be found out counts as real money.
import { isOnPaper, mayTradeRealMoney, PAPER_BROKERAGE } from '../../quantconnect/deployments.ts'
import type { Body } from '../../quantconnect/fields.ts'
import { record, records, text } from '../../quantconnect/fields.ts'
import { say } from '../answers/reading.ts'
import type { Reason } from '../calls/refusals.ts'
import type { UpstreamFailure } from '../calls/upstream-words.ts'
import type { Money } from '../tools/tool.ts'
import type { CallFacts, Rule } from './rule.ts'

/** What a look showed: why the call must not go on, or else which deployment it would act on, if it acts on one. */
interface Seen {
  readonly against?: Reason
  readonly deployId?: string | undefined
}

const refuse = (because: string, instead?: string): Seen => ({
  against: { reason: 'paper-only', because, ...(instead ? { instead } : {}) },
})
const unknown = (what: string, answer: UpstreamFailure): Seen => ({
  against: { reason: 'paper-unknown', what, answer },
})
/** An answer that lacks what was asked for. */
const NO_ANSWER: UpstreamFailure = { kind: 'unavailable', sent: true }

/** The deployment that QuantConnect's stop, liquidation and commands act on. */
async function deploymentOf({ args: { projectId }, look }: CallFacts): Promise<Seen> {
  const answer = await look('/live/read', { projectId })
  if (answer.kind !== 'done') return unknown(say`How the live algorithm of project ${projectId} trades`, answer)
  if (!isOnPaper(answer.body))
    return refuse(say`The live algorithm of project ${projectId} is not known to trade there.`)
  return { deployId: text(answer.body.deployId) }
}

/** What runs live in the project of the call. */
async function project({ args: { projectId }, look }: CallFacts): Promise<Seen> {
  const answer = await look('/live/list', { projectId })
  const live = listIn(answer)
  if (!live) return unknown(say`What runs live in project ${projectId}`, failureOf(answer))
  // Older services answer with all projects. A row that does not say which one it is about may be about this one.
  const here = live.filter((row) => typeof row.projectId !== 'number' || row.projectId === projectId)
  if (!here.some(mayTradeRealMoney)) return {}
  return refuse(say`In project ${projectId} a live algorithm runs that is not known to trade there.`)
}

/** What runs live in the organization of the call. The list of deployments names no organization, so projects are asked. */
async function organization({ args: { organizationId }, look }: CallFacts): Promise<Seen> {
  const answer = await look('/live/list', {})
  const live = listIn(answer)
  if (!live) return unknown('What runs live in this organization', failureOf(answer))
  for (const { projectId } of live.filter(mayTradeRealMoney)) {
    const found = typeof projectId === 'number' ? await look('/projects/read', { projectId }) : undefined
    const [project] = found?.kind === 'done' ? records(found.body.projects) : []
    const elsewhere = text(project?.organizationId) !== undefined && project?.organizationId !== organizationId
    if (!elsewhere) {
      return refuse(
        'In this organization a live algorithm runs that is not known to trade there, and it may read the Object Store.',
      )
    }
  }
  // The list shows what this account runs; what others run in the same organization is not to be seen. An id that is not
  // spelled as in the list of organizations might mean another one to us than to QuantConnect.
  const all = await look('/organizations/list', {})
  if (all.kind !== 'done') return unknown('Who else uses this organization', all)
  const [own] = records(all.body.organizations).filter(({ id }) => id === organizationId)
  if (own?.members === 1) return {}
  return refuse(
    own
      ? 'Others use this organization too, and what they run live, which may read its Object Store, cannot be seen from here.'
      : 'This organization is not among those of the account.',
    own ? undefined : 'list_organizations shows the ids there are.',
  )
}

/** The deployments in an answer; undefined when it does not say. */
const listIn = (answer: Awaited<ReturnType<CallFacts['look']>>): Body[] | undefined =>
  answer.kind === 'done' && Array.isArray(answer.body.live) ? records(answer.body.live) : undefined
const failureOf = (answer: Awaited<ReturnType<CallFacts['look']>>): UpstreamFailure =>
  answer.kind === 'done' ? NO_ANSWER : answer

/** What is looked at, by what tells whether a call could reach real money. */
const LOOKS: Readonly<Record<Money, ((facts: CallFacts) => Promise<Seen>) | undefined>> = {
  none: undefined,
  always: undefined,
  login: undefined,
  'by-brokerage': project,
  'by-deployment': deploymentOf,
  'by-project': project,
  'for-others': project,
  'by-organization': organization,
}

/** What the arguments alone say against a call. */
function inItself(money: Money, args: CallFacts['args']): Seen {
  switch (money) {
    case 'always':
      return refuse('This reaches every live algorithm of an organization, those with real money too.')
    case 'login':
      return refuse('A login to a brokerage lets QuantConnect trade with the money that is there.')
    case 'by-brokerage':
      if (record(args.brokerage).id === PAPER_BROKERAGE) return {}
      return refuse('Another brokerage was asked for.', `Take ${PAPER_BROKERAGE}.`)
    case 'for-others':
      // Whoever has live control may start, at any time, what no connection's allowance holds.
      if ((args.liveControl ?? args.collaborationLiveControl) === false) return {}
      return refuse('Live control would let somebody else trade with real money.', 'Leave live control out: false.')
    case 'none':
    case 'by-deployment':
    case 'by-project':
    case 'by-organization':
      return {}
  }
}

const UNCERTAIN =
  'Afterwards it could not be looked at again: whether only what trades on paper was reached is not known.'
const ANOTHER =
  'Afterwards another live algorithm was there than the one looked at before: real money may have been reached.'
const STARTED = 'Afterwards a live algorithm ran there that is not known to trade on paper: it may have been reached.'

/** Refuses, where only paper is allowed, what may reach real money, and looks again at what it let go on. */
export const paper: Rule = async (facts) => {
  const { money = 'none' } = facts.tool
  if (!facts.allowance.paperOnly) return undefined
  const { against } = inItself(money, facts.args)
  if (against) return against
  const look = LOOKS[money]
  if (!look) return undefined
  const before = await look(facts)
  if (before.against) return before.against
  return async () => {
    const after = await look(facts)
    if (after.against?.reason === 'paper-unknown') return UNCERTAIN
    if (money !== 'by-deployment') return after.against && STARTED
    if (after.against) return ANOTHER
    if (!before.deployId || !after.deployId) return UNCERTAIN
    return after.deployId === before.deployId ? undefined : ANOTHER
  }
}
