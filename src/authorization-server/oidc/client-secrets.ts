// Client secrets are kept as hashes. They are long and random, so a plain hash tells nothing about them, unlike that of a
// password; whoever reads the store cannot speak for a client.
import { createHash, timingSafeEqual } from 'node:crypto'
import type Provider from 'oidc-provider'

/** What the store keeps of a secret. */
export const hashSecret = (secret: string): string =>
  `sha256:${createHash('sha256').update(secret).digest('base64url')}`

/** Has the library compare the secret in a request with a stored hash, in constant time. */
export function compareHashedSecrets({ Client }: Provider): void {
  const prototype = Client.prototype as { clientSecret?: string; compareClientSecret(actual: string): boolean }
  prototype.compareClientSecret = function (actual) {
    const [stored, given] = [Buffer.from(this.clientSecret ?? ''), Buffer.from(hashSecret(actual))]
    return stored.length === given.length && timingSafeEqual(stored, given)
  }
}
