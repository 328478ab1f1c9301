// Everything that is kept for an account, as one: its profile here, its connections, credentials and activity where they
// live. What reaches across them is done here, in an order in which a crash in between leaves nobody more than they had.
import type { AuditLog, PersonalAct } from '../audit/audit-log.ts'
import type { Reach } from '../grants/for-all.ts'
import type { Grant } from '../grants/grant-record.ts'
import type { Grants } from '../grants/grants.ts'
import { KEPT_UNUSED } from '../grants/lifetime.ts'
import { KEYS } from '../storage/keys.ts'
import { removeSession } from '../storage/oidc-adapter.ts'
import type { Store } from '../storage/store.ts'
import { remove, StoreUnavailable, update } from '../storage/store.ts'
import type { Vault } from '../vault/vault.ts'
import { actsIn } from './personal-acts.ts'
import { NO_PROFILE, Profile, withEverythingSuspended, withNews, withoutBrowsers } from './profile.ts'

/** Longer than anything in it is good for, in seconds. */
const TTL = KEPT_UNUSED + 24 * 60 * 60

export interface Accounts {
  /** What is known; an empty profile when nothing is, or nothing that can be understood. */
  profile(accountId: string): Promise<Profile>
  /**
   * Changes the profile that there is, and returns it; where there is none, none is made. News that are added stand in the record
   * too, and so does what the person did beside.
   */
  change(accountId: string, how: (profile: Profile) => Profile, act?: PersonalAct): Promise<Profile>
  /** The same, and makes one where there is none: for whoever signs in. */
  open(accountId: string, how: (profile: Profile) => Profile, act?: PersonalAct): Promise<Profile>
  /** Suspends every connection, session and passkey there is, until the person has looked at them. */
  suspendUntilReviewed(accountId: string): Promise<void>
  /**
   * Suspends every connection, and what is allowed in this moment counts for nothing: says how far the store took it. A connection
   * that is made later takes a proof.
   */
  suspendConnections(accountId: string, by: 'person' | 'address'): Promise<Reach>
  /** Ends every connection, and what is allowed in this moment counts for nothing: says how far the store took it. */
  endConnections(accountId: string): Promise<Reach>
  /** Notes that a connection is in use, so that neither it nor its account's credentials end while it is. */
  noteUse(grant: Grant): Promise<void>
  /**
   * Ends every connection and session, and forgets the credentials. The record stays, and passkeys do, for who signs in anew;
   * `endedToken` is a keyed hash by which the API token is known then.
   */
  endEverything(accountId: string, endedToken: string): Promise<void>
  /** Ends every connection, and forgets everything about an account. */
  forget(accountId: string): Promise<void>
}

export interface AccountSuppliers {
  readonly store: Store
  readonly vault: Vault
  readonly grants: Grants
  readonly auditLog: AuditLog
}

export function createAccounts({ store, vault, grants, auditLog }: AccountSuppliers): Accounts {
  async function edit(accountId: string, how: (profile: Profile) => Profile, make: boolean, act?: PersonalAct) {
    const stored = await update(store, KEYS.profile(accountId), (current) => {
      if (!current && !make) return undefined
      const before = parse(current)
      const after = how(before)
      const acts = [...(act ? [act] : []), ...actsIn(before, after)]
      return { value: JSON.stringify(after), ttl: TTL, ...auditLog.persons(accountId, acts) }
    })
    return parse(stored)
  }
  async function removeSessions(accountId: string): Promise<void> {
    const { sessions } = parse(await store.get(KEYS.profile(accountId)))
    await Promise.all(sessions.map(({ uid }) => removeSession(store, uid)))
  }
  const change: Accounts['change'] = (accountId, how, act) => edit(accountId, how, false, act)

  return {
    change,
    open: (accountId, how, act) => edit(accountId, how, true, act),
    profile: async (accountId) => parse(await store.get(KEYS.profile(accountId))),

    async suspendUntilReviewed(accountId) {
      await change(accountId, withEverythingSuspended)
      const { open } = await grants.suspendAll(accountId, 'to-be-reviewed')
      if (open) throw new StoreUnavailable('not every connection was suspended')
    },

    async suspendConnections(accountId, by) {
      const at = Date.now()
      const what = by === 'address' ? 'suspended-by-address' : 'everything-suspended'
      // First: an answer of the consent page, or a proof, that is on its way must not undo it.
      await change(accountId, (profile) =>
        withNews(
          {
            ...profile,
            stoppedAt: at,
            everythingSuspendedAt: at,
            ...(by === 'address' && profile.pauseAddress
              ? { pauseAddress: { ...profile.pauseAddress, usedAt: at } }
              : {}),
          },
          [{ what, grave: true }],
          at,
        ),
      )
      return grants.suspendAll(accountId, { by, at })
    },

    async endConnections(accountId) {
      const at = Date.now()
      await change(accountId, (profile) =>
        withNews({ ...profile, stoppedAt: at }, [{ what: 'everything-stopped' }], at),
      )
      return grants.endAll(accountId)
    },

    async noteUse(grant) {
      if (!(await grants.touch(grant))) return
      await vault.renew(grant.accountId)
      await change(grant.accountId, (profile) => profile)
    },

    async endEverything(accountId, endedToken) {
      await vault.removeCredentials(accountId) // first: without them no connection can do anything
      await removeSessions(accountId)
      const now = Date.now()
      await change(accountId, (profile) =>
        withNews({ ...withoutBrowsers(profile), stoppedAt: now, endedToken }, [{ what: 'everything-stopped' }], now),
      )
      await grants.endAll(accountId)
    },

    async forget(accountId) {
      await vault.forget(accountId) // first: without credentials nobody can sign in, and no connection can do anything
      await removeSessions(accountId)
      await grants.forget(accountId)
      await auditLog.forget(accountId)
      await remove(store, KEYS.profile(accountId))
    },
  }
}

/** A profile that cannot be read signs nobody in. One of a later release is left as it is: throws, so nothing writes over it. */
function parse(json: string | undefined): Profile {
  if (!json) return NO_PROFILE
  let stored: unknown
  try {
    stored = JSON.parse(json)
  } catch {
    return NO_PROFILE
  }
  if (Number((stored as { version?: unknown } | null)?.version) > NO_PROFILE.version) {
    throw new Error('the profile of an account was written by a later release')
  }
  return Profile.safeParse(stored).data ?? NO_PROFILE
}
