// What a finished visit to the consent page becomes: a grant.
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Allowance } from '../../grants/allowance.ts'
import { allowanceOf } from '../../grants/allowance.ts'
import type { Grant, GrantClient, Grants } from '../../grants/grants.ts'
import { revisionOf } from '../../grants/grants.ts'
import { parseScopes } from '../../scopes.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Store } from '../../storage/store.ts'
import { add } from '../../storage/store.ts'
import type { ClientWords } from '../clients/clients.ts'
import { describeClient, silentHost } from '../clients/clients.ts'
import type { StoredAccount } from '../oidc/session.ts'

/** For so long, in seconds, the same request is not asked about twice in vain. */
const ASKED_IN_VAIN = 10 * 60

/** For so long, in milliseconds, an answer may be on its way from the page to the end of the visit. */
const ON_ITS_WAY = 60_000

/** What a person answered, and what it rests on. */
export interface ConsentResult extends Allowance {
  readonly accountId: string
  /** The revision of the connection when the person decided; absent when there was none. */
  readonly seen?: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export const consentResult = (chosen: Allowance, accountId: string, grant: Grant | undefined): ConsentResult => ({
  ...allowanceOf(chosen),
  accountId,
  ...(grant ? { seen: revisionOf(grant) } : {}),
  at: Date.now(),
})

/**
 * Whether an answer still counts when the visit ends. A browser brings it there at once; whoever holds it back could undo
 * with it what the person has decided since: narrowed, revoked, stopped, signed out, signed in as somebody else.
 */
function stillCounts(result: ConsentResult, oidc: KoaContextWithOIDC['oidc'], living: Grant | undefined): boolean {
  const { profile, accountId } = oidc.account as StoredAccount // sound: ours, from findAccount
  const signedInAt = profile.sessions.find(({ uid }) => uid === oidc.session?.uid)?.since ?? Number.POSITIVE_INFINITY
  return (
    result.accountId === accountId &&
    result.at >= signedInAt * 1000 &&
    result.at > (profile.stoppedAt ?? 0) &&
    result.at > Date.now() - ON_ITS_WAY &&
    (living && revisionOf(living)) === result.seen
  )
}

/**
 * Writes what the person just allowed into the grant of the account and client at hand, and returns the grant. This is where
 * consent is written, and the only place: when the browser comes back from the page and the visit ends, and not when a button
 * is pressed. So a visit counts once, with its last answer, and one that nobody brings to its end counts for nothing. An answer
 * that counts no more is dropped, and the person is asked again. Without an answer, the living grant as it is.
 */
export async function writeConsent({ oidc }: KoaContextWithOIDC, grants: Grants): Promise<Grant | undefined> {
  const accountId = oidc.account?.accountId ?? ''
  const { client, params } = oidc
  const clientId = client?.clientId ?? ''
  const id = oidc.session?.grantIdFor(clientId)
  const living = await grants.findOwn(id, accountId, clientId)

  const result = oidc.result?.consent as ConsentResult | undefined
  if (!result || !client || !params) return living
  const written = stillCounts(result, oidc, living) ? await write() : undefined
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
      suspended: false, // the person has just looked at this one
      authorizedAt: Math.floor(Date.now() / 1000),
    }
    const grant = living
      ? await grants.change(living.id, allowed, living)
      : await grants.create({ accountId, clientId, ...allowed })
    // From here on the request stands for what was allowed, so that the code and the token carry it all.
    if (grant && params) params.scope = allowance.scopes.join(' ')
    return grant
  }
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
