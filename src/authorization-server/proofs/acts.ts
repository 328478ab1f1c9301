// Acts that wait for their person's proof (transaction confirmation). What was decided stays at the server for ten minutes,
// to the last detail; the form that carries the proof names it and adds nothing. So a proof is for one act: whatever a program
// in the same browser would like to do beside it is another act, and needs another.
import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { KEYS } from '../../storage/keys.ts'
import type { Store } from '../../storage/store.ts'
import { put } from '../../storage/store.ts'
import type { ActWords } from '../views/proof.ts'

/** Seconds for which an act waits. */
const WAITS = 10 * 60

/** What one act rests on, what it will do, and what its page said. */
export interface Act {
  /** Milliseconds since 1970. */
  readonly at: number
  /** The address that asked, and that the proof is posted to. */
  readonly address: string
  readonly accountId: string
  /** The browser, by the `uid` of its session. */
  readonly browser: string
  /** A text that is another one whenever what the person decided on has changed. */
  readonly state: string
  /** What will be done; the address that asked knows its shape. */
  readonly does: unknown
  /** Passkeys that the page named, and that prove as much as any once this act is proven. */
  readonly takesAlong: readonly string[]
  readonly words: ActWords
}

/** An act that waits, under the name that its form carries. */
export interface WaitingAct extends Act {
  readonly id: string
  /** As it is stored. */
  readonly json: string
}

const Known = z.looseObject({
  version: z.literal(1),
  at: z.number(),
  address: z.string(),
  accountId: z.string(),
  browser: z.string(),
  state: z.string(),
  takesAlong: z.array(z.string()),
})

/** Keeps an act. Throws `StoreUnavailable`. */
export async function keepAct(store: Store, act: Act): Promise<WaitingAct> {
  const id = randomBytes(24).toString('base64url')
  const json = JSON.stringify({ version: 1, ...act })
  await put(store, KEYS.act(id), json, WAITS)
  return { ...act, id, json }
}

/** The act of that name; undefined when it is over, or never was. */
export async function findAct(store: Store, id: string): Promise<WaitingAct | undefined> {
  const json = await store.get(KEYS.act(id))
  const act = json && Known.safeParse(JSON.parse(json)).data
  // Sound: what has these members was written by `keepAct`.
  return act ? { ...(act as unknown as Act), id, json } : undefined
}

/** Ends an act; true for exactly one of all who do so at once. */
export const useAct = (store: Store, { id, json }: WaitingAct): Promise<boolean> =>
  store.commit({ expect: { [KEYS.act(id)]: json }, write: { [KEYS.act(id)]: undefined } })

/**
 * The challenge that a passkey answers for an act (WebAuthn §13.4.3): a hash of its name and of all that it will do, so that an
 * answer is good for nothing else. The name is random, so nobody can know the challenge beforehand.
 */
export const challengeOfAct = ({ id, json }: Pick<WaitingAct, 'id' | 'json'>): string =>
  createHash('sha256').update(`${id}\n${json}`).digest('base64url')
