// The audit log, what a person's assistants did: one journal per account, so that the account page can say what was called,
// by whom, and what came of it. Of the arguments only ids are kept (ids.ts), and of the answers nothing.
import { z } from 'zod'
import { inPortions } from '../portions.ts'
import { isHarmless, isRisk } from '../scopes.ts'
import { KEYS } from '../storage/keys.ts'
import type { Retention, Store } from '../storage/store.ts'

/** How long a call is told of, in seconds. */
export const KEPT_FOR = 30 * 24 * 60 * 60
/** How many calls of an account are told of, and as many again that had consequences. */
export const KEPT_AT_MOST = 10_000
const KEEP: Retention = { ttl: KEPT_FOR, most: KEPT_AT_MOST }

/** What became of a call: it was answered, it failed, it was not allowed, or the client left before the answer. */
export const OUTCOMES = ['answered', 'failed', 'refused', 'left'] as const
export type Outcome = (typeof OUTCOMES)[number]

const Call = z.object({
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
  outcome: z.enum(OUTCOMES),
  /** Why it was refused or failed, in one short sentence. */
  why: z.string().optional(),
  /** How long it took, in milliseconds. */
  ms: z.number(),
})
export type Call = Readonly<z.infer<typeof Call>>
const Line = Call.extend({ version: z.literal(1) })

/** A line that cannot be understood tells nothing. */
function parse(line: string): Call[] {
  try {
    const { version: _, ...call } = Line.parse(JSON.parse(line))
    return [call]
  } catch {
    return []
  }
}

function* parseAll(lines: readonly string[]): Generator<void, Call[]> {
  const calls: Call[] = []
  for (const [index, line] of lines.entries()) {
    if (index % PAUSE_EVERY === 0) yield
    calls.push(...parse(line))
  }
  return calls
}
const PAUSE_EVERY = 100

export interface AuditLog {
  record(accountId: string, call: Call): Promise<void>
  /** The calls of an account, the newest first, none older than 30 days; from a time (ms) on. */
  calls(accountId: string, since?: number): Promise<Call[]>
  forget(accountId: string): Promise<void>
}

/** Whether a call did, or may have done, what cannot be undone. An assistant that calls ten thousand times cannot hide one. */
const isDeed = ({ risk, outcome }: Call): boolean => !isHarmless(risk) && (outcome === 'answered' || outcome === 'left')

export function createAuditLog(store: Store): AuditLog {
  return {
    record: (accountId, call) => {
      const key = (isDeed(call) ? KEYS.deeds : KEYS.activity)(accountId)
      return store.append(key, call.at, JSON.stringify({ version: 1, ...call }), KEEP)
    },
    async calls(accountId, since = 0) {
      const from = Math.max(since, Date.now() - KEPT_FOR * 1000)
      const keys = [KEYS.activity(accountId), KEYS.deeds(accountId)]
      const [others = [], deeds = []] = await Promise.all(keys.map((key) => store.lines(key, from)))
      const calls = await inPortions(parseAll([...others, ...deeds]))
      return calls.sort((one, other) => other.at - one.at)
    },
    async forget(accountId) {
      await store.clear(KEYS.activity(accountId))
      await store.clear(KEYS.deeds(accountId))
    },
  }
}
