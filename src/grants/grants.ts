// What a person allowed one client. This record is the authority: the resource server reads it on every call, the
// authorization server on every refresh, and the `scope` of a token is a copy for the client's eyes. So a change here is
// in force at the very next call, for tokens issued before it too.
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { put, remove, update } from '../storage/store.ts'
import { unixTime } from '../unix-time.ts'
import type { Allowance, StoredAllowance } from './allowance.ts'
import { allowanceOf } from './allowance.ts'
import type { Reach } from './for-all.ts'
import { forAll } from './for-all.ts'
import type { Grant } from './grant-record.ts'
import { formatGrant, parseGrant } from './grant-record.ts'
import { KEPT_UNUSED, keptUntil } from './lifetime.ts'
import type { Suspension } from './suspension.ts'
import { withSuspension } from './suspension.ts'

/** What of a grant may change while it lives. */
export type GrantChange = Partial<
  Allowance & Pick<Grant, 'client' | 'name' | 'suspended' | 'suspensions' | 'redirectHost' | 'usedAt' | 'authorizedAt'>
>

const ttl = (grant: Grant) => Math.max(1, grant.expiresAt - unixTime())
const alive = (grant: Grant | undefined) => (grant && grant.expiresAt > unixTime() ? grant : undefined)

/** What a person calls a connection, or what its software calls itself. */
export const nameOf = ({ name, client }: Pick<Grant, 'name' | 'client'>): string =>
  name ?? client?.name ?? 'An assistant'

/** A text that is another one whenever a grant allows something else, until another time, or to somebody more. */
export const revisionOf = (grant: Grant): string => {
  const { id, suspended = false, suspensions = [], timesAuthorized = 0 } = grant
  const { scopes, expiresAt, ...allowance } = allowanceOf(grant)
  // Of an endless one the end moves on as it is used.
  const end = allowance.endless || expiresAt
  return JSON.stringify([id, [...scopes].sort(), allowance, suspended, suspensions, timesAuthorized, end])
}

/** A living grant, and what a step expects that must be taken only while it stands as it does. */
export interface StandingGrant {
  readonly grant: Grant
  readonly expect: Readonly<Record<string, string>>
}

export interface Grants {
  /** The living grant that a record says, for whoever has read it together with something else. */
  read(id: string, record: string | undefined): Grant | undefined
  /** A living grant, or undefined when it was revoked, has ended, or never was. */
  find(id: string): Promise<Grant | undefined>
  /** The same, for a step that must not be taken once it has changed. */
  findStanding(id: string): Promise<StandingGrant | undefined>
  /** A living grant, if it is this account's, and this client's when one is named; undefined for anybody else's, and without an id. */
  findOwn(id: string | undefined, accountId: string, clientId?: string): Promise<Grant | undefined>
  /** All living grants of an account, the newest first. */
  list(accountId: string): Promise<Grant[]>
  /** Those of one client. */
  listOf(accountId: string, clientId: string): Promise<Grant[]>
  create(facts: Pick<Grant, 'accountId' | 'clientId' | 'redirectHost'> & GrantChange & StoredAllowance): Promise<Grant>
  /**
   * Changes a living grant; undefined when there is none, or when it does not allow any more what `seen` did: whoever decided
   * by that has to look again.
   */
  change(id: string, change: GrantChange, seen?: Grant): Promise<Grant | undefined>
  /** Notes that several sessions share a living grant. */
  markSeveralSessions(id: string): Promise<void>
  /** Notes that a client received its first tokens of a visit. */
  noteAuthorization(id: string): Promise<Grant | undefined>
  /** Notes that a grant is in use, once a day at most; true when it did. One without an end of its own lives on by it. */
  touch(grant: Grant): Promise<boolean>
  /** Ends one authorization of a living grant: its access tokens are refused from the next call on. */
  endAuthorization(id: string, authorizationId: string): Promise<void>
  /** Ends a grant, and with it every code and token that was issued under it. */
  end(id: string): Promise<void>
  /** Suspends a living grant, and returns it; undefined when there is none. */
  suspend(id: string, suspension: Suspension): Promise<Grant | undefined>
  /** Ends all grants of an account, those that are being made in this moment too, as far as the store takes it. */
  endAll(accountId: string): Promise<Reach>
  /** Suspends all grants of an account; those that are being made in this moment end. As far as the store takes it. */
  suspendAll(accountId: string, why?: Suspension | 'to-be-reviewed'): Promise<Reach>
  /** Ends all grants of an account, and forgets that there were any. */
  forget(accountId: string): Promise<void>
}

