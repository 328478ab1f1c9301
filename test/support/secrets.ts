// What must be nowhere but with its owner. Our clients note every secret that they are given, and when a server of a test
// file stops, its log and its store are searched for all of them.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const noted = new Map<string, string>()

/** Remembers secrets by what they are. */
export function noteSecrets(secrets: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value === 'string' && value.length >= 10) noted.set(value, name)
  }
}

/** Remembers what an answer of the token or registration endpoint hands out, and gives the answer back unread. */
export async function noteAnswer(response: Response): Promise<Response> {
  const body = await response
    .clone()
    .json()
    .catch(() => ({}))
  const { access_token, refresh_token, client_secret } = body as Record<string, unknown>
  noteSecrets({ access_token, refresh_token, client_secret })
  return response
}

/** The API tokens of the sandbox are public, so the page and the log may name them; a store must not. */
const IN_NO_STORE = ['sandbox-alice', 'sandbox-bob', 'token-for-tests']

/** Fails when something secret is in a server's log or store, or when an entry of its Redis would stay for ever. */
export async function assertNothingSecretLeft(output: string, folder: string, redisUrl?: string): Promise<void> {
  const stored = redisUrl
    ? JSON.stringify(await (await import('./redis-entries.ts')).dumpRedis(redisUrl)) // loaded by files that have a Redis
    : dumpFolder(join(folder, 'data'))
  for (const [secret, name] of noted) {
    assert.ok(!output.includes(secret), `an ${name} is in the log`)
    assert.ok(!stored.includes(secret), `an ${name} is in the store`)
  }
  for (const token of IN_NO_STORE) assert.ok(!stored.includes(token), `the API token ${token} is in the store`)
}

/** All files of the embedded store, the write-ahead log and what is kept beside them included. */
export function dumpFolder(folder: string): Buffer {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []
  const files = entries.filter((entry) => entry.isFile())
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))))
}
