// The embedded oidc-provider, set up as an OAuth 2.1 authorization server for one resource.
import type Koa from 'koa'
import type Provider from 'oidc-provider'
import type { Adapter, ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { NO_PROFILE } from '../../accounts/profile.ts'
import type { Config } from '../../config.ts'
import { KEPT_UNUSED } from '../../grants/lifetime.ts'
import { publicKeys } from '../../key-files/signing-keys.ts'
import type { Log } from '../../observability/log.ts'
import { answerOutages } from '../../outage.ts'
import { ALL_SCOPES } from '../../scopes.ts'
import { createOidcAdapter } from '../../storage/oidc-adapter.ts'
import type { Suppliers } from '../../suppliers.ts'
import { unixTime } from '../../unix-time.ts'
import { acceptClientMetadata } from '../clients/client-metadata.ts'
import { createClientDocuments } from '../clients/documents/client-documents.ts'
import { createOutbound } from '../clients/documents/outbound.ts'
import { writeConsent } from '../interactions/consent.ts'
import { VISIT_SECONDS } from '../interactions/visit.ts'
import { tellWhoRuns } from '../views/server-words.ts'
import type { Middleware, RenderError } from './answers.ts'
import { adaptedProvider, describeTruthfully, sayWhenToRetry } from './answers.ts'
import { atHand } from './at-hand.ts'
import { createClientAdapter } from './client-adapter.ts'
import { acceptCredentials, challengeBasic } from './client-authentication.ts'
import { compareHashedSecrets } from './client-secrets.ts'
import { noteServedClient } from './client-use.ts'
import { createCodeAdapter } from './code-adapter.ts'
import { createConsentPolicy } from './consent-policy.ts'
import { returnErrors } from './error-returns.ts'
import { createGrantAdapter } from './grant-adapter.ts'
import { answerForJwt, setAsideJwt } from './own-access-tokens.ts'
import { createRefreshTokenAdapter } from './refresh-token-adapter.ts'
import { authorizationOf, createRefreshTokens } from './refresh-tokens.ts'
import { admitRegistration, nameScopes, registeredFrom, registrationId } from './registration.ts'
import { acceptAuthorizationRequest, acceptBody, checkState } from './requests.ts'
import type { StoredAccount } from './session.ts'
import { cookieSettings, isSignedIn, keepSessionIds, SESSION_SECONDS } from './session.ts'
import { adaptTokenModels } from './token-models.ts'
import { checkTokenRequest } from './token-requests.ts'
import { createTokenReuse } from './token-reuse.ts'

const HOUR = 60 * 60

type ProviderSuppliers = Pick<
  Suppliers,
  | 'store'
  | 'vault'
  | 'grants'
  | 'authorizations'
  | 'accounts'
  | 'log'
  | 'signingKeys'
  | 'journalKeys'
  | 'cookieKeys'
  | 'clientAddress'
>

export function createProvider(config: Config, suppliers: ProviderSuppliers, renderError: RenderError): Provider {
  const { store, vault, grants, accounts, log, signingKeys, journalKeys, cookieKeys, clientAddress } = suppliers
  const { issuer, resource } = config
  const address = () => registeredFrom(clientAddress)
  const oidcAdapter = createOidcAdapter(store)
  const refreshTokens = createRefreshTokens(cookieKeys)
  const reuse = createTokenReuse(suppliers, config.addressesAreKnown)
  const adapters: Readonly<Record<string, Adapter>> = {
    Grant: createGrantAdapter(grants, resource),
    Client: createClientAdapter(store, admitRegistration(store, address), address),
    AuthorizationCode: createCodeAdapter(store, oidcAdapter('AuthorizationCode'), reuse),
    RefreshToken: createRefreshTokenAdapter({ ...suppliers, ...reuse, refreshTokens, resource }),
  }
  async function isAccount(sub: string): Promise<boolean> {
    const { credentials } = atHand()
    const opened = credentials?.accountId === sub ? vault.openSealed(sub, credentials.sealed) : vault.open(sub)
    return (await opened) !== undefined
  }
  const clientDocuments = createClientDocuments(store, createOutbound(new URL(issuer).hostname), log)

  const AdaptedProvider = adaptedProvider(returnErrors(suppliers, config.sandbox), checkTokenRequest(resource))
  const provider = new AdaptedProvider(issuer, {
    adapter: (model: string) => adapters[model] ?? oidcAdapter(model),
    jwks: { keys: [...signingKeys] } as NonNullable<Configuration['jwks']>,
    routes: {
      authorization: '/authorize',
      token: '/token',
      jwks: '/jwks',
      registration: '/register',
      revocation: '/revoke',
      introspection: '/introspect',
      pushed_authorization_request: '/par',
    },
    responseTypes: ['code'],
    pkce: { required: () => true }, // S256 is the only method and there is no option for it; pkce.test.ts holds it
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    assertJwtClientAuthClaimsAndHeader: (_ctx, { exp }) => checkAssertionLifetime(Number(exp)),
    clientDefaults: CLIENT_DEFAULTS,
    // The library's place to look at all metadata of a client, registered or in a document; what it names is checked there.
    extraClientMetadata: {
      properties: ['redirect_uris', 'software_id'],
      validator: (_ctx, name, _value, metadata) => {
        if (name === 'redirect_uris') acceptClientMetadata(metadata) // once, and all of it
      },
    },
    discovery: {
      ...(config.operator.privacyUrl ? { op_policy_uri: config.operator.privacyUrl } : {}), // RFC 8414 §2
      ...(config.operator.termsUrl ? { op_tos_uri: config.operator.termsUrl } : {}),
    },
    extraParams: { state: (_ctx, state) => checkState(state) },
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'Ed25519', 'EdDSA'],
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true, issueRegistrationAccessToken: false, idFactory: registrationId },
      revocation: { enabled: true },
      clientIdMetadataDocument: {
        enabled: true,
        ack: 'draft-02',
        allowFetch: (_ctx, id) => clientDocuments.admit(id),
        cacheDuration: { min: 5 * 60, max: HOUR },
      },
      introspection: {
        enabled: true,
        allowedPolicy: async (_ctx, { clientId }, token) =>
          token.clientId === clientId && 'accountId' in token && isAccount(token.accountId),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, identifier) => {
          if (identifier !== resource) throw new errors.InvalidTarget()
          return {
            scope: ALL_SCOPES.join(' '),
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    extraTokenClaims: (_ctx, token) =>
      'grantId' in token ? { grant_id: token.grantId, ...authorizationAtHand() } : undefined,
    // A connection lives as long as its grant: not shorter because the browser was closed, never longer.
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    revokeGrantPolicy: (ctx) => reuse.judgeRefreshToken(ctx),
    ttl: {
      AccessToken: (ctx) => Math.min(HOUR, remaining(ctx)),
      // A connection that is given more time on the account page goes on with the refresh token that its client has.
      RefreshToken: KEPT_UNUSED,
      AuthorizationCode: 5 * 60, // people paste it from one machine to another
      Interaction: VISIT_SECONDS,
      Session: SESSION_SECONDS,
    },
    findAccount: async (ctx, sub): Promise<StoredAccount | undefined> => {
      if (!(await isAccount(sub))) return undefined
      // Where a client speaks for itself no browser is signed in.
      const profile = ctx.oidc.route === 'token' ? NO_PROFILE : await accounts.profile(sub)
      return { accountId: sub, claims: async () => ({ sub }), profile }
    },
    loadExistingGrant: async (ctx) => {
      // The library asks for the grant when a visit has ended, which is when consent counts, and is written.
      const grant = isSignedIn(ctx) ? await writeConsent(ctx, suppliers) : undefined
      return grant && provider.Grant.find(grant.id)
    },
    interactions: {
      policy: createConsentPolicy(grants),
      url: (_ctx, { uid }) => `${issuer}/interaction/${uid}`,
    },
    fetch: clientDocuments.fetch,
    fetchResponseBodyLimits: { 'client_id metadata document': Infinity, jwks_uri: Infinity }, // outbound.ts has counted
    sectorIdentifierUriValidate: () => false, // `sub` is the same for every client, so nobody needs what is there
    clientBasedCORS: () => true, // no cookie counts at these endpoints, so any page may hold a client
    cookies: cookieSettings(issuer, cookieKeys),
    renderError,
  })

  // Addresses in answers come from PUBLIC_URL: the headers they are made of are set before the provider reads them.
  provider.proxy = true
  adaptTokenModels(provider, refreshTokens)
  compareHashedSecrets(provider)
  keepSessionIds(provider)
  adaptRequests(provider, resource)
  // Sound: what runs here gets the library's own context, which its types for middleware leave out.
  const use = (middleware: Middleware) => provider.use(middleware as Parameters<typeof provider.use>[0])
  use(tellWhoRuns(config))
  use(sayWhenToRetry)
  use(challengeBasic(issuer))
  // Mostly the library has answered an outage by then; where it saves a session last, it has not.
  use(
    answerOutages({ showPage: (ctx, { error, error_description }) => renderError(ctx, { error, error_description }) }),
  )
  use(describeTruthfully(journalKeys))
  use(nameScopes)
  use(noteServedClient(suppliers))
  use(clientDocuments.rememberUsed)
  use(answerForJwt(issuer, publicKeys(signingKeys), grants, isAccount))
  reportTo(log, provider)
  return provider
}

const CLIENT_DEFAULTS: Partial<ClientMetadata> = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  id_token_signed_response_alg: 'ES256',
}

