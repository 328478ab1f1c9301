// The programs that our tests and drills run beside Node.js: found, installed from Debian packages, or asked for.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { progress, stop } from './setup.mjs'

/** Each with the variable that names one, where it may be, and its Debian packages. */
export const CHROMIUM = {
  name: 'Chromium',
  variable: 'CHROMIUM',
  // The one without windows first: it does for tests, with half the work.
  commands: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
  places: [
    '/snap/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  packages: ['chromium-headless-shell', 'fonts-liberation'],
}
export const REDIS_SERVER = {
  name: 'redis-server',
  variable: 'REDIS_SERVER',
  commands: ['redis-server'],
  places: ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'],
  packages: ['redis-server'],
}
/** Reads the unit in deploy/ as systemd would. Where there is no systemd there is nothing that could read it. */
export const SYSTEMD_ANALYZE = {
  name: 'systemd-analyze',
  variable: 'SYSTEMD_ANALYZE',
  commands: ['systemd-analyze'],
  places: ['/usr/bin/systemd-analyze'],
  packages: ['systemd'],
}

const path = (process.env.PATH ?? '').split(delimiter)
const find = ({ variable, commands, places }) =>
  [
    process.env[variable],
    ...path.flatMap((folder) => commands.map((command) => join(folder, command))),
    ...places,
  ].find((file) => file && existsSync(file))

/** A real program: found, installed from Debian packages where that is allowed, or asked for. */
function provide(program) {
  const found = find(program)
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    progress(`installing ${program.name} from Debian packages (once) …`)
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      // The package would start a server of its own; the tests start theirs.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', ...program.packages], options)
  }
  const hint = `apt-get install ${program.packages[0]}, or name one in ${program.variable}`
  return find(program) ?? stop(`[setup] This needs ${program.name}: ${hint}.`)
}

/** The environment in which each program is named by its variable. Ends the process when one cannot be had. */
export const environmentWith = (...programs) => ({
  ...process.env,
  ...Object.fromEntries(programs.map((program) => [program.variable, provide(program)])),
})
