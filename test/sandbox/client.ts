// A sandbox to talk to, and requests signed as QuantConnect's own clients sign them.
import { createHash } from 'node:crypto'
import { SANDBOX_ACCOUNTS, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { temporaryFolder } from '../support/folder.ts'

export const [ALICE, BOB] = SANDBOX_ACCOUNTS as unknown as [Account, Account]

export interface Account {
  userId: string
  apiToken: string
}

export function sign({ userId, apiToken }: Account, seconds = Math.floor(Date.now() / 1000)) {
  const hash = createHash('sha256').update(`${apiToken}:${seconds}`).digest('hex')
  return {
    Authorization: `Basic ${Buffer.from(`${userId}:${hash}`).toString('base64')}`,
    Timestamp: String(seconds),
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read as loosely as a client without types would
export type Json = any

/** Speaks for one account, by POST with JSON, and gives the answer back whatever it says. */
export const client =
  (url: string, account: Account = ALICE) =>
  async (path: string, args: object = {}): Promise<Json> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { ...sign(account), 'Content-Type': 'application/json' },
      body: JSON.stringify(args),
    })
    return response.json()
  }

/** A sandbox over a store of its own. `close` ends both and removes the folder. */
export async function openSandbox(options: SandboxOptions = {}) {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  const sandbox = await startSandbox(store, options)
  return {
    url: sandbox.url,
    folder: folder.path,
    store,
    close: async () => {
      await sandbox.close()
      await store.close()
      folder.remove()
    },
  }
}

export const refused = (...errors: string[]) => ({ success: false, errors })
