// A client that authenticates with a key of its own (RFC 7523 §2.2).
import type { CryptoKey, JWK } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** A key pair of a client. */
export interface ClientKey {
  readonly alg: string
  readonly privateKey: CryptoKey
  /** The public half, as a client publishes it. */
  readonly jwk: JWK
}

/** A new one. */
export async function newKey(alg = 'ES256', kid = 'one'): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** When an assertion was made, and for how long. */
export interface AssertionTime {
  /** Seconds by which the server's clock was pushed. */
  readonly ahead?: number
  /** Seconds for which the assertion is good. */
  readonly lifetime?: number
}

/** The parameters that prove who a client is, good for one request. */
export async function assertionBy(
  key: ClientKey,
  client_id: string,
  aud: string,
  jti: string = crypto.randomUUID(),
  { ahead = 0, lifetime = 55 * 60 }: AssertionTime = {},
) {
  const now = Math.floor(Date.now() / 1000) + ahead
  const client_assertion = await new SignJWT({ jti })
    .setProtectedHeader({ alg: key.alg, kid: key.jwk.kid ?? '' })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(aud)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetime)
    .sign(key.privateKey)
  return {
    client_id,
    client_assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
}
