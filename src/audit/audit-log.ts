// The audit log, what a person's assistants did: two journals per account, so that the account page can say what was called,
// by whom, and what came of it. One has what was sent to change something, each call as an intent, written before it is sent,
// and an outcome (write-ahead); the other what only read, and what was not sent. Of the arguments only ids are kept (ids.ts),
// and of the answers nothing.
import { z } from 'zod'
import { inPortions } from '../portions.ts'
import { ANSWERS_WITHIN } from '../quantconnect/client.ts'
import { isRisk } from '../scopes.ts'
import { KEYS } from '../storage/keys.ts'
import type { NewLine, Retention, Step, Store } from '../storage/store.ts'
import { append } from '../storage/store.ts'

/** How long a call is told of, in seconds. */
export const KEPT_FOR = 30 * 24 * 60 * 60
/** How many calls of an account are told of, and as many again that were sent to change something. */
export const KEPT_AT_MOST = 10_000
const KEEP: Retention = { ttl: KEPT_FOR, most: KEPT_AT_MOST }
/** An intent and an outcome of each. */
const KEEP_SENT: Retention = { ttl: KEPT_FOR, most: 2 * KEPT_AT_MOST }

/** An intent without an outcome that is older, in milliseconds, will hardly get one: nobody knows what became of it. */
export const OPEN_AT_MOST = ANSWERS_WITHIN + 10_000

/**
 * What became of a call: it was done, it failed and nothing was done, it was not allowed, or nobody knows whether it was done.
 */
export const OUTCOMES = ['done', 'failed', 'blocked', 'unknown'] as const
export type Outcome = (typeof OUTCOMES)[number]

const about = {
  /** Milliseconds since 1970, when the call came in. */
  at: z.number(),
  /** A short reference, which the log line has too. */
  ref: z.string(),
  grantId: z.string(),
  /** What the connection was called then, for connections that have ended since. */
  client: z.string(),
  tool: z.string(),
  /** What is at stake with this tool. */
  risk: z.string().refine(isRisk),
  ids: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Of what is sent, see `digestOf`. */
  digest: z.string().optional(),
}
const ended = {
  outcome: z.enum(OUTCOMES),
  /** Why it was refused or failed, in one short sentence. */
  why: z.string().optional(),
  /** Which rule refused it. */
  rule: z.string().optional(),
  /** How long it took, in milliseconds. */
  ms: z.number(),
}
const CallBegun = z.object(about)
const CallEnded = z.object({ ...about, ...ended })
/** What is known of a call before it is sent. */
export type CallBegun = Readonly<z.infer<typeof CallBegun>>
export type CallEnded = Readonly<z.infer<typeof CallEnded>>

const version = z.literal(1)
const Line = z.discriminatedUnion('kind', [
  CallBegun.extend({ version, kind: z.literal('intent') }),
  CallEnded.extend({ version, kind: z.enum(['outcome', 'refused', 'read']) }),
])

/** A call as it is told of: one that is under way has no outcome yet. */
export type Call = CallBegun & Partial<Pick<CallEnded, keyof typeof ended>>

/** A line that cannot be understood tells nothing. */
function parse(line: string): z.infer<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/** The calls of some lines. An intent and its outcome are one; `now` says how old an intent is. */
function* callsIn(lines: readonly string[], now: number): Generator<void, Call[]> {
  const calls: Call[] = []
  const sent = new Map<string, Call>()
  for (const [index, line] of lines.entries()) {
    if (index % PAUSE_EVERY === 0) yield
    const understood = parse(line)
    if (!understood) continue
    const { version: _version, kind, ...call } = understood
    if (kind === 'outcome') sent.set(call.ref, call)
    else if (kind !== 'intent') calls.push(call)
    else if (!sent.has(call.ref)) sent.set(call.ref, { ...call, ...fateOf(call, now) })
  }
  return [...calls, ...sent.values()]
}
const PAUSE_EVERY = 100

/** What an intent without an outcome says. */
const fateOf = ({ at }: CallBegun, now: number): Pick<Call, 'outcome'> =>
  now - at > OPEN_AT_MOST ? { outcome: 'unknown' } : {}

export interface AuditLog {
  /** Records a call that was sent to change nothing. */
  record(accountId: string, kind: 'read' | 'refused', call: CallEnded): Promise<void>
  /** The calls of an account, the newest first, none older than 30 days. */
  calls(accountId: string): Promise<Call[]>
  forget(accountId: string): Promise<void>
}

/** What a step adds to the record of an account. */
type Addition = Required<Pick<Step, 'append'>>

const lineOf = (kind: z.infer<typeof Line>['kind'], call: CallBegun, keep: Retention): NewLine => ({
  at: Date.now(),
  line: JSON.stringify({ version: 1, kind, ...call }),
  keep,
})

/** That a call is about to be sent. */
export const noteIntent = (accountId: string, call: CallBegun): Addition => ({
  append: { [KEYS.journal(accountId)]: lineOf('intent', call, KEEP_SENT) },
})

/** What became of a call that was sent, or was to be. Said twice, the last word counts. */
export const noteOutcome = (accountId: string, call: CallEnded): Addition => ({
  append: { [KEYS.journal(accountId)]: lineOf('outcome', call, KEEP_SENT) },
})

export function createAuditLog(store: Store): AuditLog {
  return {
    record: async (accountId, kind, call) =>
      void (await append(store, KEYS.activity(accountId), lineOf(kind, call, KEEP))),
    async calls(accountId) {
      const now = Date.now()
      const keys = [KEYS.activity(accountId), KEYS.journal(accountId)]
      const lines = (await Promise.all(keys.map((key) => store.lines(key)))).flat()
      const young = lines.filter(({ at }) => at >= now - KEPT_FOR * 1000)
      const calls = await inPortions(
        callsIn(
          young.map(({ line }) => line),
          now,
        ),
      )
      return calls.sort((one, other) => other.at - one.at)
    },
    async forget(accountId) {
      await store.clear(KEYS.activity(accountId))
      await store.clear(KEYS.journal(accountId))
    },
  }
}
