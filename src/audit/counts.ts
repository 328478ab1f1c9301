// What a page tells of an account's calls: how many there were, what they came to, and those that somebody asks to see.
import { isHarmless } from '../scopes.ts'
import type { Activity, Call, Outcome } from './records.ts'

/** What a tool's calls count as. Every tool declares one. */
export type CountsAs =
  | 'reads'
  | 'changes'
  | 'deletions'
  | 'backtests'
  | 'optimizations'
  | 'starts'
  | 'commands'
  | 'stops'
  | 'liquidations'
  /** Logins to a brokerage, which trade nothing. */
  | 'logins'
  /** Who else may see, change and run a project. */
  | 'access'

/** What counting needs to know of a tool. */
export interface CountedTool {
  readonly name: string
  readonly countsAs: CountsAs
}

/** What is counted one by one, in the order of the pages: one of it, and several. A command may be an order. */
const COUNTED = {
  starts: ['start', 'starts'],
  orders: ['order sent', 'orders sent'],
  commands: ['command sent', 'commands sent'],
  stops: ['stop', 'stops'],
  liquidations: ['liquidation', 'liquidations'],
  optimizations: ['optimization', 'optimizations'],
  deletions: ['deletion', 'deletions'],
  access: ['change of access', 'changes of access'],
  backtests: ['backtest', 'backtests'],
} as const
type Counted = keyof typeof COUNTED

export interface Counts {
  readonly calls: number
  /** Such as "1 start" and "2 orders sent"; nothing of which there was none. */
  readonly deeds: readonly string[]
  readonly refused: number
}

/** Whether something was done, or may have been: nobody knows of it, or it is on its way. */
const mayBeDone = ({ kind, outcome }: Activity): boolean =>
  kind === 'sent' && (outcome === 'done' || outcome === 'unknown' || outcome === undefined)

/** Whether it had consequences, or may have had: it traded, spent, deleted or administered. */
export const hadConsequences = (activity: Activity): boolean =>
  mayBeDone(activity) && activity.risk !== undefined && !isHarmless(activity.risk)

/** What its person sent to QuantConnect themselves. */
const isPersonalDeed = ({ kind, tool }: Activity): boolean => kind === 'person' && tool !== undefined

/** The calls in a few words: all, what was done or may have been, kind by kind, and what was not allowed. */
export function countsOf(calls: readonly Call[], tools: readonly CountedTool[]): Counts {
  const kinds = new Map(tools.map(({ name, countsAs }) => [name, countsAs]))
  // A tool of another release counts by its risk.
  const kindOf = ({ tool, risk, isOrder }: Call): string =>
    isOrder ? 'orders' : (kinds.get(tool) ?? (risk === 'trades' ? 'commands' : 'changes'))
  const done = Map.groupBy(calls.filter(mayBeDone), kindOf)
  const deeds = (Object.keys(COUNTED) as Counted[]).flatMap((kind) => {
    const number = sum(done.get(kind) ?? [])
    const [one, several] = COUNTED[kind]
    return number ? [`${number} ${number === 1 ? one : several}`] : []
  })
  return { calls: sum(calls), deeds, refused: sum(calls.filter(({ outcome }) => outcome === 'blocked')) }
}

const sum = (calls: readonly Activity[]): number => calls.reduce((all, { count }) => all + count, 0)

const isOfConsequence = (activity: Activity): boolean => hadConsequences(activity) || isPersonalDeed(activity)

/** What can be asked for, by name: what it leaves. */
export const VIEWS = {
  consequences: isOfConsequence,
  others: (activity) => !isOfConsequence(activity),
  sent: ({ kind }) => kind === 'sent',
  refused: ({ kind, outcome }) => kind !== 'person' && (outcome === 'blocked' || outcome === 'failed'),
  person: ({ kind }) => kind === 'person',
  reads: ({ kind }) => kind === 'read',
  all: () => true,
} as const satisfies Record<string, (activity: Activity) => boolean>
export type View = keyof typeof VIEWS

export interface Filter {
  readonly view?: View | undefined
  readonly connection?: string | undefined
  readonly tool?: string | undefined
  readonly outcome?: Outcome | undefined
  readonly project?: number | undefined
  /** Since when and until when, milliseconds since 1970; the end is not in it. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** What is all that a filter says. What it leaves open may be anything. */
export const filtered = (
  all: readonly Activity[],
  { view = 'all', connection, tool, outcome, project, from = 0, to = Number.POSITIVE_INFINITY }: Filter,
): readonly Activity[] =>
  all.filter(
    (one) =>
      VIEWS[view](one) &&
      (connection ?? one.connection) === one.connection &&
      (tool ?? one.tool) === one.tool &&
      (outcome ?? one.outcome) === one.outcome &&
      (project ?? one.ids.projectId) === one.ids.projectId &&
      one.at >= from &&
      one.at < to,
  )
