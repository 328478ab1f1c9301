// The secrets that sign cookies, and the four that are derived from the first of them: for form tokens, for the values of
// rotated refresh tokens, for the challenges of passkeys, and to know an API token by that was removed. Deriving keeps the key
// folder small and the uses apart (RFC 5869).
import { createHmac, hkdfSync } from 'node:crypto'
import { readOrMakeKeys, secretKind } from './key-file.ts'

export interface CookieKeys {
  /** For the cookie signer: the first signs, all verify. */
  readonly secrets: readonly string[]
  /** A keyed, one-way name for a value (HMAC-SHA-256, base64url); each purpose has a key of its own. */
  readonly derive: (purpose: 'csrf' | 'refresh-token' | 'passkey-challenge' | 'ended-token', value: string) => string
}

/** Throws `KeyFileError`. */
export async function loadCookieKeys(folder: string): Promise<CookieKeys> {
  const keys = await readOrMakeKeys(folder, 'cookies.jwks.json', secretKind('HS256'))
  const secrets = keys.map(({ k = '' }) => k)
  const derived = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', Buffer.from(keys[0].k ?? '', 'base64url'), '', `qcgate ${purpose}`, 32))
  const byPurpose = {
    csrf: derived('csrf'),
    'refresh-token': derived('refresh-token'),
    'passkey-challenge': derived('passkey-challenge'),
    'ended-token': derived('ended-token'),
  }
  return {
    secrets,
    derive: (purpose, value) => createHmac('sha256', byPurpose[purpose]).update(value).digest('base64url'),
  }
}
