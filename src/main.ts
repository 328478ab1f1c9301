#!/usr/bin/env node
// Starts one process: reads the configuration, opens what has to be opened, listens, and ends cleanly when told to.
import { createServer } from 'node:http'
import proxyAddr from 'proxy-addr'
import { createApp } from './app.ts'
import { loadCookieKeys } from './authorization-server/cookie-keys.ts'
import { loadSigningKeys } from './authorization-server/signing-keys.ts'
import type { Config } from './config.ts'
import { ConfigurationError, readConfig } from './config.ts'
import { createGrants } from './grants/grants.ts'
import { createLog } from './observability/log.ts'
import { createQuantConnect } from './quantconnect/client.ts'
import { SANDBOX_ACCOUNTS, startSandbox } from './sandbox/server.ts'
import { KeyFileError } from './storage/key-file.ts'
import { openSqliteStore } from './storage/sqlite.ts'
import { openVault } from './vault/vault.ts'

/** How long calls that are under way may take to end after a signal. */
const GRACE_MS = 5_000

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const store = openSqliteStore(config.dataDir)
  const sandbox = config.sandbox ? await startSandbox(store) : undefined
  const trusted = proxyAddr.compile([...config.trustedProxies])
  const app = createApp(config, {
    log,
    store,
    vault: await openVault(config.keysDir, store),
    grants: createGrants(store),
    signingKeys: await loadSigningKeys(config.keysDir),
    cookieKeys: await loadCookieKeys(config.keysDir),
    quantConnect: createQuantConnect({
      live: config.quantConnectApiUrl,
      ...(sandbox ? { sandbox: sandbox.url } : {}),
    }),
    sandboxAccounts: sandbox ? SANDBOX_ACCOUNTS.map(({ userId, token }) => ({ userId, apiToken: token })) : [],
    clientAddress: ({ req }) => proxyAddr(req, trusted),
  })

  const server = createServer(app.callback())
  server.listen(config.port, config.host)
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
  console.log(`qcgate is running.

  Open in a browser      ${config.issuer}/
  MCP URL for clients    ${config.resource}
${sandbox ? '\n  The sandbox is on: sign in as 100001 with sandbox-alice, or with one click.\n' : ''}`)

  const stop = () => {
    server.close(async () => {
      await sandbox?.close()
      await store.close()
      process.exit(0)
    })
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
}

try {
  await start(readConfig(process.env))
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const known = error instanceof ConfigurationError || error instanceof KeyFileError
  if (code === 'EADDRINUSE')
    console.error(`qcgate cannot start: ${message}. Set PORT to a free port, such as PORT=3001.`)
  else console.error(known ? message : error)
  process.exit(1)
}
