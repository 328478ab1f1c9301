// A sandbox by itself, and a client of it that signs its requests.
import { createHash } from 'node:crypto'
import { after, before } from 'node:test'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Account } from './accounts.ts'
import { ALICE } from './accounts.ts'
import { temporaryFolder } from './folder.ts'
import type { Json } from './json.ts'
import { whileRunning } from './while-running.ts'

/** The headers of a request, signed as QuantConnect's own clients sign it. */
export function sign({ userId, apiToken }: Account, seconds = Math.floor(Date.now() / 1000)) {
  const hash = createHash('sha256').update(`${apiToken}:${seconds}`).digest('hex')
  return {
    Authorization: `Basic ${Buffer.from(`${userId}:${hash}`).toString('base64')}`,
    Timestamp: String(seconds),
  }
}

/** Speaks for one account, by POST with JSON, and gives the answer back whatever it says. */
export const sandboxClient =
  (sandbox: { readonly url: string }, account: Account = ALICE) =>
  async (path: string, args: object = {}): Promise<Json> => {
    const response = await fetch(sandbox.url + path, {
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

/** A sandbox for the tests of one suite. Call it inside `describe`. */
export function useSandbox(): Awaited<ReturnType<typeof openSandbox>> {
  let sandbox: Awaited<ReturnType<typeof openSandbox>> | undefined
  before(async () => {
    sandbox = await openSandbox()
  })
  after(() => sandbox?.close())
  return whileRunning('sandbox', () => sandbox)
}

/** What it answers when it refuses, for these reasons. */
export const refused = (...errors: string[]) => ({ success: false, errors })
