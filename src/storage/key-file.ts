// Keys live in files of their own, each a JWK Set (RFC 7517 §5): the first key signs or seals, the others still verify
// or open, so a key is replaced by putting a new one in front and removing the old one later.
import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { exportJWK, generateSecret } from 'jose'

/** A key file that exists and cannot be used. The message is for the operator. */
export class KeyFileError extends Error {
  override name = 'KeyFileError'
}

/**
 * Reads a key file, or makes it at the first start: mode 0600, and complete from the moment it has its name, so that of
 * two processes that start together one makes it and both read the same.
 * Throws `KeyFileError` when the file is there and holds no key set.
 */
export async function readOrMakeKeys(folder: string, name: string, make: () => Promise<JWK>): Promise<[JWK, ...JWK[]]> {
  const file = join(folder, name)
  const existing = read(file)
  if (existing) return existing
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, `${JSON.stringify({ keys: [await make()] }, null, 2)}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return read(file) ?? fail(file)
}

/** A random 256-bit secret as a JWK, named so that what it made can be told apart from what its successor makes. */
export const makeSecret = async (alg: 'A256GCM' | 'HS256'): Promise<JWK> => ({
  ...(await exportJWK(await generateSecret(alg, { extractable: true }))),
  kid: randomUUID(),
})

function read(file: string): [JWK, ...JWK[]] | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new KeyFileError(`${file} cannot be read (${(error as Error).message}); give this user access to it.`)
  }
  const [first, ...rest] = parse(text)
  if (first) return [first, ...rest]
  throw new KeyFileError(
    `${file} holds no JWK Set; restore it from a backup, or remove it to start over with a new key.`,
  )
}

function parse(text: string): JWK[] {
  try {
    const keys = JSON.parse(text)?.keys
    return Array.isArray(keys) ? keys.filter((key) => typeof key?.kty === 'string') : []
  } catch {
    return []
  }
}

const fail = (file: string): never => {
  throw new KeyFileError(`${file} was made and is gone again; does another program clean this folder?`)
}