export function createGrants(store: Store): Grants {
  const read = (id: string, record: string | undefined) => alive(parseGrant(id, record))
  const find = async (id: string) => read(id, await store.get(KEYS.grant(id)))
  const edit = async (id: string, edited: (grant: Grant) => Grant | undefined): Promise<Grant | undefined> => {
    let written: Grant | undefined
    await update(store, KEYS.grant(id), (current) => {
      const grant = read(id, current)
      written = grant && edited(grant)
      return written && { value: formatGrant(written), ttl: ttl(written) }
    })
    return alive(written)
  }
  const end = async (id: string): Promise<void> => void (await remove(store, KEYS.grant(id)))
  const listed = async (accountId: string) => parseListed(await store.get(KEYS.grantsOf(accountId)))
  const idsOf = async (accountId: string) => Object.keys(await listed(accountId)).filter((id) => id !== STOPS)
  /** Lists a grant under its account, and leaves out those that are known to have ended. */
  const enlist = (accountId: string, id: string, ended: readonly string[] = []) =>
    update(store, KEYS.grantsOf(accountId), (current) => {
      const entries = Object.entries(parseListed(current)).filter(([one]) => !ended.includes(one))
      return { value: JSON.stringify({ ...Object.fromEntries(entries), [id]: unixTime() }), ttl: LISTED }
    })
  /** Ids whose grants have ended. One that was listed a moment ago may only not be written yet. */
  async function endedOf(accountId: string): Promise<string[]> {
    const old = Object.entries(await listed(accountId)).filter(
      ([id, at]) => id !== STOPS && at < unixTime() - UNWRITTEN,
    )
    const living = await Promise.all(old.map(([id]) => find(id)))
    return old.map(([id]) => id).filter((_, index) => !living[index])
  }
  /** Notes that all were stopped: a grant that was being made before does not outlive this. Returns all ids there are. */
  async function stopMaking(accountId: string): Promise<string[]> {
    await update(store, KEYS.grantsOf(accountId), (current) => {
      const stored = parseListed(current)
      return { value: JSON.stringify({ ...stored, [STOPS]: (stored[STOPS] ?? 0) + 1 }), ttl: LISTED }
    })
    return idsOf(accountId)
  }
  async function list(accountId: string): Promise<Grant[]> {
    const found = await Promise.all((await idsOf(accountId)).map(find))
    const own = found.filter((grant) => grant?.accountId === accountId) as Grant[] // sound: undefined is nobody's
    return own.sort((one, other) => other.createdAt - one.createdAt)
  }
  const endAll = async (accountId: string): Promise<Reach> =>
    forAll(await stopMaking(accountId), async (id) => {
      const living = await find(id)
      await end(id)
      return living
    })
  const suspend = (id: string, suspension: Suspension) =>
    edit(id, (grant) => ({ ...grant, suspensions: withSuspension(grant, suspension) }))

  return {
    read,
    find,
    end,
    endAll,
    suspend,
    async findStanding(id) {
      const json = await store.get(KEYS.grant(id))
      const grant = read(id, json)
      return grant && json !== undefined ? { grant, expect: { [KEYS.grant(id)]: json } } : undefined
    },
    async findOwn(id, accountId, clientId) {
      const grant = id ? await find(id) : undefined
      return grant?.accountId === accountId && (clientId ?? grant.clientId) === grant.clientId ? grant : undefined
    },
    list,
    listOf: async (accountId, clientId) => (await list(accountId)).filter((grant) => grant.clientId === clientId),
    async create(facts) {
      const grant: Grant = {
        ...facts,
        ...allowanceOf(facts),
        version: 1,
        id: `${facts.accountId}.${randomBytes(16).toString('base64url')}`,
        createdAt: unixTime(),
      }
      // Listed first: a crash in between leaves a name without a grant, and never a grant that its person cannot see.
      const before = parseListed(await enlist(grant.accountId, grant.id, await endedOf(grant.accountId)))
      await put(store, KEYS.grant(grant.id), formatGrant(grant), ttl(grant))
      const after = await listed(grant.accountId)
      if (!(grant.id in after) || after[STOPS] !== before[STOPS]) await end(grant.id)
      return grant
    },
    async change(id, change, seen) {
      const changed = await edit(id, (grant) => {
        return seen && revisionOf(seen) !== revisionOf(grant) ? undefined : { ...grant, ...change }
      })
      // One that lives longer now must not outlive the list.
      if (changed && change.expiresAt) await enlist(changed.accountId, id)
      return changed
    },
    suspendAll: async (accountId, why = 'to-be-reviewed') =>
      forAll(await stopMaking(accountId), (id) =>
        why === 'to-be-reviewed' ? edit(id, (grant) => ({ ...grant, suspended: true })) : suspend(id, why),
      ),
    async markSeveralSessions(id) {
      await edit(id, (grant) => ({ ...grant, severalSessions: true }))
    },
    noteAuthorization: (id) =>
      edit(id, (grant) => ({ ...grant, authorizedAt: unixTime(), timesAuthorized: (grant.timesAuthorized ?? 0) + 1 })),
    async endAuthorization(id, authorizationId) {
      const grant = await edit(id, (grant) => {
        const kept = Object.entries(grant.endedAuthorizations ?? {}).filter(([, until]) => until > unixTime())
        const ended = [...kept, [authorizationId, unixTime() + ENDED_KEPT]]
        return { ...grant, endedAuthorizations: Object.fromEntries(ended) }
      })
      // So many within an hour are no accident, and none of them may be forgotten.
      if (Object.keys(grant?.endedAuthorizations ?? {}).length > MOST_ENDED) await end(id)
    },
    async touch(grant) {
      // Grants without a client were made before there was a list, and join it when they are first used.
      const noted = grant.usedAt ?? (grant.client ? grant.createdAt : 0)
      if (noted > unixTime() - DAY) return false
      await enlist(grant.accountId, grant.id)
      const kept = await edit(grant.id, (current) => ({
        ...current,
        usedAt: unixTime(),
        expiresAt: Math.max(current.expiresAt, keptUntil(current, unixTime()) ?? 0),
      }))
      return kept !== undefined
    },
    async forget(accountId) {
      await endAll(accountId)
      await remove(store, KEYS.grantsOf(accountId))
    },
  }
}

/** Whether an authorization was ended while its grant lives on. */
export const isEnded = ({ endedAuthorizations = {} }: Grant, authorizationId: string): boolean =>
  Object.hasOwn(endedAuthorizations, authorizationId)

const DAY = 24 * 60 * 60
/** For so long an ended authorization has to be known, in seconds: longer than an access token lives. */
export const ENDED_KEPT = 65 * 60
/** How many of them there may be. */
const MOST_ENDED = 100
/** Longer than a grant lives without being used, in seconds. */
const LISTED = KEPT_UNUSED + DAY
/** For so long a listed grant may not be written yet. */
const UNWRITTEN = 60

/** Among the ids, how often all were stopped at once. No id is called so. */
const STOPS = 'stops'

/** By id, since when it is listed. */
const parseListed = (json: string | undefined): Record<string, number> =>
  json ? z.record(z.string(), z.number()).parse(JSON.parse(json)) : {}
