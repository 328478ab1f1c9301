// Keys live in files of their own, each a JWK Set (RFC 7517 §5): the first key signs or seals, the others still verify
// or open, so a key is replaced (key rotation) by putting a new one in front and removing the old one later.
import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { exportJWK, generateSecret } from 'jose'
import { makeFolder } from '../make-folder.ts'
import { isOpenToOthers } from './key-permissions.ts'

/** What a file's keys are for: how a new one is made, and which of those found can do the work. */
export interface KeyKind {
  readonly make: () => Promise<JWK>
  readonly isUsable: (key: JWK, index: number) => boolean
  /** The kind in words, for the message about a file that holds another. */
  readonly name: string
}

/** A key file that exists and cannot be used. The message is for the operator. */
export class KeyFileError extends Error {
  override name = 'KeyFileError'
}

/**
 * Reads a key file, or makes it at the first start: mode 0600, and complete from the moment it has its name, so that of
 * two processes that start together one makes it and both read the same.
 * Throws `KeyFileError` when the file is there and holds no key set, or one that others could know.
 */
export async function readOrMakeKeys(folder: string, name: string, kind: KeyKind): Promise<[JWK, ...JWK[]]> {
  const file = join(folder, name)
  const existing = read(file, kind)
  if (existing) return existing
  const draft = `${file}.${randomUUID()}`
  const text = `${JSON.stringify({ keys: [await kind.make()] }, null, 2)}\n`
  try {
    makeFolder(folder)
    writeFileSync(draft, text, { mode: 0o600 })
  } catch (error) {
    throw notWritable(folder, error)
  }
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(folder, error)
  } finally {
    unlinkSync(draft)
  }
  return read(file, kind) ?? fail(file)
}

const notWritable = (folder: string, error: unknown) =>
  new KeyFileError(
    `KEYS_DIR=${folder}: ${(error as Error).message}; use a folder that this user can write, such as ./keys`,
  )

/** Random 256-bit secrets, each named so that what it made can be told apart from what its successor makes. */
export const secretKind = (alg: 'A256GCM' | 'HS256'): KeyKind => ({
  name: '256-bit secrets (kty "oct")',
  isUsable: ({ kty, k = '' }) => kty === 'oct' && Buffer.from(k, 'base64url').length === 32,
  make: async () => ({ ...(await exportJWK(await generateSecret(alg, { extractable: true }))), kid: randomUUID() }),
})

function read(file: string, { name, isUsable }: KeyKind): [JWK, ...JWK[]] | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new KeyFileError(
      `KEYS_DIR: ${file} cannot be read (${message}); use a folder that this user can read, such as ./keys`,
    )
  }
  if (isOpenToOthers(file)) {
    throw new KeyFileError(
      `KEYS_DIR: ${file} can be read by others on this machine, and its folder lets them in. Close it with: chmod 600 ${file} (and replace the key if somebody may have read it: keys/README.md)`,
    )
  }
  const [first, ...rest] = parse(text)
  const remedy = 'Restore it from a backup, or remove it to start over with a new key.'
  if (!first) throw new KeyFileError(`KEYS_DIR: ${file} holds no JWK Set. ${remedy}`)
  if (![first, ...rest].every(isUsable)) throw new KeyFileError(`KEYS_DIR: ${file} must hold ${name} only. ${remedy}`)
  // A public half is of no use to whoever guesses it.
  if (![first, ...rest].filter(({ k, d }) => k ?? d).every(isRandom)) {
    throw new KeyFileError(
      `KEYS_DIR: ${file} holds a key that is the same few bytes over and over, which anybody can guess. Remove the file, and the next start makes a good one`,
    )
  }
  return [first, ...rest]
}

/** Of 32 bytes that were drawn at random, thirty or so differ; fewer than eight do not happen. */
const isRandom = ({ k, d }: JWK): boolean => new Set(Buffer.from(k ?? d ?? '', 'base64url')).size >= 8

function parse(text: string): JWK[] {
  try {
    const keys = JSON.parse(text)?.keys
    return Array.isArray(keys) ? keys : []
  } catch {
    return []
  }
}

const fail = (file: string): never => {
  throw new KeyFileError(
    `KEYS_DIR: ${file} is a link that leads nowhere, or another program cleans this folder. Remove the link`,
  )
}
