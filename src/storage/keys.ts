// Every key we store, in one table. The part in braces is the hash tag: keys that one atomic step touches share it, and those of
// one account do (docs/decisions/0016-keys-by-account.md).
// What could be used by whoever reads the store (ids of codes, tokens and sessions) is hashed before it becomes a key.
import { hash as digest } from 'node:crypto'

const hash = (...parts: string[]) => digest('sha256', parts.join('\n'), 'base64url')

/**
 * The id of a grant begins with that of its account, so that whoever has it alone knows where all lies that a call touches:
 * everything of an account has one hash tag. An account's own id says the same of itself.
 */
export const accountIdIn = (id: string): string => id.split('.', 1)[0] ?? ''

export const KEYS = {
  /** Which keys this store was used with, JSON of `Fingerprint`. 400 days from the last start. Owner: key-files/key-fingerprint */
  fingerprint: () => 'keys',
  /** What a person allowed one client. JSON of `Grant`, by its id, which begins with that of its account; until the grant ends. Owner: grants/ */
  grant: (id: string) => `grant:{${accountIdIn(id)}}:${id.slice(accountIdIn(id).length + 1)}`,
  /** The ids of an account's grants, and since when each is listed, JSON; some may have ended. 91 days from the last change or use. Owner: grants/ */
  grantsOf: (accountId: string) => `grants-of:{${accountId}}`,
  /** What an account has here beside its grants: sessions, passkeys, news. JSON of `Profile`. 91 days from the last change or use. Owner: accounts/ */
  profile: (accountId: string) => `profile:{${accountId}}`,
  /** The visit in which a person allowed nothing of what a client asked for; 10 minutes. Owner: authorization-server/interactions */
  askedInVain: (grantId: string, scope: string) => `asked-in-vain:{${hash(grantId, scope)}}`,
  /** What waits for its person's proof, by the hashed name that its form carries. JSON of `Act`; 10 minutes, one use. Owner: authorization-server/proofs */
  act: (id: string) => `act:{${hash('act', id)}}`,
  /** An answer of the consent page that was written into a grant, so that it is not written again; 2 minutes. Owner: authorization-server/interactions */
  consentAnswer: (id: string) => `consent-answer:{${hash('answer', id)}}`,
  /** A WebAuthn challenge that was answered, so that it is not answered again; 10 minutes. Owner: authorization-server/passkeys */
  passkeyChallenge: (challenge: string) => `passkey-challenge:{${hash(challenge)}}`,
  /** All that an account's record has beside reads: a journal of intents, outcomes, refusals and its person's acts, JSON lines. JOURNAL_DAYS each. Owner: audit/ */
  journal: (accountId: string) => `journal:{${accountId}}`,
  /** What an account's assistants looked at: a journal, JSON lines. JOURNAL_DAYS each. Owner: audit/ */
  reads: (accountId: string) => `reads:{${accountId}}`,
  /** Refusals that are counted until their minute is over, and belong into the journal then. JSON of records; JOURNAL_DAYS. Owner: audit/pending-refusals */
  refusals: (accountId: string) => `refusals:{${accountId}}`,
  /** The newest seal of one of an account's two journals. JSON of position, hash, time and JWS; JOURNAL_DAYS from then. Owner: audit/seals */
  seal: (journal: string, accountId: string) => `seal:${journal}:{${accountId}}`,
  /** All seals of one of them that are needed: a journal, JSON lines. JOURNAL_DAYS each. Owner: audit/seals */
  seals: (journal: string, accountId: string) => `seals:${journal}:{${accountId}}`,
  /** A call that trades, spends or makes something and was sent of late, by its connection and its digest, so that it is not sent twice by accident. JSON, the answer sealed; three minutes. Owner: resource-server/calls/repeats */
  sent: (accountId: string, grantId: string, digest: string) => `sent:{${accountId}}:${hash('sent', grantId, digest)}`,
  /** The same call of a connection, of those that trade, spend, delete or administer, within the last minute, by its digest. JSON of references and times; a minute. Owner: resource-server/calls/brake */
  brake: (accountId: string, grantId: string, digest: string) =>
    `brake:{${accountId}}:${hash('brake', grantId, digest)}`,
  /** What a person sends to QuantConnect themselves, so that two presses send it once: by what it does, the project and the deployment. Its reference; while it is under way, and two minutes after it was done. Owner: accounts/personal-deeds */
  personalDeed: (accountId: string, what: string) => `personal-deed:{${accountId}}:${hash('personal-deed', what)}`,
  /** Who is alone at something of an account's right now: one of its projects, or what all of them share. 60 seconds. Owner: resource-server/calls/one-at-a-time */
  lease: (what: string, accountId: string) => `lease:${what}:{${accountId}}`,
  /** What came of one code: the generations of its tokens. JSON of `Authorization`, by the hash of the family that its refresh tokens name. 90 days from the last rotation. Owner: grants/authorizations */
  authorization: (id: string) => `grant-authorization:{${id}}`,
  /** A QuantConnect account's opaque `sub`. 90 days from the last sign-in or use. Owner: vault/ */
  account: (realm: string, userId: string) => `account:{${hash(realm, userId)}}`,
  /** A person's sealed credentials, JWE. 90 days from the last sign-in or use. Owner: vault/ */
  credentials: (sub: string) => `credentials:{${sub}}`,
  /** A registered client, JSON of `ClientRecord`. 30 days; a year from its last use. Owner: authorization-server/oidc/client-record */
  client: (id: string) => `client:{${hash('client', id)}}`,
  /** The registered clients that nobody has used yet: a roster of their ids, in groups by the hashed network they came from. 30 days each. Owner: authorization-server/oidc/unused-clients */
  unusedClients: () => 'unused-clients:{all}',
  /** A record of oidc-provider, JSON, by model and hashed id; lifetime as the library says. Owner: storage/oidc-adapter */
  oidc: (model: string, id: string) => `oidc:${model}:{${hash(model, id)}}`,
  /** The hashed id of the session with a `uid`. As long as the session. Owner: storage/oidc-adapter */
  sessionByUid: (uid: string) => `oidc:Session-by-uid:{${hash('uid', uid)}}`,
  /** How often something was tried; one window. Owner: rate-limits/ */
  attempts: (what: string, who: string, accountId?: string) =>
    accountId === undefined ? `attempts:${what}:{${hash(who)}}` : `attempts:${what}:{${accountId}}:${hash(who)}`,
  /** What is left of an account's budget for calls, and of each connection's. JSON of levels; 10 minutes from the last slice. Owner: rate-limits/token-buckets */
  budget: (of: string, id: string) => `budget:${of}:{${accountIdIn(id)}}:${hash('budget', id)}`,
  /** What a client published at a URL, JSON, last good copy. 365 days, a key set 30. Owner: authorization-server/clients/documents */
  clientDocument: (url: string) => `client-document:{${hash(url)}}`,
  /** A sandbox account's world: projects, runs, what it stored; JSON. 400 days from the last change. Owner: sandbox/ */
  sandbox: (userId: string) => `sandbox:{${userId}}`,
  /** The bytes of one object that a sandbox account stored, base64. 400 days from the last change. Owner: sandbox/ */
  sandboxObject: (userId: string, key: string) => `sandbox-object:{${userId}}:{${hash(key)}}`,
} as const
