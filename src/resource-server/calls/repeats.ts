// Not twice by accident (idempotency): what trades, spends or makes something is not sent again while the same call of the same
// connection is under way, nor for two minutes after nobody heard its answer or knows what became of it. A client that was cut
// off calls again, and its model believes that nothing was done yet.
import { setTimeout as pause } from 'node:timers/promises'
import type { CallToolResult } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { Outcome } from '../../audit/records.ts'
import { OPEN_AT_MOST, OUTCOMES } from '../../audit/records.ts'
import { parseJson } from '../../parse-json.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Step, Store } from '../../storage/store.ts'
import type { Vault } from '../../vault/vault.ts'
import type { SentBefore } from './sent-before.ts'
import { WAIT_AT_MOST } from './tool-context.ts'

/** For so long, in seconds, a call is not sent again whose answer nobody has heard, or of which nobody knows. */
const QUIET = 120
/**
 * For so long, in seconds, what is over stays: whoever has waited for an answer reads it after it was heard. Longer than a call waits
 * for its turn, so that one which came before can still see that it was overtaken.
 */
const READABLE = 60
/** For so long, in milliseconds, an answer may be on its way to whoever asked for it: by the clock of whoever waits for that. */
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
  /** Whether another one was. This call has waited for that one, then, as if it had come after it. */
  isOvertaken(): Promise<boolean>
  /** Notes what became of it, while its tool goes on to look. */
  settle(outcome: Outcome): Part
  /** Notes what became of it for good, with its answer, if there is one. */
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
  /** Whether another one was under way meanwhile: what became of it, or of one after it, is this call's outcome too. */
  let hasWaited = false
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
      const came = performance.now()
      for (;;) {
        seen = await store.get(key)
        const sent = parse(seen)
        const standing = sent ? standingOf(sent, Date.now()) : 'free'
        if (!sent || (standing === 'free' && !hasWaited)) return undefined
        const isUnderWay = standing === 'under-way'
        const patience = isUnderWay ? WAIT_AT_MOST * 1000 : standing === 'delivery' && !hasWaited ? DELIVERY : 0
        if (performance.now() - came >= patience) return sentBefore(sent)
        hasWaited ||= isUnderWay
        await pause(isUnderWay ? PAUSE.underWay : PAUSE.delivery, undefined, { signal })
      }
    },

    begin() {
      sentAt = Date.now()
      return replace(seen, {}, OPEN_AT_MOST / 1000 + QUIET)
    },

    async isOvertaken() {
      const isOvertaken = (await store.get(key)) !== seen
      hasWaited ||= isOvertaken
      return isOvertaken
    },

    settle: (outcome) => replace(last, { outcome }, WAIT_AT_MOST + QUIET),

    async end(outcome, answer) {
      // What was written before may not have been taken, though it seemed so, and the other way round.
      const held = await store.get(key).catch(() => last)
      if (parse(held)?.ref !== ref) return {}
      // Of what nobody knows there is nothing to tell but that.
      const kept = outcome === 'unknown' || !answer ? {} : { kept: await vault.sealAnswer(accountId, textOf(answer)) }
      return replace(held, { outcome, endedAt: Date.now(), ...kept }, outcome === 'failed' ? READABLE : QUIET)
    },

    async answered() {
      const sent = parse(last)
      if (sent?.outcome !== 'done' || sent.endedAt === undefined) return
      const { version: _version, ref: _ref, sentAt: _sentAt, ...ended } = sent
      // Were it lost, whoever called again would be given the answer once more.
      await store.commit({ ...replace(last, { ...ended, answered: true }, READABLE), outlives: 'process' })
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
  return outcome === 'unknown' ? 'counts' : 'delivery'
}

/** A record that cannot be understood counts for nothing. */
const parse = (stored: string | undefined): Sent | undefined => parseJson(stored, Sent)

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
