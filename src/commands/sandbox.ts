// `qcgate sandbox`: opens a store in a folder of its own, starts the sandbox on it, says how to use it, and takes the folder
// away at the end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SANDBOX_ACCOUNTS, type Sandbox, startSandbox } from '../sandbox/server.ts'
import { KINDS } from '../sandbox/world/trouble.ts'
import { openSqliteStore } from '../storage/sqlite.ts'
import type { Store } from '../storage/store.ts'
import { EXIT, type Terminal } from './terminal.ts'

const DEFAULT_PORT = '3100'

/** Runs it until a signal ends it. The exit code: cannot, when the port or a place for its store cannot be had. */
export async function sandbox({ env, print, complain }: Terminal): Promise<number> {
  const given = env.PORT || DEFAULT_PORT
  const port = Number(given)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    complain(`PORT=${given} is not a port; use one above 1023\n`)
    return EXIT.cannot
  }

  let folder: string
  let store: Store
  try {
    folder = mkdtempSync(join(tmpdir(), 'qcgate-sandbox-'))
    store = openSqliteStore(folder)
  } catch (error) {
    complain(`TMPDIR=${tmpdir()}: ${(error as Error).message}; use a folder that this user can write, such as /tmp\n`)
    return EXIT.cannot
  }
  const forget = async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
  let running: Sandbox
  try {
    running = await startSandbox(store, { port })
  } catch (error) {
    await forget()
    complain(`PORT=${port}: ${(error as Error).message}; use a free port above 1023, such as 3101\n`)
    return EXIT.cannot
  }

  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    await running.close()
    await forget()
    process.exit(EXIT.done)
  }
  process.on('SIGINT', end).on('SIGTERM', end).on('SIGHUP', end)
  print(howToUse(running.url))
  return EXIT.done
}

const rows = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([name, words]) => `    ${name.padEnd(18)}${words}`).join('\n')

const howToUse = (url: string): string => `The QuantConnect sandbox is running.

  Base address  ${url}

  Accounts, by user id and API token:
${rows(SANDBOX_ACCOUNTS.map(({ userId, apiToken, organizationId }) => [userId, `${apiToken}, organization ${organizationId}`]))}

  Everything is forgotten when it ends. POST /sandbox/reset begins an account again before that.

  POST /sandbox/trouble with {path, kind, times?, seconds?, reason?, after?} makes the next calls of an account to a
  path meet trouble. * is every path; after means that the work is done and only the answer is lost. Kinds:
${rows(Object.entries(KINDS))}

  Ctrl-C ends it.

`
