// A deed: a call that is sent to change something. What is about to be sent is written down first, so that nothing reaches
// QuantConnect of which its person's record knows nothing (write-ahead log); what became of it is written down before anybody
// hears of it. An intent without an outcome says that nobody knows.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { outcomeBy } from '../../audit/outcome.ts'
import type { CallBegun, CallEnded, CallEnding, Outcome } from '../../audit/records.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import { persist } from '../../storage/persist.ts'
import type { Step } from '../../storage/store.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { Tool } from '../tools/tool.ts'
import type { CallLease } from './one-at-a-time.ts'
import type { Permit } from './permit.ts'
import { Refusal } from './refusals.ts'
import type { Repeats } from './repeats.ts'
import { Overtaken } from './repeats.ts'
import type { SentBefore } from './sent-before.ts'

export interface Deed {
  /** Whether its intent was written, or may have been. */
  readonly hasBegun: boolean
  /** Waits while the same call is under way, and gives one that was sent before, where this must not be sent too. */
  waitForSame(signal: AbortSignal): Promise<SentBefore | undefined>
  /** Finds the words for its intent. It waits for QuantConnect, so it must not hold a turn there. */
  describe(): Promise<void>
  /**
   * Right before it is sent: writes down what is about to be. Throws `Refusal` when that cannot be, or somebody else may be at the
   * same by now, and `Overtaken`. What only stops something is sent all the same.
   */
  begin(lease: CallLease): Promise<void>
  /** Notes what QuantConnect answered. `redirects` says that an address for a person is what was wanted. */
  note(answer: Answer, redirects: boolean): void
  /** Writes down what became of it, if that is known and not written yet: before its tool goes on to look. */
  settle(): Promise<void>
  /**
   * Writes down what became of it for good, as often as it takes, and keeps the answer until `whenAnswered` says that it was heard.
   * Gives the outcome.
   */
  end(ending: CallEnding, answer?: CallToolResult, whenAnswered?: (act: () => void) => void): Promise<Outcome>
}

/** What a deed is kept with. */
export type DeedSuppliers = Pick<Suppliers, 'log' | 'store' | 'auditLog' | 'callsUnderWay'>

export interface DeedFacts {
  readonly tool: Pick<Tool, 'name' | 'onlyLowersRisk'>
  readonly accountId: string
  readonly call: CallBegun
  /** Milliseconds since the call came in. */
  readonly elapsed: () => number
  /** What it is to do, in words for the record, when something may be looked up for them. */
  readonly describe: () => Promise<string | undefined>
  /** Whether the connection may still send it, when its turn has come. */
  readonly permit: Permit
  /** Aborts when its caller leaves, or its connection is suspended: then it is not sent, if its intent is not written yet. */
  readonly signal: AbortSignal
  /** Where the same call must not be sent twice by accident. */
  readonly repeats: Repeats | undefined
}

/** So often an intent is to be written that others get in the way of. */
const TRIES = 5

export function createDeed(
  { tool, accountId, call: came, elapsed, describe, permit, signal, repeats }: DeedFacts,
  { store, log, auditLog, callsUnderWay }: DeedSuppliers,
): Deed {
  let call = came
  /** Milliseconds until it was sent: from then on it is told how long it took. */
  let waited = 0
  let stage: 'waiting' | 'refused' | 'sent' = 'waiting'
  /** From when it is sent on nobody knows, until there is an answer. */
  let outcome: Outcome = 'unknown'
  let isSettled = false

  /** Writes what became of it: into the record, when there is something new to say, and for those who call the same. */
  async function write(ended: CallEnded, part?: Pick<Step, 'expect' | 'write'>): Promise<void> {
    const isNew = !isSettled || ended.why !== undefined
    const line = isNew ? auditLog.outcome(accountId, ended) : {}
    if (!isNew && !part) return
    const isTaken = await store.commit({ ...part, ...line })
    // Where it cannot be said to others any more, it still belongs into the record.
    if (!isTaken && isNew) await store.commit(line)
  }
  /** Writes down what is about to be sent, if it may be sent still. */
  async function writeIntent(lease: CallLease): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const parts = [await permit.parts(call.what), lease.renewal(), repeats?.begin() ?? {}]
      const step: Step = {
        expect: Object.assign({}, ...parts.map(({ expect }) => expect)),
        write: Object.assign({}, ...parts.map(({ write }) => write)),
        ...auditLog.intent(accountId, call),
        outlives: 'machine',
      }
      signal.throwIfAborted()
      if (await store.commit(step)) return
      if (await repeats?.isOvertaken()) throw new Overtaken()
      // Or the grant was only noted to be in use, or an equal call was counted, in this moment: so it looks again.
      if (tries === TRIES) throw new Refusal({ reason: 'not-alone' })
    }
  }
  const endedBy = (ending: CallEnding): CallEnded => ({ ...call, ...ending, ms: Math.round(elapsed() - waited) })

  return {
    get hasBegun() {
      return stage !== 'waiting'
    },

    async describe() {
      const what = await describe()
      if (what !== undefined) call = { ...call, what }
    },

    waitForSame: async (signal) => repeats?.wait(signal),

    async begin(lease) {
      if (stage !== 'waiting') throw new Error(`${tool.name} sends more than one call that changes something`)
      call = { ...call, at: Date.now() }
      waited = elapsed()
      try {
        await writeIntent(lease)
        stage = 'sent'
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error
        stage = tool.onlyLowersRisk ? 'sent' : 'refused'
        outcome = tool.onlyLowersRisk ? 'unknown' : 'failed' // it may be written, and nothing is sent
        if (stage === 'refused') throw new Refusal({ reason: 'unrecorded' }, error)
        log.error({ err: error, accountId, call }, 'a stop is sent without its intent')
      }
    },

    note(answer, redirects) {
      outcome = redirects && answer.kind === 'redirect' ? 'done' : outcomeBy(answer)
    },

    async settle() {
      if (stage !== 'sent' || isSettled || outcome === 'unknown') return
      try {
        await write(endedBy({ outcome }), repeats?.settle(outcome))
        isSettled = true
      } catch {
        // What the store does not take now is written at the end.
      }
    },

    async end(ending, answer, whenAnswered) {
      const ended = endedBy({ ...ending, outcome })
      if (stage === 'sent' && outcome === 'failed')
        await permit.takeBack().catch((err) => log.warn({ err }, 'a call still counts for the brake'))
      const part = await repeats?.end(outcome, answer)
      const noteEnd = callsUnderWay.begin({ ref: call.ref, tool: tool.name, accountId })
      const giveUp = (err: unknown) => log.error({ err, accountId, call: ended }, 'call not recorded')
      await persist(() => write(ended, part), noteEnd, giveUp)
      whenAnswered?.(
        () => void repeats?.answered().catch((err) => log.warn({ err }, 'an answer was not noted as heard')),
      )
      return outcome
    },
  }
}
