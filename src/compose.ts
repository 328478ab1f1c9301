// Opens all that one process needs and joins it. What is opened here is closed here.
import type { RequestListener } from 'node:http'
import proxyAddr from 'proxy-addr'
import { createAccounts } from './accounts/accounts.ts'
import { createTokenWatch } from './accounts/token-watch.ts'
import { createApp } from './app.ts'
import { createAuditLog } from './audit/audit-log.ts'
import { createSeals } from './audit/seals.ts'
import type { CallsUnderWay } from './audit/under-way.ts'
import { createCallsUnderWay } from './audit/under-way.ts'
import type { Config } from './config.ts'
import { ConfigurationError } from './config.ts'
import { createAuthorizations } from './grants/authorizations.ts'
import { createGrants } from './grants/grants.ts'
import { loadCookieKeys } from './key-files/cookie-keys.ts'
import { loadJournalKeys } from './key-files/journal-keys.ts'
import { checkFingerprint } from './key-files/key-fingerprint.ts'
import { loadSigningKeys } from './key-files/signing-keys.ts'
import type { Log } from './observability/log.ts'
import { createQuantConnect } from './quantconnect/client.ts'
import { networkOf } from './rate-limits/client-address.ts'
import { KEYS } from './storage/keys.ts'
import { openSqliteStore } from './storage/sqlite.ts'
import type { Store } from './storage/store.ts'
import { openVault } from './vault/vault.ts'

export interface Composition {
  readonly app: RequestListener
  readonly callsUnderWay: CallsUnderWay
  /** The address of the sandbox, where it is on. */
  readonly sandboxUrl: string | undefined
  /** Closes the sandbox and the store. Nothing may be asked of the app afterwards. */
  close(): Promise<void>
}

/** Throws `ConfigurationError` and `KeyFileError` for what the operator has to mend. */
export async function compose(config: Config, log: Log): Promise<Composition> {
  const store = await openStore(config, log)
  const sandbox = config.sandbox ? await openSandbox(store) : undefined
  const trusted = proxyAddr.compile([...config.trustedProxies])
  const vault = await openVault(config.keysDir, store, log, {
    realms: sandbox ? ['live', 'sandbox'] : ['live'],
    allowedUsers: config.allowedUsers,
    journalDays: config.journalDays,
  })
  const signingKeys = await loadSigningKeys(config.keysDir)
  const journalKeys = await loadJournalKeys(config.keysDir)
  const cookieKeys = await loadCookieKeys(config.keysDir)
  await checkFingerprint(config.keysDir, store, howToForgetKeys(config))
  const grants = createGrants(store)
  const seals = createSeals({ store, log, journalKeys, issuer: config.issuer, days: config.journalDays })
  const auditLog = createAuditLog(store, { days: config.journalDays, noteNew: seals.sealHour })
  const accounts = createAccounts({ store, vault, grants, auditLog })
  const callsUnderWay = createCallsUnderWay()
  const app = createApp(config, {
    log,
    store,
    vault,
    grants,
    authorizations: createAuthorizations(store, grants),
    auditLog,
    seals,
    callsUnderWay,
    accounts,
    signingKeys,
    journalKeys,
    cookieKeys,
    quantConnect: createQuantConnect(
      { live: config.quantConnectApiUrl, ...(sandbox ? { sandbox: sandbox.url } : {}) },
      log,
      createTokenWatch({ vault, accounts }, log),
    ),
    sandboxAccounts: sandbox?.accounts ?? [],
    clientAddress: ({ req }) => networkOf(proxyAddr(req, trusted)),
  })
  return {
    app,
    callsUnderWay,
    sandboxUrl: sandbox?.url,
    async close() {
      await sandbox?.close()
      await store.close()
    },
  }
}

/** The sandbox is large, so it is loaded only where it is on. */
async function openSandbox(store: Store) {
  const { SANDBOX_ACCOUNTS, startSandbox } = await import('./sandbox/server.ts')
  return { ...(await startSandbox(store)), accounts: SANDBOX_ACCOUNTS }
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
    : `sqlite3 "${dataDir}/qcgate.sqlite" "DELETE FROM entries WHERE key = '${KEYS.fingerprint()}'"`
