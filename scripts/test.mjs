// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/gate.test.ts`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { installDependencies, nodeFlags, nodeRuntime, progress, root, stop } from './setup.mjs'

const CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const findChromium = () => [process.env.CHROMIUM, ...CHROMIUM].find((path) => path && existsSync(path))

/** A real browser: found, installed from Debian packages where that is allowed, or asked for. */
function chromium() {
  const found = findChromium()
  if (found) return found
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (mayInstall) {
    progress('installing Chromium from Debian packages (once) …')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-liberation'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    })
  }
  return (
    findChromium() ??
    stop('[setup] The browser tests need Chromium: apt-get install chromium, or name one in CHROMIUM.')
  )
}

installDependencies()
const node = nodeRuntime()
const files = process.argv.slice(2)
const tests = spawnSync(
  node,
  [
    ...nodeFlags,
    '--test',
    '--test-concurrency=2',
    '--test-timeout=120000',
    `--test-reporter=${root}test/support/reporter.ts`,
    ...(files.length ? files : ['test/**/*.test.ts']),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CHROMIUM: chromium() } },
)
process.exit(tests.status ?? 1)
