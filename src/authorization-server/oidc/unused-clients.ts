// How many registrations there may be that nobody has used yet. Anyone may register, and each registration is a record that
// stays for a month, so there is a bound; and since whoever has many addresses could use it up, reaching it costs those who
// have the most.
import { createHash } from 'node:crypto'
import { widerNetworks } from '../../rate-limits/client-address.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Placed, Store } from '../../storage/store.ts'
import { removeUnused, UNUSED } from './client-record.ts'
import { tooMany } from './too-many.ts'

const HOUR = 60 * 60

/** How many there may be; a new one then takes the place of an old one. */
const MOST = 20_000
/**
 * How many there may be where none is old enough to lose its place. The room between is for networks that have fewer than
 * another, so that nobody can shut the door on them by being quick.
 */
const MOST_YOUNG = 25_000
/** Seconds for which nobody loses a place: a person may be on the way through the pages. */
const SAFE = HOUR

/** How often a newcomer tries while others are given the places that become free. */
const TRIES = 50

const LIST = KEYS.unusedClients()

/**
 * Gives a new client a place among the unused ones. `network` is where it comes from, as the address of a visitor is counted.
 * Throws when there is none for it.
 */
export async function admitUnused(store: Store, id: string, network: string): Promise<void> {
  const membership = membershipOf(network)
  for (let tries = 0; tries < TRIES; tries++) {
    if (await store.join(LIST, id, membership, MOST)) return
    const { all, own, largest } = await store.sizes(LIST, membership.group)
    // Two go while there are too many, so that it comes back to its bound after a time when all were young.
    const lost = await lose(store, all > MOST ? 2 : 1, { group: membership.group, size: own })
    // Not more than there were: somebody else may have the place that became free, and then it is the next one's turn.
    const most = lost > 0 ? Math.max(MOST, all) : own < largest ? MOST_YOUNG : 0
    if (await store.join(LIST, id, membership, most)) return
    if (lost === 0) break
  }
  throw tooMany('there are too many registrations that nobody has used yet', HOUR)
}

/** Lets an unused client that registered again stay as long as its record does, with the place and the age that it has. */
export async function keepUnused(store: Store, id: string, network: string): Promise<void> {
  await store.join(LIST, id, membershipOf(network), MOST_YOUNG)
}

/** Frees the place of a client that was used, or is gone. */
export const forgetUnused = (store: Store, id: string) => store.leave(LIST, id)

/** Has so many lose their places for a newcomer, and returns how many did. */
async function lose(store: Store, most: number, newcomer: Pick<Placed, 'group' | 'size'>): Promise<number> {
  let lost = 0
  while (lost < most && (await loseOne(store, newcomer))) lost++
  return lost
}

/**
 * Frees the place of the oldest unused client of the network that has the most. Only the newcomer's own network loses, or one
 * with at least as many: else whoever is quick would have the largest share, all of it too young to lose, and with each further
 * registration push out somebody who has little. Returns whether a place became free.
 */
async function loseOne(store: Store, newcomer: Pick<Placed, 'group' | 'size'>): Promise<boolean> {
  const first = await store.firstOfLargest(LIST, Date.now() - SAFE * 1000)
  if (!first || (first.group !== newcomer.group && first.size < newcomer.size)) return false
  await removeUnused(store, first.member)
  await store.leave(LIST, first.member)
  return true
}

/** The widest network that registrations are counted by. It is kept only to be compared, so what is stored is none. */
const membershipOf = (network: string) => ({
  group: createHash('sha256')
    .update(widerNetworks(network).at(-1) ?? network)
    .digest('base64url'),
  at: Date.now(),
  ttl: UNUSED,
})
