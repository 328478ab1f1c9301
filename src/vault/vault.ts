// People's QuantConnect credentials. The API token reaches everything its owner can reach, so it is sealed before it
// enters the store (JWE, A256GCM) and opened only to sign a request to QuantConnect.
import { randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, errors } from 'jose'
import type { Log } from '../observability/log.ts'
import { readOrMakeKeys, secretKind } from '../storage/key-file.ts'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { put, update } from '../storage/store.ts'

/** Which QuantConnect an account belongs to: the real service or the built-in sandbox. */
export type Realm = 'live' | 'sandbox'

export interface Credentials {
  readonly realm: Realm
  readonly userId: string
  readonly apiToken: string
}

/** Longer than any connection lives; every sign-in starts it anew. */
const TTL = 90 * 24 * 60 * 60

export interface Vault {
  /**
   * Seals the credentials of a person and returns the person's `sub`: opaque, and the same at every sign-in with the
   * same QuantConnect account.
   */
  seal(credentials: Credentials): Promise<string>
  /** The credentials of a `sub`, or undefined when there are none that this key can open. */
  open(sub: string): Promise<Credentials | undefined>
}

/** Opens the vault with the key in `folder`. Throws `KeyFileError`. */
export async function openVault(folder: string, store: Store, log: Log): Promise<Vault> {
  const keys = await readOrMakeKeys(folder, 'vault.jwks.json', secretKind('A256GCM'))
  const bytes = ({ k = '' }) => Buffer.from(k, 'base64url')
  const byKid = new Map(keys.map((key) => [key.kid, bytes(key)]))

  return {
    async seal(credentials) {
      const name = KEYS.account(credentials.realm, credentials.userId)
      const sub = await update(store, name, (known) => ({
        value: known ?? randomBytes(16).toString('base64url'),
        ttl: TTL,
      }))
      if (!sub) throw new Error('an account without a name')
      const sealed = await new CompactEncrypt(Buffer.from(JSON.stringify({ version: 1, sub, ...credentials })))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...(keys[0].kid ? { kid: keys[0].kid } : {}) })
        .encrypt(bytes(keys[0]))
      await put(store, KEYS.credentials(sub), sealed, TTL)
      return sub
    },

    async open(sub) {
      const sealed = await store.get(KEYS.credentials(sub))
      if (!sealed) return undefined
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          ({ kid }) => byKid.get(kid) ?? Promise.reject(new errors.JWKSNoMatchingKey()),
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        )
        const { sub: owner, realm, userId, apiToken } = JSON.parse(new TextDecoder().decode(plaintext))
        // A record moved under another person's name by whoever can write the store must not open there.
        if (owner === sub) return { realm, userId, apiToken }
        log.error({ sub, kid: protectedHeader.kid }, 'a record in the vault belongs to somebody else')
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error
        log.warn({ sub, cause: error.code }, 'the vault cannot open a record; was vault.jwks.json replaced?')
      }
      return undefined
    },
  }
}
