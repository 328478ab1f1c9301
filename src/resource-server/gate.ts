// The gate, our policy enforcement point, decides before anything else sees a request: whose it is, whether their grant lives
// and their account is one here, and whether the grant covers everything the body asks for. What it allows it writes into a
// decision, and without one no tool runs.
import type { Grant } from '../grants/grant-record.ts'
import type { Grants } from '../grants/grants.ts'
import { isEnded } from '../grants/grants.ts'
import { suspensionOf } from '../grants/suspension.ts'
import type { Scope } from '../scopes.ts'
import { ALL_SCOPES } from '../scopes.ts'
import { accountIdIn, KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import type { Credentials, Vault } from '../vault/vault.ts'
import type { AccessTokenClaims, VerifyAccessToken } from './access-token.ts'
import type { OverBudget } from './call-budget.ts'
import type { Suspended } from './calls/suspended.ts'
import type { GateFailure, MissingScope } from './challenge.ts'
import type { NoteRefusal } from './repeated-refusals.ts'
import { completionIn, sourceOf } from './resources/completions.ts'
import { LISTING_TOOL, readingOf } from './resources/templates.ts'
import { findTool } from './tools/catalog.ts'
import type { Tool } from './tools/tool.ts'

/** The gate's word about one request. Only the gate can make one. */
export interface Decision {
  readonly grant: Grant
  /** The tools that this request, and no other, may run. */
  readonly tools: ReadonlySet<string>
  /** The account that its calls are about; absent where it makes none. Read with the grant, and kept for no other request. */
  readonly credentials?: Credentials
  /** Why no other may, for a client that must be told in the tool's result. */
  readonly refusal?: MissingScope | OverBudget | Suspended
}

/**
 * Whether a connection's client sees a challenge only in a tool's result. ChatGPT and Codex, which read it from there, take
 * HTTP 403 for a call that failed for good. A program that only calls itself Codex gets the same no in another form.
 */
const readsChallengeInResult = ({ clientId, redirectHost, client }: Grant): boolean =>
  clientId.startsWith('https://chatgpt.com/') || redirectHost === 'chatgpt.com' || client?.name === 'Codex'

const made = new WeakSet<object>()
export const isDecision = (value: unknown): value is Decision =>
  typeof value === 'object' && value !== null && made.has(value)

function makeDecision(decision: Decision): Decision {
  made.add(Object.freeze(decision))
  return decision
}

/** Whatever may stand where a JSON-RPC message is expected. */
export interface MessageLike {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: Readonly<Record<string, unknown>>
}

/** The messages of a JSON-RPC body, single or batch, as far as they can be told before the SDK has looked at them. */
export function messagesIn(body: unknown): MessageLike[] {
  const messages: unknown[] = Array.isArray(body) ? body : [body]
  return messages.map((message) => message ?? {})
}

/**
 * How a call is asked for: by the tool's name; by an address, whose reader knows no tool's result; or by what only offers what
 * may be read, and offers nothing where that is not allowed.
 */
type AskedBy = 'name' | 'address' | 'offer'

/** One run of a tool that somebody asks for. */
export interface RequestedCall {
  readonly tool: Tool
  readonly args: unknown
  readonly by: AskedBy
}

/**
 * Every call that a JSON-RPC message or batch would make, by a tool's name or to answer what it asks: a resource and a
 * completion take the scopes of the tool that reads them. A name that is no tool is not among them, and cannot run.
 */
export const callsIn = (body: unknown): RequestedCall[] =>
  messagesIn(body).flatMap(({ method, params }) => {
    const { name, args, by = 'name' } = callBehind(method, params)
    const tool = typeof name === 'string' ? findTool(name) : undefined
    return tool ? [{ tool, args, by }] : []
  })

function callBehind(
  method: unknown,
  params: Readonly<Record<string, unknown>> | undefined,
): { name?: unknown; args?: unknown; by?: AskedBy } {
  switch (method) {
    case 'tools/call':
      return { name: params?.name, args: params?.arguments }
    case 'resources/read': {
      const reading = readingOf(params?.uri)
      return { name: reading?.tool, args: reading?.args, by: 'address' }
    }
    case 'completion/complete':
      return { name: sourceOf(params)?.tool, args: completionIn(params).known, by: 'offer' }
    case 'resources/list':
      return { name: LISTING_TOOL, args: {}, by: 'offer' }
    default:
      return {} // everything else runs no tool
  }
}

/** Whether a body asks for nothing but to stop something. */
export function onlyStops(body: unknown): boolean {
  const calls = callsIn(body)
  return calls.length > 0 && calls.length === messagesIn(body).length && calls.every(({ tool }) => tool.onlyLowersRisk)
}

/** All scopes that a set of tools needs, in our order. */
export function scopesFor(tools: readonly string[]): Scope[] {
  const needed = new Set<Scope>(tools.flatMap((name) => findTool(name)?.scopes ?? []))
  return ALL_SCOPES.filter((scope) => needed.has(scope))
}

const ANOTHERS = 'the grant is for another account or client'

/** The credentials of an `Authorization` header (RFC 6750 §2.1); undefined when it presents none. */
export const bearerToken = (header: string): string | undefined => /^Bearer +([^ ]+) *$/i.exec(header)?.[1]

/** Who asks: the living grant behind a token, the credentials of its account, and what the token says. */
export interface Identity {
  readonly grant: Grant
  readonly credentials: Credentials
  readonly claims: AccessTokenClaims
}

export interface Gate {
  /** Who asks; `network` says from where, if that matters. */
  identify(authorization: string, network: () => string): Promise<Identity | GateFailure>
  /** What they may do with this body; `over` says that they have done too much of late. */
  decide(who: Omit<Identity, 'claims'>, body: unknown, over?: OverBudget): Promise<Decision | MissingScope>
}

interface GateSuppliers {
  readonly store: Pick<Store, 'getBoth'>
  readonly grants: Pick<Grants, 'read'>
  readonly vault: Pick<Vault, 'openSealed'>
}

export function createGate(
  verify: VerifyAccessToken,
  { store, grants, vault }: GateSuppliers,
  noteRefusal: NoteRefusal,
): Gate {
  return {
    async identify(authorization, network) {
      // Another scheme is as good as none: the client does not know yet how to get in (RFC 6750 §3.1).
      if (!/^Bearer\b/i.test(authorization)) return { reason: 'no-credentials' }
      const token = bearerToken(authorization)
      if (!token) return { reason: 'invalid-token', cause: 'no token after Bearer' }
      const claims = await verify(token, network)
      if ('retryAfter' in claims) return { reason: 'too-many-bad-tokens', retryAfter: claims.retryAfter }
      if ('cause' in claims) return { reason: 'invalid-token', cause: claims.cause }
      const { grant_id, sub, client_id, auth_id } = claims
      if (accountIdIn(grant_id) !== sub) return { reason: 'invalid-token', cause: ANOTHERS }
      const [record, sealed] = await store.getBoth(KEYS.grant(grant_id), KEYS.credentials(sub))
      const grant = grants.read(grant_id, record)
      if (!grant) return { reason: 'invalid-token', cause: 'the grant has ended' }
      if (isEnded(grant, auth_id)) return { reason: 'invalid-token', cause: 'the authorization has ended' }
      if (grant.accountId !== sub || grant.clientId !== client_id) return { reason: 'invalid-token', cause: ANOTHERS }
      const credentials = await vault.openSealed(sub, sealed)
      // Not a tool's result but HTTP 401: it makes the client send its person to sign in, and there the page says why
      // they cannot, or lets them in again.
      if (!credentials) {
        return { reason: 'invalid-token', cause: 'the account is not stored here any more, or not allowed' }
      }
      return { grant, credentials, claims }
    },

    async decide({ grant, credentials }, body, over) {
      const requested = callsIn(body)
      const decide = (tools: readonly string[], refusal?: Decision['refusal']) =>
        makeDecision({
          grant,
          tools: new Set(tools),
          ...(requested.length ? { credentials } : {}),
          ...(refusal ? { refusal } : {}),
        })
      const why = suspensionOf(grant)
      if (why) return decide([], { reason: 'suspended', why })
      const lacks = (scope: Scope) => !grant.scopes.includes(scope)
      const isMissing = ({ tool }: RequestedCall) => tool.scopes.some(lacks)
      const calls = requested.filter((call) => call.by !== 'offer' || !isMissing(call))
      const refused = calls.filter(isMissing)
      if (!refused.length) {
        const tools = calls.map(({ tool }) => tool.name)
        // What only stops something waits for neither a budget nor a store that is away.
        const stops = tools.filter((name) => findTool(name)?.onlyLowersRisk)
        return over ? decide(stops, over) : decide(tools)
      }
      const required = scopesFor(calls.map(({ tool }) => tool.name))
      const refusal = { reason: 'missing-scope', grantId: grant.id, required, missing: required.filter(lacks) } as const
      // Whoever calls again as if nothing had been said did not understand HTTP 403, or has no way to ask its person.
      const named = refused.filter(({ by }) => by === 'name')
      const repeats = await noteRefusal(grant, new Set(named.map(({ tool }) => tool.name)))
      const isTold = named.length === refused.length && (repeats || readsChallengeInResult(grant))
      return isTold ? decide([], refusal) : refusal
    },
  }
}
