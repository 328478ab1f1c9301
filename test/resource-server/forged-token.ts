// Tokens that are almost right, made with the server's own signing key.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose'
import { decodeJwt, importJWK, SignJWT } from 'jose'
import type { TestServer } from '../support/server.ts'

/** The key that the server signs with, private half included. */
export const signingKey = ({ folder }: TestServer): JWK =>
  JSON.parse(readFileSync(join(folder, 'keys', 'signing.jwks.json'), 'utf8')).keys[0]

/** The claims of a genuine token, some of them changed; `undefined` leaves one out. Signed unless told otherwise. */
export async function forge(
  server: TestServer,
  genuine: string,
  claims: { [name in keyof JWTPayload]?: JWTPayload[name] | undefined } = {},
  header: Partial<JWTHeaderParameters> = {},
  key: JWK = signingKey(server),
): Promise<string> {
  return new SignJWT({ ...decodeJwt(genuine), ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid ?? '', ...header })
    .sign(await importJWK(key, 'ES256'))
}
