// What a fresh clone lacks, brought in by the project itself. Runs on any Node.js from 20 on and imports nothing from
// node_modules, since its first task is to fill that folder.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Prints one progress line of the set-up. */
export const progress = (line) => console.log(`[setup] ${line}`)

/** Prints why the work cannot go on, and ends the process. */
export function stop(reason) {
  console.error(reason)
  process.exit(1)
}

/** Installs the dependencies at the locked versions. A later run that finds the same lock file installs nothing. */
export const installDependencies = () => install('', 'the dependencies')

/** The same for what `npm run bench -- all` measures beside qcgate. Nothing of the product needs it. */
export const installPeers = () => install('test/bench/peers/', 'the other programs that are measured')

/** Installs a package of the project, by its folder. */
function install(folder, what) {
  const stamp = `${root}${folder}node_modules/.qcgate-installed`
  const locked = createHash('sha256')
    .update(readFileSync(`${root}${folder}package-lock.json`))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === locked) return
  progress(`installing ${what} at their locked versions (once, a minute at most) …`)
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: `${root}${folder}`,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0)
    stop('[setup] npm ci failed, see above. Check the connection to the npm registry and try again.')
  writeFileSync(stamp, locked)
  progress(`${what.replace('the ', '')} are in place`)
}

/**
 * The Node.js that runs the sources: the pinned one that came with the dependencies, or the machine's own where no
 * pinned build fits this platform and the own one is new enough.
 */
export function nodeRuntime() {
  // Found by package, not by node_modules/.bin: not every npm links a program called node there.
  const { optionalDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const builds = Object.keys(optionalDependencies).map((name) => `${root}node_modules/${name}/bin/node`)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const pinned = builds.map((build) => build + suffix).find((build) => existsSync(build))
  if (pinned && spawnSync(pinned, ['--version']).status === 0) return pinned
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  return stop(
    `[setup] There is no pinned Node.js for ${process.platform}-${process.arch}, and ${process.version} is too old. Install Node.js 24 and try again.`,
  )
}

/** Flags for every run of our own sources. `node:sqlite` works in Node.js 24 and still announces itself as experimental. */
export const nodeFlags = ['--disable-warning=ExperimentalWarning']

/** Sets up what is missing, runs one of our sources to its end, and ends this process as that one ended. */
export function runSource(file, ...args) {
  installDependencies()
  const run = spawnSync(nodeRuntime(), [...nodeFlags, `${root}${file}`, ...args], { cwd: root, stdio: 'inherit' })
  process.exit(run.status ?? 1)
}
