// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/gate.test.ts`.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { installDependencies, nodeFlags, nodeRuntime, progress, root, stop } from './setup.mjs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const findChromium = () => [process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path))

/** A real browser: found, installed from Debian packages where that is allowed, or asked for. */
function chromiumPath() {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    progress('installing Chromium from Debian packages (once) …')
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-liberation'], options)
  }
  return (
    findChromium() ??
    stop('[setup] The browser tests need Chromium: apt-get install chromium, or name one in CHROMIUM.')
  )
}

installDependencies()
const executablePath = chromiumPath()
const { chromium } = await import('playwright-core')
const browser = await chromium.launchServer({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
})

const files = process.argv.slice(2)
const tests = spawn(
  nodeRuntime(),
  [
    ...nodeFlags,
    '--test',
    '--test-concurrency=2',
    '--test-timeout=120000',
    `--test-reporter=${root}test/support/reporter.ts`,
    '--test-reporter-destination=stdout',
    ...(files.length ? files : ['test/**/*.test.ts']),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, BROWSER_ENDPOINT: browser.wsEndpoint() },
  },
)
const [code] = await once(tests, 'exit')
await browser.close()
process.exit(code ?? 1)
