// `qcgate serve`: reads the configuration, composes what one process needs, listens, and says where everything is.
import { flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { compose } from '../compose.ts'
import { type Config, ConfigurationError, readConfig } from '../config.ts'
import type { DefaultFolders } from '../default-folders.ts'
import { KeyFileError } from '../key-files/key-file.ts'
import { listen } from '../listen.ts'
import { createLog } from '../observability/log.ts'
import { EXIT, type Terminal } from './terminal.ts'

/** Starts one process, which runs until a signal ends it. The exit code: cannot, when there is something to mend. */
export async function serve({ env, print, complain }: Terminal, folders: DefaultFolders): Promise<number> {
  try {
    const config = readConfig(env, folders)
    await start(config)
    print(welcome(config))
    setTimeout(loadWhatComesFirst, SOON_MS).unref()
    return EXIT.done
  } catch (error) {
    if (!(error instanceof ConfigurationError || error instanceof KeyFileError)) throw error
    complain(`qcgate cannot start. ${error.message}\n`)
    return EXIT.cannot
  }
}

/** Milliseconds after which a server that has just begun has time. */
const SOON_MS = 1_000

/**
 * Loads what the first client will ask for, so that it need not wait for it, and keeps what V8 has made of it all by then for the next
 * start. If it cannot be loaded now, whoever asks for it is told.
 */
async function loadWhatComesFirst(): Promise<void> {
  await import('@modelcontextprotocol/node').catch(() => undefined)
  flushCompileCache()
}

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const composition = await compose(config, log)
  if (!config.addressesAreKnown) {
    log.warn(
      'PUBLIC_URL is https, so a proxy stands in front, and TRUSTED_PROXIES does not name it: all visitors look like one',
    )
  }
  await listen(config, composition, log)
  const { sandboxUrl } = composition
  if (sandboxUrl) log.info({ url: sandboxUrl }, 'sandbox is listening')
}

/** What to open, what to paste, and where everything lies. */
function welcome(config: Config): string {
  const { redis, host, port, issuer, sandbox, allowedUsers } = config
  const oneClick = sandbox && (allowedUsers?.includes('100001') ?? true)
  const store = redis
    ? `Redis, ${redis.hosts.map((one) => `${one.host}:${one.port}`).join(', ')}`
    : resolve(config.dataDir)
  return `qcgate is running.

  Open in a browser      ${issuer}/
  MCP URL for clients    ${config.resource}${issuer.startsWith('https:') ? `\n  For the proxy          ${host}, port ${port}` : ''}
${oneClick ? '\n  The sandbox is on: sign in as 100001 with sandbox-alice, or with one click.\n' : ''}
  Data                   ${store}
  Keys                   ${resolve(config.keysDir)}

`
}
