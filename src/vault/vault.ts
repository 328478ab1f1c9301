// People's QuantConnect credentials. The API token reaches everything its owner can reach, so it is sealed before it
// enters the store (encrypted at rest: JWE, A256GCM) and opened only to sign a request to QuantConnect.
import type { KeyObject } from 'node:crypto'
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { JWK } from 'jose'
import { compactDecrypt, errors } from 'jose'
import { readOrMakeKeys, secretKind } from '../key-files/key-file.ts'
import type { Log } from '../observability/log.ts'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { put, remove, update } from '../storage/store.ts'
import { unixTime } from '../unix-time.ts'

/** Which QuantConnect an account belongs to: the real service or the built-in sandbox. */
export type Realm = 'live' | 'sandbox'

export interface Credentials {
  readonly realm: Realm
  readonly userId: string
  readonly apiToken: string
}

export interface StoredCredentials extends Credentials {
  /** Whose they are. */
  readonly sub: string
  /** Since when this API token is the one in use; seconds since 1970. */
  readonly since: number
}

/** Whose accounts these are. Anybody else is nobody here, whatever is stored: nothing can be asked or done in their name. */
export interface AccountPolicy {
  /** A sandbox account is nobody where there is no sandbox. */
  readonly realms: readonly Realm[]
  /** The allowlist of user ids; undefined when everybody is allowed. */
  readonly allowedUsers?: readonly string[] | undefined
  /** For how many days the record of an account is kept, and with it the name by which its person finds it again. */
  readonly journalDays?: number
}

const digest = (secret: string) => createHash('sha256').update(secret).digest()

/** As long as a connection lives unused; signing in and using one start it anew. */
const TTL = 90 * 24 * 60 * 60

export interface Vault {
  /**
   * Seals the credentials of a person and returns the person's `sub`: opaque, and the same at every sign-in with the
   * same QuantConnect account. Throws when this user is not allowed: nothing of theirs is stored.
   */
  seal(credentials: Credentials): Promise<string>
  /** The credentials of a `sub`, or undefined when there are none that this key can open, or its user is not allowed. */
  open(sub: string): Promise<StoredCredentials | undefined>
  /** The same, of what was read for that `sub`. */
  openSealed(sub: string, sealed: string | undefined): Promise<StoredCredentials | undefined>
  /** Whether a user may use this server. */
  allows(userId: string): boolean
  /** Whether a `sub` opens nothing only because its user is not allowed any more. For the ears of that user alone. */
  excludes(sub: string): Promise<boolean>
  /**
   * Whether these are the credentials as they are stored. Takes as long, and as many reads, for an account that is not here, so
   * that nobody learns from it who is.
   */
  holds(credentials: Credentials): Promise<boolean>
  /** Seals an answer of QuantConnect's that is kept for a moment for an account. */
  sealAnswer(sub: string, answer: string): Promise<string>
  /** An answer that was sealed for this account; undefined when the key is another, or it is another's. */
  openAnswer(sub: string, sealed: string): Promise<string | undefined>
  /** The `sub` of an account that has signed in before. */
  find(account: Pick<Credentials, 'realm' | 'userId'>): Promise<string | undefined>
  /** Starts the time of what is stored anew. */
  renew(sub: string): Promise<void>
  /** Removes the credentials. Whoever signs in anew finds the account under the name that it had. */
  removeCredentials(sub: string): Promise<void>
  /** Removes the credentials, and the name that the account had here. */
  forget(sub: string): Promise<void>
}

