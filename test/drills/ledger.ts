// What a drill measures: every request with its outcome, every round of every worker, every fault, and what was broken.
import { until } from '../support/until.ts'

/** What may be lost. The first three are facts that a server acknowledged; the others must not happen on any store. */
export const LOSSES = {
  registration: 'acknowledged registrations that are unknown',
  connection: 'connections whose newest refresh token does not work',
  'sign-in': 'people who were signed out',
  revocation: 'acknowledged revocations that came undone',
  code: 'codes that were redeemed twice',
  successor: 'refresh tokens with two successors',
  answer: 'answers that an honest client cannot act on',
  recovery: 'faults that service did not recover from',
  trace: 'calls that reached QuantConnect and are not on record',
  twice: 'calls that reached QuantConnect twice',
  told: 'calls told otherwise than they are on record',
  suspended: 'calls that went through after everything was suspended',
} as const
/** A kind of loss. */
export type Loss = keyof typeof LOSSES

interface Sent {
  readonly began: number
  readonly ended: number
  /** How it failed; undefined when it was answered as it should. */
  readonly failure: string | undefined
}

interface Round {
  readonly worker: number
  readonly began: number
  readonly whole: boolean
  readonly ended: number
}

/** A fault, and how long it lasted. */
export interface Fault {
  readonly at: number
  /** Requests that were under way at that moment. */
  readonly inFlight: number
  /** When whatever was broken was there again. */
  repaired: number
  /** When the last of the workers had finished a round without a failure that it began after the fault. */
  recovered: number
}

/** For so long service may be away before a drill gives up. */
const PATIENCE_S = 45

/** All that one drill measured. */
export class Ledger {
  readonly sent: Sent[] = []
  readonly faults: Fault[] = []
  readonly losses: { readonly loss: Loss; readonly evidence: string }[] = []
  /** Whatever else is counted, by its name in the report. */
  readonly counts = new Map<string, number>()
  readonly #rounds: Round[] = []
  readonly #began = Date.now()
  #inFlight = 0

  /** Opens the entry of one request; call the result with how it failed, or with nothing. */
  open(): (failure?: string) => void {
    const began = Date.now()
    this.#inFlight++
    return (failure) => {
      this.#inFlight--
      this.sent.push({ began, ended: Date.now(), failure })
    }
  }

  /** A failure that an answered request turned out to be. */
  note(failure: string): void {
    const now = Date.now()
    this.sent.push({ began: now, ended: now, failure })
  }

  round(round: Omit<Round, 'ended'>): void {
    this.#rounds.push({ ...round, ended: Date.now() })
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  lose(loss: Loss, what: string): void {
    const fault = this.faults.at(-1)
    const seconds = (since: number) => ((Date.now() - since) / 1000).toFixed(1)
    const when = fault ? `${seconds(fault.at)} s after fault ${this.faults.length}` : 'before any fault'
    this.losses.push({ loss, evidence: `${what} (${seconds(this.#began)} s into the load, ${when})` })
  }

  /** Makes a fault happen, and returns when its cause is repaired and all workers have had a round without a failure. */
  async strike(workers: number, cause: () => Promise<unknown>): Promise<void> {
    const fault: Fault = { at: Date.now(), inFlight: this.#inFlight, repaired: 0, recovered: 0 }
    this.faults.push(fault)
    await cause()
    fault.repaired = Date.now()
    try {
      await until('all workers to be served', () => this.#recovery(fault.at, workers), PATIENCE_S)
      fault.recovered = this.#recovery(fault.at, workers) ?? Date.now()
    } catch {
      fault.recovered = Date.now()
      this.lose('recovery', `not all workers were served within ${PATIENCE_S} s of the repair`)
    }
  }

  #recovery(since: number, workers: number): number | undefined {
    const first = new Map<number, number>()
    for (const { worker, began, whole, ended } of this.#rounds) {
      if (whole && began >= since && !first.has(worker)) first.set(worker, ended)
    }
    return first.size === workers ? Math.max(...first.values()) : undefined
  }
}
