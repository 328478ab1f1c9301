// Person A's client, in a thread of its own, so that what it costs to attack is not measured as B's answer time.
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, Worker, workerData } from 'node:worker_threads'

/** One request, sent again and again. */
export interface Shot {
  readonly url: string
  /** GET without one. */
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
  readonly ms: number
  readonly atOnce: number
  /** As fast as it goes, unless told. */
  readonly perSecond?: number
  /** Puts a new signature under the access token each time. */
  readonly forges?: boolean
}

/** How often each status came back, or what else became of a request. */
export type Outcomes = Readonly<Record<string, number>>

/** A client gives up after that long. What it asked for may keep the server busy even so. */
const PATIENCE_MS = 30_000
const SIGNATURE_BYTES = 64

/** Attacks from a thread, until its time is up and the last request has come to an end. */
export function attack(shot: Shot): Promise<Outcomes> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcomes>()
  new Worker(new URL(import.meta.url), { workerData: shot }).once('message', resolve).once('error', reject)
  return promise
}

async function send({ url, body, headers, forges }: Shot): Promise<string> {
  const { authorization = '', ...others } = headers
  const unsigned = authorization.slice(0, authorization.lastIndexOf('.') + 1)
  const shown = forges ? unsigned + randomBytes(SIGNATURE_BYTES).toString('base64url') : authorization
  try {
    const response = await fetch(url, {
      headers: { ...others, ...(shown ? { authorization: shown } : {}) },
      ...(body === undefined ? {} : { method: 'POST', body }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    await response.arrayBuffer()
    return String(response.status)
  } catch (error) {
    return error instanceof DOMException ? 'gave up' : 'cut off'
  }
}

async function attackHere(shot: Shot): Promise<Outcomes> {
  const outcomes: Record<string, number> = {}
  const end = performance.now() + shot.ms
  const gap = shot.perSecond ? (1000 * shot.atOnce) / shot.perSecond : 0
  const lane = async () => {
    for (let due = performance.now(); due < end; due = Math.max(due + gap, performance.now() - 1000)) {
      if (due > performance.now()) await pause(due - performance.now())
      const outcome = await send(shot)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: shot.atOnce }, lane))
  return outcomes
}

if (parentPort) parentPort.postMessage(await attackHere(workerData))
