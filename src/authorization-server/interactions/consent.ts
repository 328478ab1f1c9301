// What a finished visit to the consent page becomes: a grant.
import { randomBytes } from 'node:crypto'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { tellOfConnection } from '../../accounts/connection-news.ts'
import type { Event } from '../../accounts/news.ts'
import { countsStill } from '../../accounts/profile.ts'
import type { Allowance } from '../../grants/allowance.ts'
import { allowanceOf, exceeds } from '../../grants/allowance.ts'
import type { Grant, GrantClient } from '../../grants/grant-record.ts'
import { nameOf, revisionOf } from '../../grants/grants.ts'
import { GOES_ON, isSuspended } from '../../grants/suspension.ts'
import { parseScopes } from '../../scopes.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Store } from '../../storage/store.ts'
import { add } from '../../storage/store.ts'
import type { Suppliers } from '../../suppliers.ts'
import { unixTime } from '../../unix-time.ts'
import type { ClientWords } from '../clients/clients.ts'
import { describeClient, silentHost } from '../clients/clients.ts'
import type { StoredAccount } from '../oidc/session.ts'
import { summarize } from '../permissions/summary.ts'

/** For so long, in seconds, the same request is not asked about twice in vain. */
const ASKED_IN_VAIN = 10 * 60

/** For so long, in milliseconds, an answer may be on its way from the page to the end of the visit. */
const ON_ITS_WAY = 60_000

/** What a person answered, and what it rests on. */
export interface ConsentResult extends Allowance {
  /** It counts once. */
  readonly id: string
  readonly accountId: string
  /** The connection that is joined, and its revision when the person decided; absent of a new one. */
  readonly joins?: { readonly id: string; readonly seen: string }
  /** When the person decided, and when the answer was given, after a proof perhaps; milliseconds since 1970. */
  readonly at: number
  readonly given: number
}

/** `at` is when the person decided, in milliseconds since 1970. */
export const consentResult = (
  chosen: Allowance,
  accountId: string,
  grant: Grant | undefined,
  at: number,
): ConsentResult => ({
  ...allowanceOf(chosen),
  id: randomBytes(16).toString('base64url'),
  accountId,
  ...(grant ? { joins: { id: grant.id, seen: revisionOf(grant) } } : {}),
  at,
  given: Date.now(),
})

/**
 * Whether an answer still counts when the visit ends. A browser brings it there at once; whoever holds it back could undo
 * with it what the person has decided since: narrowed, revoked, stopped, signed out, signed in as somebody else.
 */
function stillCounts(result: ConsentResult, oidc: KoaContextWithOIDC['oidc'], joined: Grant | undefined): boolean {
  const { profile, accountId } = oidc.account as StoredAccount // sound: ours, from findAccount
  return (
    result.accountId === accountId &&
    countsStill(profile, oidc.session?.uid ?? '', result.at) &&
    result.given > Date.now() - ON_ITS_WAY &&
    (joined && revisionOf(joined)) === result.joins?.seen
  )
}

/**
 * Writes what the person just allowed into the grant of the account and client at hand, and returns the grant. This is where
 * consent is written, and the only place: when the browser comes back from the page and the visit ends, and not when a button
 * is pressed. So a visit counts once, with its last answer, and one that nobody brings to its end counts for nothing. An answer
 * that counts no more is dropped, and the person is asked again. Without an answer, the living grant as it is.
 */
export async function writeConsent(
  { oidc }: KoaContextWithOIDC,
  { store, grants, accounts }: Pick<Suppliers, 'store' | 'grants' | 'accounts'>,
): Promise<Grant | undefined> {
  const accountId = oidc.account?.accountId ?? ''
  const { client, params } = oidc
  const clientId = client?.clientId ?? ''
  const living = await grants.findOwn(oidc.session?.grantIdFor(clientId), accountId, clientId)

  const result = oidc.result?.consent as ConsentResult | undefined
  if (!result || !client || !params) return living
  const joined = await grants.findOwn(result.joins?.id, accountId, clientId)
  const counts =
    stillCounts(result, oidc, joined) && (await add(store, KEYS.consentAnswer(result.id), '1', ON_ITS_WAY / 500))
  const written = counts ? await write() : undefined
  if (!written) delete oidc.result?.consent
  return written ?? living

  async function write(): Promise<Grant | undefined> {
    const allowance = allowanceOf(result as ConsentResult) // sound: looked at above
    const redirectUri = String(params?.redirect_uri)
    const { name, standing, returnsTo }: GrantClient = describeClient(client as ClientWords, redirectUri)
    const allowed = {
      ...allowance,
      client: { name, standing, returnsTo },
      redirectHost: silentHost(redirectUri),
      ...GOES_ON, // the person has just looked at this one
      authorizedAt: unixTime(),
    }
    const grant = joined
      ? await grants.change(joined.id, allowed, joined)
      : await grants.create({ accountId, clientId, ...allowed })
    if (grant) await tellOfConsent(accounts, joined, grant)
    // From here on the request stands for what was allowed, so that the code and the token carry it all.
    if (grant && params) params.scope = allowance.scopes.join(' ')
    return grant
  }
}

/** Tells whoever looks at the account page what an answer of the consent page came to. */
export const tellOfConsent = (accounts: Suppliers['accounts'], before: Grant | undefined, after: Grant) =>
  tell(accounts, after, eventOf(before, after))

/** The same of a client that came back and received tokens. */
export const tellOfReturn = (accounts: Suppliers['accounts'], grant: Grant) =>
  tell(accounts, grant, 'connection-joined')

async function tell(accounts: Suppliers['accounts'], grant: Grant, what: Event | undefined): Promise<void> {
  if (what) await tellOfConnection(accounts, grant, what, summarize(nameOf(grant), grant, [], 'now').sentence)
}

function eventOf(before: Grant | undefined, after: Grant): Event | undefined {
  if (!before) return 'connection-added'
  if (isSuspended(before)) return isSuspended(after) ? undefined : 'connection-resumed'
  if (exceeds(before, after)) return 'connection-widened'
  return exceeds(after, before) ? 'connection-narrowed' : undefined
}

/**
 * Notes a request for what its person did not allow. True when the client asks in a loop: for what this connection lacks, and
 * for the second time within ten minutes the person allowed none of it. The first time it is given what stays allowed, since a
 * client that lost its tokens looks the same. `visit` is the visit at hand, whose own second submission is not another request.
 */
export async function noteVainRequest(
  store: Store,
  visit: { uid: string; scope: string },
  grant: Grant,
  chosen: Pick<Allowance, 'scopes'>,
): Promise<boolean> {
  const missing = parseScopes(visit.scope).filter((scope) => !grant.scopes.includes(scope))
  if (!missing.length || missing.some((scope) => chosen.scopes.includes(scope))) return false
  const key = KEYS.askedInVain(grant.id, missing.join(' '))
  return !(await add(store, key, visit.uid, ASKED_IN_VAIN)) && (await store.get(key)) !== visit.uid
}
