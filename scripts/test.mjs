// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/gate.test.ts`.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installDependencies, nodeFlags, nodeRuntime, progress, root, stop } from './setup.mjs'

/** The programs that tests need beside Node.js: the variable that names one, where it may be, and its Debian package. */
const PROGRAMS = [
  {
    name: 'Chromium',
    variable: 'CHROMIUM',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    places: [
      '/snap/bin/chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    packages: ['chromium', 'fonts-liberation'],
  },
  {
    name: 'redis-server',
    variable: 'REDIS_SERVER',
    commands: ['redis-server'],
    places: ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'],
    packages: ['redis-server'],
  },
]

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
  return find(program) ?? stop(`[setup] The tests need ${program.name}: ${hint}.`)
}

installDependencies()
const env = { ...process.env }
for (const program of PROGRAMS) env[program.variable] = provide(program)

const run = spawn(nodeRuntime(), [...nodeFlags, `${root}test/support/run.ts`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env,
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
const [code] = await once(run, 'exit')
process.exit(code ?? 1)
