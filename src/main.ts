#!/usr/bin/env node
// Starts one process: reads the configuration, composes what it needs, listens, and says where.
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { ConfigurationError, readConfig } from './config.ts'
import { KeyFileError } from './key-files/key-file.ts'
import { listen } from './listen.ts'
import { createLog } from './observability/log.ts'

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
  const oneClick = sandboxUrl && (config.allowedUsers?.includes('100001') ?? true)
  if (sandboxUrl) log.info({ url: sandboxUrl }, 'sandbox is listening')
  console.log(`qcgate is running.

  Open in a browser      ${config.issuer}/
  MCP URL for clients    ${config.resource}
${oneClick ? '\n  The sandbox is on: sign in as 100001 with sandbox-alice, or with one click.\n' : ''}`)
}

try {
  await start(readConfig(process.env))
} catch (error) {
  const known = error instanceof ConfigurationError || error instanceof KeyFileError
  console.error(known ? `qcgate cannot start. ${error.message}` : error)
  process.exit(1)
}
