// The keys that sign access tokens (ES256), and what the public may see of them.
import type { JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { readOrMakeKeys } from './key-file.ts'

/** Private JWKs; the first signs. Throws `KeyFileError`. */
export const loadSigningKeys = (folder: string): Promise<[JWK, ...JWK[]]> =>
  readOrMakeKeys(folder, 'signing.jwks.json', {
    name: 'private ES256 keys (kty "EC", crv "P-256", with kid and d)',
    isUsable: ({ kty, crv, d, kid }) => kty === 'EC' && crv === 'P-256' && Boolean(d && kid),
    make: makeSigningKey,
  })

/** A new private key, called by its thumbprint (RFC 7638). */
export async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'ES256' }
}

/** The public halves: what a resource server verifies with. */
export const publicKeys = (keys: readonly JWK[]): JWK[] => keys.map(({ d: _private, ...jwk }) => jwk)
