// The secrets that sign cookies, and the six that are derived from each of them: for form tokens, for refresh tokens, for the
// challenges of passkeys, to know an API token by that was removed, to hide what is secret in the digest of a call, and for what
// the page after a press says. Deriving keeps the key folder small and the uses apart (RFC 5869).
import type { KeyObject } from 'node:crypto'
import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { JWK } from 'jose'
import { readOrMakeKeys, secretKind } from './key-file.ts'

type Purpose = 'csrf' | 'refresh-token' | 'passkey-challenge' | 'ended-token' | 'digest' | 'notice'

export interface CookieKeys {
  /** For the cookie signer: the first signs, all verify. */
  readonly secrets: readonly string[]
  /** A keyed, one-way name for a value (HMAC-SHA-256, base64url), by the first secret; each purpose has a key of its own. */
  readonly derive: (purpose: Purpose, value: string) => string
  /** The same by every secret that is kept, the first one's first. */
  readonly deriveAll: (purpose: Purpose, value: string) => readonly string[]
}

/** Throws `KeyFileError`. */
export async function loadCookieKeys(folder: string): Promise<CookieKeys> {
  const keys = await readOrMakeKeys(folder, 'cookies.jwks.json', secretKind('HS256'))
  const [first, ...others] = [subkeysOf(keys[0]), ...keys.slice(1).map(subkeysOf)] as const
  const name = (subkeys: ReturnType<typeof subkeysOf>, purpose: Purpose, value: string) =>
    createHmac('sha256', subkeys[purpose]).update(value).digest('base64url')
  return {
    secrets: keys.map(({ k = '' }) => k),
    derive: (purpose, value) => name(first, purpose, value),
    deriveAll: (purpose, value) => [first, ...others].map((subkeys) => name(subkeys, purpose, value)),
  }
}

/** As keys and not as bytes, of which each use would make a key anew. */
function subkeysOf({ k = '' }: JWK): Readonly<Record<Purpose, KeyObject>> {
  const subkey = (purpose: Purpose) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', Buffer.from(k, 'base64url'), '', `qcgate ${purpose}`, 32)))
  return {
    csrf: subkey('csrf'),
    'refresh-token': subkey('refresh-token'),
    'passkey-challenge': subkey('passkey-challenge'),
    'ended-token': subkey('ended-token'),
    digest: subkey('digest'),
    notice: subkey('notice'),
  }
}
