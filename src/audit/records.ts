// What stands in an account's record, line by line, and what is told of it: plain values.
import * as z from 'zod'
import { parseJson } from '../parse-json.ts'
import { ANSWERS_WITHIN } from '../quantconnect/client.ts'
import type { Risk } from '../scopes.ts'
import { isRisk } from '../scopes.ts'

/** The two journals of an account: all that only read, and everything else. */
export type JournalName = 'journal' | 'reads'

/** An intent without an outcome that is older, in milliseconds, will hardly get one: nobody knows what became of it. */
export const OPEN_AT_MOST = ANSWERS_WITHIN + 10_000

/**
 * What became of a call: it was done, it failed and nothing was done, it was not allowed, or nobody knows whether it was done.
 */
export const OUTCOMES = ['done', 'failed', 'blocked', 'unknown'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What a call is, and what a person does. */
const KINDS = ['intent', 'outcome', 'refused', 'read', 'person'] as const
type Kind = (typeof KINDS)[number]

/** What is exported of a record, member by member. It is hashed as it stands here, so a member that is told never changes. */
const told = {
  /** Milliseconds since 1970: when a call came in, or was sent; exported in ISO 8601. */
  at: z.number(),
  kind: z.enum(KINDS),
  /** A short reference, which the log line has too. An intent and its outcome have the same. */
  ref: z.string(),
  /** The id of the grant. */
  connection: z.string().optional(),
  /** What the connection was called then, for connections that have ended since. */
  client: z.string().optional(),
  tool: z.string().optional(),
  project: z.number().optional(),
  /** In words: what a call is to do, or what a person did; of an outcome and a refusal why it was not done. */
  what: z.string().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  /** Which rule refused it. */
  rule: z.string().optional(),
  /** Of what is sent, see `digestOf`. */
  digest: z.string().optional(),
  /** How many equal ones it stands for, where it is more than one. */
  count: z.int().optional(),
}

/** What pages need beside that, and no export has. */
const more = {
  /** What is at stake with the tool. */
  risk: z.string().refine(isRisk).optional(),
  /** Of the arguments only these, see ids.ts. */
  ids: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What a refused call would have done, in words. */
  wanted: z.string().optional(),
  /** Whether it is an order. */
  isOrder: z.boolean().optional(),
  /** How long it took, in milliseconds. */
  ms: z.number().optional(),
}

/** The form of a stored record. */
export const Stored = z.object({ version: z.literal(1), ...told, more: z.object(more).optional() })
/** A record as it is stored. */
export type StoredRecord = Readonly<z.infer<typeof Stored>>

/** A line of a journal as a record; undefined when it cannot be understood. */
export const parseRecord = (line: string): StoredRecord | undefined => parseJson(line, Stored)

/** What is known of a call before it is sent. */
export interface CallBegun {
  readonly at: number
  readonly ref: string
  readonly connection: string
  readonly client: string
  readonly tool: string
  readonly risk: Risk
  readonly ids: Readonly<Record<string, string | number>>
  /** What it is to do, in words. */
  readonly what?: string
  readonly digest?: string
  readonly isOrder?: boolean
}

/** How it ended. */
export interface CallEnding {
  readonly outcome: Outcome
  /** Why it was not done, in one short sentence. */
  readonly why?: string
  readonly rule?: string
}
export type CallEnded = CallBegun & CallEnding & { readonly ms: number }

/** The record of a call; what it is to do stands with the intent, and why it was not done with the rest. */
export function recordOf(kind: Exclude<Kind, 'person'>, call: CallBegun & Partial<CallEnded>): StoredRecord {
  const { risk, ids, what, why, digest, isOrder, ms, ...told } = call
  const { projectId } = ids
  const words = kind === 'intent' ? what : why
  return {
    version: 1,
    kind,
    ...told,
    ...(typeof projectId === 'number' ? { project: projectId } : {}),
    ...(words === undefined ? {} : { what: words }),
    ...(digest === undefined ? {} : { digest }),
    more: {
      risk,
      ids: { ...ids },
      ...(isOrder ? { isOrder } : {}),
      ...(kind === 'refused' && what !== undefined ? { wanted: what } : {}),
      ...(ms === undefined ? {} : { ms }),
    },
  }
}

/** What a person sends to QuantConnect themselves. */
export interface PersonalDeed {
  readonly ref: string
  /** The tool by which an assistant would do it. */
  readonly tool: string
  readonly projectId: number
  /** In words. */
  readonly what: string
}

/** The record of a person's own deed: that it is about to be sent, or what became of it. */
export const recordOfDeed = (
  { ref, tool, projectId, what }: PersonalDeed,
  ending?: Pick<CallEnding, 'outcome' | 'why'> & { readonly ms: number },
): StoredRecord => ({
  version: 1,
  kind: 'person',
  at: Date.now(),
  ref,
  tool,
  project: projectId,
  ...(ending ? { outcome: ending.outcome, ...(ending.why === undefined ? {} : { what: ending.why }) } : { what }),
  more: { ids: { projectId }, ...(ending ? { ms: ending.ms } : {}) },
})

/** Something that happened, as it is told of: a call, whatever came of it, or what a person did. */
export interface Activity {
  readonly kind: 'sent' | 'refused' | 'read' | 'person'
  readonly at: number
  readonly ref: string
  readonly connection?: string | undefined
  readonly client?: string | undefined
  readonly tool?: string | undefined
  readonly risk?: Risk | undefined
  readonly ids: Readonly<Record<string, string | number>>
  readonly what?: string | undefined
  /** Absent of what is under way. */
  readonly outcome?: Outcome | undefined
  readonly why?: string | undefined
  readonly rule?: string | undefined
  readonly digest?: string | undefined
  readonly isOrder?: boolean | undefined
  readonly ms?: number | undefined
  /** How many equal ones it stands for. */
  readonly count: number
}

/** A call of an assistant. */
export type Call = Activity & Pick<CallBegun, 'connection' | 'client' | 'tool' | 'risk'>
// sound: only what a person did has none of these
export const isCall = (activity: Activity): activity is Call => activity.kind !== 'person'

/**
 * What lines tell of, and records that are in no line yet, in no order. An intent and its outcome are one; `now` says how old an
 * intent is. In portions.
 */
export function* activitiesOf(
  lines: readonly string[],
  more: readonly StoredRecord[],
  now: number,
): Generator<void, Activity[]> {
  const others: Activity[] = []
  const sent = new Map<string, Activity>()
  for (const [index, one] of [...lines, ...more].entries()) {
    if (index % PAUSE_EVERY === 0) yield
    const record = typeof one === 'string' ? parseRecord(one) : one
    if (!record) continue
    const { kind, what, ref } = record
    const said = sayingOf(record)
    const before = sent.get(ref)
    const is = kind === 'person' ? kind : 'sent'
    if (isIntent(record))
      sent.set(ref, before ? { ...before, what } : { ...said, kind: is, what, ...fateOf(record, now) })
    else if (isOutcome(record)) sent.set(ref, { ...said, kind: is, what: before?.what, why: what })
    else if (kind === 'person') others.push({ ...said, kind, what })
    else others.push({ ...said, kind: kind === 'read' ? kind : 'refused', what: record.more?.wanted, why: what })
  }
  return [...others, ...sent.values()]
}
const PAUSE_EVERY = 100

/** What a person sends is recorded as what a tool sends, under one kind. */
const isOfDeed = ({ kind, tool }: StoredRecord): boolean => kind === 'person' && tool !== undefined
const isIntent = (record: StoredRecord): boolean =>
  record.kind === 'intent' || (isOfDeed(record) && record.outcome === undefined)
const isOutcome = (record: StoredRecord): boolean =>
  record.kind === 'outcome' || (isOfDeed(record) && record.outcome !== undefined)

const sayingOf = ({
  version: _version,
  kind: _kind,
  what: _what,
  project: _project,
  more,
  count,
  ...record
}: StoredRecord) => ({
  ...record,
  risk: more?.risk,
  ids: more?.ids ?? {},
  isOrder: more?.isOrder,
  ms: more?.ms,
  count: count ?? 1,
})

/** What an intent without an outcome says. */
const fateOf = ({ at }: StoredRecord, now: number): Pick<Activity, 'outcome'> =>
  now - at > OPEN_AT_MOST ? { outcome: 'unknown' } : {}
