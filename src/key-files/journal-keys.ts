// The keys that seal the record of what was done (ES256), and nothing else. An export must verify years later, so a key that was
// replaced keeps its public half here, and at `/jwks`.
import type { JWK } from 'jose'
import { readOrMakeKeys } from './key-file.ts'
import { makeSigningKey } from './signing-keys.ts'

/** JWKs; the first is private and seals, of the others the public half is enough. Throws `KeyFileError`. */
export const loadJournalKeys = (folder: string): Promise<[JWK, ...JWK[]]> =>
  readOrMakeKeys(folder, 'journal.jwks.json', {
    name: 'ES256 keys (kty "EC", crv "P-256", with kid), the first of them private (with d)',
    isUsable: ({ kty, crv, d, kid }, index) => kty === 'EC' && crv === 'P-256' && Boolean(kid && (d || index)),
    make: makeSigningKey,
  })
