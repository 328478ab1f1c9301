// How a worker reaches the service: over an address of its choice, with its failures written down.
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Process } from './service.ts'

/** A request had no usable answer: nobody knows whether it was carried out. */
export class Failed extends Error {
  override name = 'Failed'
}

/** An answer, read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** How long a client waits for an answer. */
const TIMEOUT_MS = 6_000
/** For so long a client avoids an address that did not answer. */
const AVOID_MS = 500
/** Between an attempt that failed and the next one. */
export const PAUSE_MS = 150

/** The requests of one worker. */
export class Line {
  readonly #processes: readonly Process[]
  readonly #ledger: Ledger
  /** Where the servers see this worker's requests come from: each has the limits of an address of its own. */
  readonly #from: string
  readonly #avoid = new Map<string, number>()
  /** How many requests of this line have failed so far. */
  failures = 0

  constructor(processes: readonly Process[], ledger: Ledger, worker: number) {
    this.#processes = processes
    this.#ledger = ledger
    this.#from = `198.51.100.${worker}`
  }

  /** The addresses, in an order of the moment; those that answered lately come first. */
  addresses(): string[] {
    const shuffled = this.#processes.map(({ address }) => ({ address, at: Math.random() }))
    const away = (address: string) => Number((this.#avoid.get(address) ?? 0) > Date.now())
    return shuffled.sort((a, b) => away(a.address) - away(b.address) || a.at - b.at).map(({ address }) => address)
  }

  /** Sends one request, once. Throws `Failed` when it has no answer, or one that says to come again. */
  async send(path: string, init: RequestInit = {}, address = this.addresses()[0] ?? ''): Promise<Answer> {
    const close = this.#ledger.open()
    const headers = new Headers(init.headers)
    headers.set('x-forwarded-for', this.#from)
    let answer: Answer
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const response = await fetch(address + path, { redirect: 'manual', signal, ...init, headers })
      answer = { status: response.status, headers: response.headers, text: await response.text() }
    } catch (error) {
      this.#avoid.set(address, Date.now() + AVOID_MS)
      this.failures++
      close(reasonOf(error))
      throw new Failed(reasonOf(error))
    }
    const failed = answer.status >= 500 || answer.status === 429
    close(failed ? `HTTP ${answer.status}` : undefined)
    if (!failed) return answer
    this.failures++
    if (answer.status !== 503) this.#ledger.lose('answer', `${path.replace(/\?.*/, '')}: HTTP ${answer.status}`)
    throw new Failed(`HTTP ${answer.status}`)
  }

  form(path: string, parameters: Record<string, string>, address?: string): Promise<Answer> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(parameters) }, address)
  }

  json(path: string, body: object, headers: Record<string, string> = {}, address?: string): Promise<Answer> {
    const types = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    return this.send(path, { method: 'POST', headers: { ...types, ...headers }, body: JSON.stringify(body) }, address)
  }

  /** A failure that looked like an answer, such as a redirect that says to come again. */
  fail(how: string): never {
    this.failures++
    this.#ledger.note(how)
    throw new Failed(how)
  }

  /** Takes a step until it does not fail. Throws the last failure when it always does. */
  async insist<T>(step: () => Promise<T>, seconds = 60): Promise<T> {
    const end = Date.now() + seconds * 1000
    for (;;) {
      try {
        return await step()
      } catch (error) {
        if (!(error instanceof Failed) || Date.now() > end) throw error
        await delay(PAUSE_MS)
      }
    }
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } }
  if (name === 'TimeoutError') return 'no answer in time'
  if (cause?.code === 'ECONNREFUSED') return 'connection refused'
  if (cause?.code === 'ECONNRESET' || cause?.code === 'EPIPE' || cause?.code === 'UND_ERR_SOCKET') {
    return 'connection reset'
  }
  return `${name} ${cause?.code ?? ''}`.trim()
}
