// One test run: starts what all files share (one Chromium, one fleet of Redis servers), then node's own test runner, and
// ends with its verdict. `scripts/test.mjs` has found or installed the programs. Arguments name single files.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from '../../packaging/build.ts'
import { REPOSITORY } from '../../packaging/repository.ts'
import { temporaryFolder } from './folder.ts'
import { FLAG } from './program.ts'
import { startCluster, startSentinel, startSingle } from './redis-fleet.ts'

const files = process.argv.slice(2)
/** What Node.js has compiled once, it need not compile again for every test file and every server of one. */
const cache = temporaryFolder()
/** What servers run: made of the sources as they are. */
const built = temporaryFolder()
const [, browser, ...fleets] = await Promise.all([
  build(built.path, REPOSITORY),
  chromium.launchServer({
    executablePath: process.env.CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--in-process-gpu',
      '--process-per-site',
      '--renderer-process-limit=2',
      '--disable-site-isolation-trials',
      '--disable-software-rasterizer',
    ],
  }),
  startSingle(),
  startSentinel(),
  startCluster(),
])
const [single, sentinel, cluster] = fleets

const tests = spawn(
  process.execPath,
  [
    FLAG,
    '--test',
    '--test-concurrency=3',
    '--test-timeout=120000',
    `--test-reporter=${fileURLToPath(new URL('./reporter.ts', import.meta.url))}`,
    '--test-reporter-destination=stdout',
    ...(files.length ? files : globSync('test/**/*.test.ts', { exclude: ['**/node_modules/**'] })),
  ],
  {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: cache.path,
      QCGATE_TEST_SERVER: process.env.QCGATE_TEST_PROGRAM ?? join(built.path, 'package/dist/main.js'),
      BROWSER_ENDPOINT: browser.wsEndpoint(),
      REDIS_SINGLE: single.url,
      REDIS_SENTINEL: sentinel.url,
      REDIS_CLUSTER: cluster.url,
    },
  },
)
const end = () => tests.kill('SIGTERM')
process.once('SIGINT', end).once('SIGTERM', end)
const [code] = await once(tests, 'exit')
await Promise.all([browser.close(), ...fleets.map((fleet) => fleet.stop())])
cache.remove()
built.remove()
process.exit(code ?? 1)