/** That an assertion was used is remembered until it ends, so it must end soon (RFC 7523 §3, point 4). */
function checkAssertionLifetime(exp: number): void {
  if (exp > Date.now() / 1000 + HOUR)
    throw new errors.InvalidClientAuth('the assertion ends more than an hour from now')
}

/** Which tokens of which authorization are issued by the request at hand. */
function authorizationAtHand() {
  const { issued } = atHand()
  return issued && { auth_id: authorizationOf(issued.family), auth_gen: issued.generation }
}

/** Seconds until the grant of the request at hand ends. */
const remaining = (ctx: KoaContextWithOIDC): number => {
  const end = ctx.oidc.entities.Grant?.exp ?? 0
  return Math.max(1, end - unixTime())
}

/** Puts every request into the form that requests.ts describes, at the two places where the library takes them in. */
function adaptRequests(provider: Provider, resource: string): void {
  provider.use(async (ctx, next) => {
    if (ctx.path === '/authorize') ctx.query = acceptAuthorizationRequest(ctx.query, resource) as typeof ctx.query
    await next()
  })
  const bodies = new WeakMap<object, unknown>()
  Object.defineProperty(provider.OIDCContext.prototype, 'body', {
    get() {
      return bodies.get(this)
    },
    set(body: unknown) {
      const form = acceptCredentials(this, body)
      bodies.set(this, setAsideJwt(this, this.route, acceptBody(this.route, form, resource)))
    },
  })
}

/** The operator learns the cause of what the client learns only the code of. */
function reportTo(log: Log, provider: Provider): void {
  const koa: Koa = provider // whose own events the provider's types leave out
  koa.on('error', (error) => log.error({ err: error }, 'authorization server failed'))
  provider.on('server_error', (ctx, error) => log.error({ path: ctx.path, err: error }, 'authorization server failed'))
  const refused = (event: string) => (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
    log.info({ event, client: ctx.oidc?.client?.clientId, error: error.error, cause: error.error_detail }, 'refused')
  provider.on('authorization.error', refused('authorization'))
  provider.on('grant.error', refused('token'))
  provider.on('registration_create.error', refused('registration'))
  provider.on('revocation.error', refused('revocation'))
}
