// Not twice by accident (idempotency): what trades, spends or makes something is not sent again while the same call of the same
// connection is under way, nor for two minutes after nobody heard its answer or knows what became of it. A client that was cut
// off calls again, and its model believes that nothing was done yet.
import { setTimeout as pause } from 'node:timers/promises'
import type { CallToolResult } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Outcome } from '../../audit/records.ts'
import { OPEN_AT_MOST, OUTCOMES } from '../../audit/records.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Step, Store } from '../../storage/store.ts'
import type { Vault } from '../../vault/vault.ts'
import type { SentBefore } from './sent-before.ts'
import { WAIT_AT_MOST } from './tool-context.ts'

/** For so long, in seconds, a call is not sent again whose answer nobody has heard, or of which nobody knows. */
const QUIET = 120
/** For so long, in seconds, whoever has waited for an answer can read it after it was heard. */
const READABLE = 15
/** For so long, in milliseconds, an answer may be on its way to whoever asked for it. */
const DELIVERY = 2_000
/** Milliseconds between two looks: at a call that is under way, at an answer that is on its way. */
const PAUSE = { underWay: 200, delivery: 20 }
/** Bytes of an answer that is kept; of a larger one only its ids are. */
const KEPT_AT_MOST = 64 * 1024

const Sent = z.object({
  version: z.literal(1),
  ref: z.string(),
  /** Milliseconds since 1970. */
  sentAt: z.number(),
  /** Known before the call has ended, where its tool goes on to look. */
  outcome: z.enum(OUTCOMES).optional(),
  endedAt: z.number().optional(),
  /** Whether whoever asked for it has heard the answer. */
  answered: z.boolean().optional(),
  /** The answer, sealed. */
  kept: z.string().optional(),
})
type Sent = Readonly<z.infer<typeof Sent>>

/** Another call that is the same was sent while this one was on its way: it has to wait for that one. */
export class Overtaken extends Error {
  override name = 'Overtaken'
}

/** What a step writes for a call, and expects. */
type Part = Pick<Step, 'expect' | 'write'>

/** One call among others that are the same. */
export interface Repeats {
  /** Waits until this call may be sent, or gives the one that was sent before. Rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<SentBefore | undefined>
  /** Notes that it is sent now, unless another one was since `wait`. */
  begin(): Part
  /** Whether another one was. */
  isOvertaken(): Promise<boolean>
  /** Notes what became of it; with its answer once there is one. */
  end(outcome: Outcome, answer?: CallToolResult): Promise<Part>
  /** Notes that its answer was heard. */
  answered(): Promise<void>
}

type RepeatSuppliers = { readonly store: Store; readonly vault: Pick<Vault, 'sealAnswer' | 'openAnswer'> }

/** `ref` is this call's own. */
export function createRepeats(
  { store, vault }: RepeatSuppliers,
  { accountId, grantId, digest, ref }: { accountId: string; grantId: string; digest: string; ref: string },
): Repeats {
  const key = KEYS.sent(accountId, grantId, digest)
  /** What the key held when this call was free to go. */
  let seen: string | undefined
  let sentAt = 0
  let last: string | undefined
  /** What the key shall hold instead of what it held. */
  function replace(held: string | undefined, sent: Omit<Sent, 'version' | 'ref' | 'sentAt'>, ttl: number) {
    last = JSON.stringify({ version: 1, ref, sentAt, ...sent } satisfies Sent)
    return { expect: { [key]: held }, write: { [key]: { value: last, ttl } } }
  }

  async function sentBefore({ ref, sentAt, outcome = 'unknown', kept }: Sent): Promise<SentBefore> {
    const answer = kept && (await vault.openAnswer(accountId, kept))
    return { ref, sentAt, outcome, ...(answer ? { answer: JSON.parse(answer) } : {}) }
  }

  return {
    async wait(signal) {
      const until = performance.now() + WAIT_AT_MOST * 1000
      /** The call that was under way when this one came. */
      let awaited: string | undefined
      for (;;) {
        seen = await store.get(key)
        const sent = parse(seen)
        const standing = sent ? standingOf(sent, Date.now()) : 'free'
        if (sent && standing !== 'under-way' && sent.ref === awaited) return sentBefore(sent)
        if (!sent || standing === 'free') return undefined
        if (standing === 'counts' || performance.now() > until) return sentBefore(sent)
        if (standing === 'under-way') awaited = sent.ref
        await pause(standing === 'under-way' ? PAUSE.underWay : PAUSE.delivery, undefined, { signal })
      }
    },

    begin() {
      sentAt = Date.now()
      return replace(seen, {}, OPEN_AT_MOST / 1000 + QUIET)
    },

    isOvertaken: async () => (await store.get(key)) !== seen,

    async end(outcome, answer) {
      if (!answer) return replace(last, { outcome }, WAIT_AT_MOST + QUIET)
      const kept = await vault.sealAnswer(accountId, textOf(answer))
      return replace(last, { outcome, endedAt: Date.now(), kept }, outcome === 'failed' ? READABLE : QUIET)
    },

    async answered() {
      const sent = parse(last)
      if (sent?.outcome !== 'done' || sent.endedAt === undefined) return
      const { version: _version, ref: _ref, sentAt: _sentAt, ...ended } = sent
      await store.commit(replace(last, { ...ended, answered: true }, READABLE))
    },
  }
}

/**
 * What a call that was sent means for one that comes now: it is `under-way`; its answer is on the way to whoever asked
 * (`delivery`); it `counts`, so that this one is not sent; or this one is `free`.
 */
function standingOf({ sentAt, endedAt, outcome, answered }: Sent, now: number) {
  if (endedAt === undefined) {
    const lasts = outcome === undefined ? OPEN_AT_MOST : OPEN_AT_MOST + WAIT_AT_MOST * 1000
    return now - sentAt > lasts ? 'counts' : 'under-way'
  }
  // Nothing was done, so nothing is done twice.
  if (outcome === 'failed' || answered) return 'free'
  return outcome === 'unknown' || now - endedAt > DELIVERY ? 'counts' : 'delivery'
}

/** A record that cannot be understood counts for nothing. */
function parse(stored: string | undefined): Sent | undefined {
  try {
    return stored ? Sent.safeParse(JSON.parse(stored)).data : undefined
  } catch {
    return undefined
  }
}

/** An answer as it is kept. */
function textOf(answer: CallToolResult): string {
  const text = JSON.stringify(answer)
  if (Buffer.byteLength(text) <= KEPT_AT_MOST) return text
  const ids = Object.entries(answer.structuredContent ?? {}).filter(
    ([name, value]) => /ids?$/i.test(name) && ['string', 'number'].includes(typeof value),
  )
  const said = 'The answer was too large to be kept; these are its ids.'
  return JSON.stringify({
    ...(answer.isError ? { isError: true } : {}),
    content: [{ type: 'text', text: [said, ...ids.map(([name, id]) => `${name}: ${id}`)].join('\n') }],
    structuredContent: { summary: said, ...Object.fromEntries(ids) },
  } satisfies CallToolResult)
}
