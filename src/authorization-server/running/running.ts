// What runs live at QuantConnect right now, whoever started it: read for its person, and not for any assistant.
import type { Activity } from '../../audit/records.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { mayStillTrade, moneyOf } from '../../quantconnect/deployments.ts'
import type { Body } from '../../quantconnect/fields.ts'
import { number, record, records, text } from '../../quantconnect/fields.ts'
import { createTurns } from '../../quantconnect/turns.ts'
import type { Credentials } from '../../vault/vault.ts'
import { displayName } from '../clients/clients.ts'

/** How long a look may take in all, in milliseconds. */
const LOOK_MS = 8_000
/** Algorithms that are looked at one by one, and how many at once. */
const DETAILS = { most: 10, atOnce: 4 }
/** Positions that are told one by one. */
const HOLDINGS_AT_MOST = 4
/** How far the time of a start here and QuantConnect's time of it may lie apart, in milliseconds. */
const START_LIES_WITHIN = 10 * 60_000

/** One live algorithm. What QuantConnect did not say is absent. */
export interface RunningAlgorithm {
  /** Absent where QuantConnect names none: then it can only be stopped there. */
  readonly projectId?: number
  readonly deployId: string
  readonly name: string
  readonly status: string
  readonly brokerage: string
  readonly money: string
  readonly isReal: boolean
  readonly equity?: string
  readonly unrealized?: string
  readonly holdings?: string
  /** Milliseconds since 1970. */
  readonly launchedAt?: number
  /** What started it, as far as the record of this server goes back. */
  readonly startedBy?: string
}

/** What a look came to. */
export type RunningNow =
  | { readonly seen: readonly RunningAlgorithm[] }
  /** QuantConnect did not say; `because` in a sentence. */
  | { readonly unknown: 'refused-token' | 'no-answer'; readonly because: string }

type Looker = (endpoint: string, args: object) => Promise<Answer>

/** As one person, for a while, ahead of their assistants. */
function lookerFor(credentials: Credentials, quantConnect: QuantConnect, patience = LOOK_MS): Looker {
  const signal = AbortSignal.timeout(patience)
  return (endpoint, args) =>
    quantConnect
      .call(credentials, endpoint, args, { retry: true, signal, ahead: true })
      .catch((): Answer => ({ kind: 'timeout' }))
}

/**
 * Looks what runs live, of the whole account. `activities` are what its record tells, and `patience` the milliseconds that it may
 * take. Never throws for what QuantConnect does.
 */
export async function lookWhatRuns(
  credentials: Credentials,
  activities: readonly Activity[],
  quantConnect: QuantConnect,
  patience?: number,
): Promise<RunningNow> {
  const look = lookerFor(credentials, quantConnect, patience)
  const answer = await look('/live/list', {})
  if (answer.kind !== 'done' || !Array.isArray(answer.body.live)) return unknownFrom(answer)
  const rows = records(answer.body.live).filter(mayStillTrade)
  const turns = createTurns({ atOnce: DETAILS.atOnce, waiting: DETAILS.most })
  const inTurn = async (row: Body): Promise<Details> => {
    const end = await turns.take('details')
    return detailsOf(row, look).finally(end)
  }
  const details = await Promise.all(rows.slice(0, DETAILS.most).map(inTurn))
  return { seen: rows.map((row, at) => algorithmFrom(row, details[at] ?? {}, activities)) }
}

/** The live algorithm of one project, as it is now; undefined when none runs there. */
export async function lookAtProject(
  credentials: Credentials,
  projectId: number,
  quantConnect: QuantConnect,
): Promise<RunningAlgorithm | Extract<RunningNow, { unknown: unknown }> | undefined> {
  const look = lookerFor(credentials, quantConnect)
  const answer = await look('/live/list', { projectId })
  if (answer.kind === 'refused') return undefined // there is no such project
  if (answer.kind !== 'done' || !Array.isArray(answer.body.live)) return unknownFrom(answer)
  // Older services answer with all projects.
  const row = records(answer.body.live).find((one) => mayStillTrade(one) && number(one.projectId) === projectId)
  return row && algorithmFrom(row, await detailsOf(row, look), [])
}

interface Details {
  readonly live?: Body
  readonly portfolio?: Body
}

async function detailsOf({ deployId, ...row }: Body, look: Looker): Promise<Details> {
  const projectId = number(row.projectId)
  if (projectId === undefined) return {}
  const of = { projectId, ...(text(deployId) ? { deployId } : {}) }
  const [live, portfolio] = await Promise.all([look('/live/read', of), look('/live/portfolio/read', { projectId })])
  return {
    ...(live.kind === 'done' ? { live: live.body } : {}),
    ...(portfolio.kind === 'done' ? { portfolio: record(portfolio.body.portfolio) } : {}),
  }
}