/** Opens the vault with the key in `folder`, for the accounts of the policy and no others. Throws `KeyFileError`. */
export async function openVault(
  folder: string,
  store: Store,
  log: Log,
  { realms, allowedUsers, journalDays = 0 }: AccountPolicy = { realms: ['live', 'sandbox'] },
): Promise<Vault> {
  const nameTtl = Math.max(TTL, journalDays * 24 * 60 * 60)
  const allows = (userId: string) => allowedUsers?.includes(userId) ?? true
  const keys = await readOrMakeKeys(folder, 'vault.jwks.json', secretKind('A256GCM'))
  const byKid = new Map(keys.map((key) => [key.kid, bytes(key)]))

  const ownKeys = new Map(keys.map(ownKeyOf).map((key) => [key.header, key]))
  const ownKey = ownKeyOf(keys[0])
  const seal = (record: object): string => sealOwn(JSON.stringify(record), ownKey)

  /** Nobody's account, with a token that nobody knows, of the usual length. */
  const nobody = randomBytes(16).toString('base64url')
  const sealedOfNobody = seal({
    version: 1,
    sub: nobody,
    realm: realms[0],
    userId: '123456',
    apiToken: randomBytes(32).toString('hex'),
    since: 1_800_000_000,
  })

  const unseal = async (sub: string) => unsealFor(sub, await store.get(KEYS.credentials(sub)))

  /** What was sealed for a `sub`, as it was sealed. */
  async function unsealRecord(sub: string, sealed: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const { plaintext, protectedHeader } =
        openOwn(sealed, ownKeys) ??
        (await compactDecrypt(sealed, ({ kid }) => byKid.get(kid) ?? Promise.reject(new errors.JWKSNoMatchingKey()), {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        }))
      const record = JSON.parse(Buffer.from(plaintext).toString())
      // A record moved under another person's name by whoever can write the store must not open there.
      if (record.sub === sub) return record
      log.error({ sub, kid: protectedHeader.kid }, 'a record in the vault belongs to somebody else')
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      log.warn({ sub, cause: error.code }, 'the vault cannot open a record; was vault.jwks.json replaced?')
    }
    return undefined
  }

  async function unsealFor(sub: string, sealed: string | undefined): Promise<StoredCredentials | undefined> {
    const record = sealed ? await unsealRecord(sub, sealed) : undefined
    if (!record) return undefined
    const { realm, userId, apiToken, since } = record as unknown as StoredCredentials // sound: `seal` has written it
    return realms.includes(realm) ? { sub, realm, userId, apiToken, since } : undefined
  }

  async function openSealed(sub: string, sealed: string | undefined): Promise<StoredCredentials | undefined> {
    const credentials = await unsealFor(sub, sealed)
    return credentials && allows(credentials.userId) ? credentials : undefined
  }
  const open = async (sub: string) => openSealed(sub, await store.get(KEYS.credentials(sub)))

  const touch = (key: string, ttl: number) =>
    update(store, key, (current) => (current ? { value: current, ttl } : undefined))

  return {
    open,
    openSealed,
    allows,

    async excludes(sub) {
      const credentials = await unseal(sub)
      return credentials !== undefined && !allows(credentials.userId)
    },

    async holds({ realm, userId, apiToken }) {
      const sub = (await store.get(KEYS.account(realm, userId))) ?? nobody
      const sealed = await store.get(KEYS.credentials(sub))
      const stored = await (sealed ? unsealFor(sub, sealed) : unsealFor(nobody, sealedOfNobody))
      const isSame = timingSafeEqual(digest(apiToken), digest(stored?.apiToken ?? ''))
      return isSame && stored !== undefined
    },

    sealAnswer: async (sub, answer) => seal({ version: 1, sub, answer }),

    async openAnswer(sub, sealed) {
      const { answer } = (await unsealRecord(sub, sealed)) ?? {}
      return typeof answer === 'string' ? answer : undefined
    },

    find: async ({ realm, userId }) => (allows(userId) ? store.get(KEYS.account(realm, userId)) : undefined),

    async renew(sub) {
      const credentials = await open(sub)
      if (!credentials) return
      await touch(KEYS.credentials(sub), TTL)
      await touch(KEYS.account(credentials.realm, credentials.userId), nameTtl)
    },

    async removeCredentials(sub) {
      await remove(store, KEYS.credentials(sub))
    },

    async forget(sub) {
      // The name first: as long as the credentials are there, whoever repeats a removal that broke off finds it.
      const credentials = await unseal(sub)
      if (credentials) await remove(store, KEYS.account(credentials.realm, credentials.userId))
      await remove(store, KEYS.credentials(sub))
    },

    async seal({ realm, userId, apiToken }) {
      if (!allows(userId)) throw new Error('the credentials of a user who may not use this server are not stored')
      const name = KEYS.account(realm, userId)
      const fresh = randomBytes(16).toString('base64url')
      const sub = (await update(store, name, (known) => ({ value: known ?? fresh, ttl: nameTtl }))) ?? fresh
      const before = await open(sub)
      const since = before?.apiToken === apiToken ? before.since : unixTime()
      const sealed = seal({ version: 1, sub, realm, userId, apiToken, since })
      await put(store, KEYS.credentials(sub), sealed, TTL)
      // Whoever deleted the account meanwhile has removed its name, and what was just sealed would stay for nobody.
      if ((await store.get(name)) !== sub) await remove(store, KEYS.credentials(sub))
      return sub
    },
  }
}

const bytes = ({ k = '' }: JWK) => Buffer.from(k, 'base64url')

interface OwnKey {
  /** What we write in front of what we seal with it, as it stands there. */
  readonly header: string
  readonly kid: string | undefined
  readonly secret: KeyObject
}

function ownKeyOf(key: JWK): OwnKey {
  const { kid } = key
  const header = JSON.stringify({ alg: 'dir', enc: 'A256GCM', ...(kid ? { kid } : {}) })
  return { header: Buffer.from(header).toString('base64url'), kid, secret: createSecretKey(bytes(key)) }
}

/** Seals a text as a compact JWE (RFC 7516 §7.1) with a header of ours, directly with a key (A256GCM, RFC 7518 §4.5 and §5.3). */
function sealOwn(text: string, { header, secret }: OwnKey): string {
  const iv = randomBytes(12)
  const sealing = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(header))
  const ciphertext = Buffer.concat([sealing.update(text), sealing.final()])
  const parts = [iv, ciphertext, sealing.getAuthTag()].map((part) => part.toString('base64url'))
  return [header, '', ...parts].join('.')
}

/**
 * Opens what was sealed with one of our headers, to the letter, which is read at every call: `keys` has the keys by these. Gives
 * undefined for everything else, and for what does not open: jose says why (JWE, RFC 7516 §5.2; A256GCM, RFC 7518 §5.3).
 */
function openOwn(sealed: string, keys: ReadonlyMap<string, OwnKey>) {
  const [header = '', encryptedKey, iv = '', ciphertext = '', tag = '', ...rest] = sealed.split('.')
  const key = keys.get(header)
  if (!key || encryptedKey !== '' || rest.length) return undefined
  try {
    const opening = createDecipheriv('aes-256-gcm', key.secret, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
    opening.setAuthTag(Buffer.from(tag, 'base64url')).setAAD(Buffer.from(header))
    const plaintext = Buffer.concat([opening.update(ciphertext, 'base64url'), opening.final()])
    return { plaintext, protectedHeader: key }
  } catch {
    return undefined
  }
}
