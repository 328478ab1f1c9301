// Opens a store in a folder of its own, starts the sandbox on it, says how to use it, and takes the folder away at the end.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SANDBOX_ACCOUNTS, startSandbox } from '../../src/sandbox/server.ts'
import { KINDS } from '../../src/sandbox/world/trouble.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { stop as end } from '../setup.mjs'

const DEFAULT_PORT = 3100

const port = Number(process.env.PORT || DEFAULT_PORT)
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  end(`PORT=${process.env.PORT} is not a port; use one above 1023`)

const folder = mkdtempSync(join(tmpdir(), 'qcgate-sandbox-'))
const store = openSqliteStore(folder)
const forget = async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}
const sandbox = await startSandbox(store, { port }).catch(async (error) => {
  await forget()
  return end(`PORT=${port}: ${error.message}; use a free port above 1023, such as 3101`)
})

const rows = (pairs) => pairs.map(([name, words]) => `    ${name.padEnd(18)}${words}`).join('\n')
console.log(`The QuantConnect sandbox is running.

  Base address  ${sandbox.url}

  Accounts, by user id and API token:
${rows(SANDBOX_ACCOUNTS.map(({ userId, apiToken, organizationId }) => [userId, `${apiToken}, organization ${organizationId}`]))}

  Everything is forgotten when it ends. POST /sandbox/reset begins an account again before that.

  POST /sandbox/trouble with {path, kind, times?, seconds?, reason?, after?} makes the next calls of an account to a
  path meet trouble. * is every path; after means that the work is done and only the answer is lost. Kinds:
${rows(Object.entries(KINDS))}

  Ctrl-C ends it.
`)

let ending = false
const stop = async () => {
  if (ending) return
  ending = true
  await sandbox.close()
  await forget()
  process.exit(0)
}
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)