function algorithmFrom(
  row: Body,
  { live = {}, portfolio }: Details,
  activities: readonly Activity[],
): RunningAlgorithm {
  const statistics = record(live.runtimeStatistics)
  const projectId = number(row.projectId)
  const launchedAt = timeOf(row.launched ?? live.launched)
  const name = text(live.projectName)
  const equity = text(statistics.Equity) ?? amount(row.equity)
  const unrealized = text(statistics.Unrealized)
  const startedBy = starterOf(projectId, launchedAt, activities)
  // Of the two tellings the one that names an environment says more about whose money it is.
  const facts: Body = { ...live, ...row }
  const money = moneyOf(facts)
  return {
    ...(projectId === undefined ? {} : { projectId }),
    deployId: text(row.deployId) ?? '',
    name: name ? displayName(name) : projectId === undefined ? 'A project without a number' : `Project ${projectId}`,
    status: text(row.status) ?? 'in an unknown state',
    brokerage: displayName(text(facts.brokerage) ?? 'an unknown brokerage'),
    money,
    isReal: money.startsWith('real money'),
    ...(equity === undefined ? {} : { equity }),
    ...(unrealized === undefined ? {} : { unrealized }),
    ...(portfolio ? { holdings: holdingsIn(portfolio) } : {}),
    ...(launchedAt === undefined ? {} : { launchedAt }),
    ...(startedBy === undefined ? {} : { startedBy }),
  }
}

const amount = (value: unknown): string | undefined =>
  number(value)?.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A time of QuantConnect's, which are UTC, in milliseconds since 1970. */
function timeOf(value: unknown): number | undefined {
  const time = Date.parse(
    `${text(value)?.replace(' ', 'T')}${/[zZ]|[+-]\d\d:?\d\d$/.test(text(value) ?? '') ? '' : 'Z'}`,
  )
  return Number.isNaN(time) ? undefined : time
}

/** The positions at a glance, the largest first. */
function holdingsIn({ holdings }: Body): string {
  const rows = Object.entries(record(holdings))
    .map(([symbol, holding]) => ({
      symbol,
      quantity: number(record(holding).q),
      value: number(record(holding).v) ?? 0,
    }))
    .filter(({ quantity }) => quantity !== 0)
    .toSorted((one, other) => Math.abs(other.value) - Math.abs(one.value))
  if (!rows.length) return 'nothing, by the last snapshot'
  const shown = rows
    .slice(0, HOLDINGS_AT_MOST)
    .map(({ symbol, quantity }) => `${quantity ?? '?'} ${displayName(symbol.split(' ')[0])}`)
  const more = rows.length - shown.length
  return [...shown, ...(more ? [`${more} more`] : [])].join(', ')
}

/** Which connection started it, by the record: the last start of the project, if QuantConnect tells of about the same time. */
function starterOf(
  projectId: number | undefined,
  launchedAt: number | undefined,
  activities: readonly Activity[],
): string | undefined {
  if (projectId === undefined || launchedAt === undefined) return undefined
  return activities.find(
    ({ tool, ids, outcome, at }) =>
      tool === 'create_live_algorithm' &&
      ids.projectId === projectId &&
      (outcome === 'done' || outcome === 'unknown') &&
      Math.abs(at - launchedAt) < START_LIES_WITHIN,
  )?.client
}

function unknownFrom(answer: Answer): Extract<RunningNow, { unknown: unknown }> {
  switch (answer.kind) {
    case 'credentials':
      return { unknown: 'refused-token', because: 'QuantConnect refuses your API token, so it does not say what runs.' }
    case 'refused':
      return {
        unknown: 'no-answer',
        because: `QuantConnect refuses to say it: ${answer.reasons.join(' ').slice(0, 200)}`,
      }
    case 'clock':
      return {
        unknown: 'no-answer',
        because: 'QuantConnect refuses the signatures of this server, whose clock may be wrong.',
      }
    case 'rate-limited':
      return { unknown: 'no-answer', because: 'QuantConnect says that this account calls too often.' }
    case 'unavailable':
      return {
        unknown: 'no-answer',
        because: `QuantConnect gives no usable answer${answer.status ? ` (HTTP ${answer.status})` : ''}.`,
      }
    case 'done':
    case 'timeout':
    case 'too-large':
    case 'redirect':
    case 'busy':
      return { unknown: 'no-answer', because: 'QuantConnect does not answer.' }
  }
}
