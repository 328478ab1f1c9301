#!/usr/bin/env node
// Starts one process: reads the configuration, opens what has to be opened, listens, and ends cleanly when told to.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import proxyAddr from 'proxy-addr'
import { createAccounts } from './accounts/accounts.ts'
import { createApp } from './app.ts'
import { createAuditLog } from './audit/audit-log.ts'
import { networkOf } from './authorization-server/attempts.ts'
import { loadCookieKeys } from './authorization-server/cookie-keys.ts'
import { loadSigningKeys } from './authorization-server/signing-keys.ts'
import type { Config } from './config.ts'
import { ConfigurationError, readConfig } from './config.ts'
import { createGrants } from './grants/grants.ts'
import type { Log } from './observability/log.ts'
import { createLog } from './observability/log.ts'
import { createQuantConnect } from './quantconnect/client.ts'
import { SANDBOX_ACCOUNTS, startSandbox } from './sandbox/server.ts'
import { KeyFileError } from './storage/key-file.ts'
import { checkFingerprint } from './storage/key-fingerprint.ts'
import { KEYS } from './storage/keys.ts'
import { openSqliteStore } from './storage/sqlite.ts'
import type { Store } from './storage/store.ts'
import { openVault } from './vault/vault.ts'

/** How long calls that are under way may take to end after a signal. */
const GRACE_MS = 5_000

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const store = await openStore(config, log)
  const sandbox = config.sandbox ? await startSandbox(store) : undefined
  const trusted = proxyAddr.compile([...config.trustedProxies])
  const vault = await openVault(config.keysDir, store, log, sandbox ? ['live', 'sandbox'] : ['live'])
  const signingKeys = await loadSigningKeys(config.keysDir)
  const cookieKeys = await loadCookieKeys(config.keysDir)
  await checkFingerprint(config.keysDir, store, howToForgetKeys(config))
  const grants = createGrants(store)
  const auditLog = createAuditLog(store)
  const app = createApp(config, {
    log,
    store,
    vault,
    grants,
    auditLog,
    accounts: createAccounts({ store, vault, grants, auditLog }),
    signingKeys,
    cookieKeys,
    quantConnect: createQuantConnect(
      { live: config.quantConnectApiUrl, ...(sandbox ? { sandbox: sandbox.url } : {}) },
      log,
    ),
    sandboxAccounts: sandbox ? SANDBOX_ACCOUNTS : [],
    clientAddress: ({ req }) => networkOf(proxyAddr(req, trusted)),
  })

  if (!config.addressesAreKnown) {
    log.warn(
      'PUBLIC_URL is https, so a proxy stands in front, and TRUSTED_PROXIES does not name it: all visitors look like one',
    )
  }

  const server = createServer(app.callback())
  await listen(server, config)
  if (sandbox) log.info({ url: sandbox.url }, 'sandbox is listening')
  console.log(`qcgate is running.

  Open in a browser      ${config.issuer}/
  MCP URL for clients    ${config.resource}
${sandbox ? '\n  The sandbox is on: sign in as 100001 with sandbox-alice, or with one click.\n' : ''}`)

  // Browsers and HTTP clients open spare connections, which count as busy until a request has come: nobody waits for one.
  const spare = new Set<Socket>()
  server.on('connection', (socket) => {
    spare.add(socket)
    socket.once('close', () => spare.delete(socket))
  })
  server.on('request', ({ socket }) => spare.delete(socket))

  const stop = () => {
    server.close(async () => {
      await sandbox?.close()
      await store.close()
      process.exit(0)
    })
    server.closeIdleConnections()
    for (const socket of spare) socket.destroy()
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
  }
  process.once('SIGTERM', stop).once('SIGINT', stop)
}

async function openStore({ redis, dataDir }: Config, log: Log): Promise<Store> {
  try {
    if (!redis) return openSqliteStore(dataDir)
    const { openRedisStore } = await import('./storage/redis.ts') // a large client, which one machine does not need
    return await openRedisStore(redis, log)
  } catch (error) {
    const { message } = error as Error
    throw new ConfigurationError(
      redis
        ? `REDIS_URL: ${message}`
        : `DATA_DIR=${dataDir}: ${message}; use a folder that this user can write, such as ./data`,
    )
  }
}

const howToForgetKeys = ({ redis, dataDir }: Config): string =>
  redis
    ? `delete ${redis.prefix}${KEYS.fingerprint()} in Redis`
    : `sqlite3 ${dataDir}/qcgate.sqlite "DELETE FROM entries WHERE key = '${KEYS.fingerprint()}'"`

async function listen(server: Server, { host, port }: Config): Promise<void> {
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const taken = code === 'EADDRINUSE' || code === 'EACCES'
    throw new ConfigurationError(
      taken
        ? `PORT=${port}: ${message}; use a free port above 1023, such as 3001`
        : `HOST=${host}: ${message}; use an address of this machine, such as 127.0.0.1 or 0.0.0.0`,
    )
  }
}

try {
  await start(readConfig(process.env))
} catch (error) {
  const known = error instanceof ConfigurationError || error instanceof KeyFileError
  console.error(known ? `qcgate cannot start. ${error.message}` : error)
  process.exit(1)
}
