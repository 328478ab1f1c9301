// The commands that README.md, docs/operating.md and docs/build-on-it.md show, run against the real product, and what they print
// beside what is shown. A command that cannot run here says why; one that another test runs names it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { SHELL, startServerByCommand, tryCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { buildPackage } from '../support/package.ts'
import { freePort } from '../support/server.ts'
import { commandsOf, patternOf } from './shown.ts'

const PAGES = ['README.md', 'docs/operating.md', 'docs/build-on-it.md']
/** Without what is made from the name of the repository, which test/packaging/readme.test.ts holds. */
const read = (page: string) =>
  readFileSync(page, 'utf8').replace(/^<!-- repository -->$.*?^<!-- \/repository -->$/ms, '')
/** In the order of the pages: what one installs, the next can use. */
const COMMANDS = PAGES.flatMap((page) => commandsOf(read(page)).map((shown) => ({ page, ...shown })))
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const folder = temporaryFolder()
const at = (...path: string[]) => join(folder.path, ...path)
/** Where npm installs what is installed for all, and a home of its own. */
const ENV = {
  ...SHELL,
  HOME: at('home'),
  XDG_DATA_HOME: undefined,
  npm_config_prefix: at('global'),
  npm_config_cache: at('npm'),
  npm_config_update_notifier: 'false',
  PATH: [at('global', 'bin'), dirname(process.execPath), SHELL.PATH].join(delimiter),
}

const [serverPort, frontPort] = [await freePort(), await freePort()]
const origin = `http://localhost:${frontPort}`
/** How far the clock of the machine with the server is ahead, as its answers tell. */
let clockAhead = 0
/** What the command that serves printed. */
let served = ''

/** What a command printed, and its exit code where it ended. */
interface Run {
  readonly output: string
  readonly code?: number
}
/** How a command is run here, the test that runs it and a part of its title, or why it cannot run here. */
type Entry = ((line: string) => Promise<Run>) | { readonly in: string; readonly titled: string } | string

/** Runs a line as a shell does, on the one server in place of the one that it names. */
const run = (line: string, cwd = '.'): Promise<Run> =>
  tryCommand('sh', ['-c', line.replace(/https:\/\/qcgate\.example\.com|http:\/\/localhost:3000/, origin)], cwd, ENV)

async function ends(line: string, says: RegExp, cwd?: string): Promise<Run> {
  const ended = await run(line, cwd)
  assert.match(ended.output, says)
  return ended
}

/** Starts what runs on, and ends it when it has said all. */
async function starts(line: string, cwd: string, saysLast?: RegExp): Promise<Run> {
  const env = { ...ENV, PORT: String(await freePort()) }
  const started = await startServerByCommand('sh', ['-c', line], cwd, env, saysLast)
  await started.stop()
  return started
}

const TABLE: Record<string, Entry> = {
  'npm start': { in: 'test/journeys/newcomer.test.ts', titled: 'prints the page and the MCP URL' },
  'npm test': 'is what runs this',
  'npm run qcgate -- --help': (line) => ends(line, /^Usage: qcgate \[options\]/m),
  'npm run qcgate -- serve': async () => ({ output: served }),
  'npm run qcgate -- sandbox': (line) => starts(line, '.', /Ctrl-C ends it/),
  'npm run qcgate -- version': (line) => ends(line, new RegExp(`^qcgate ${version}$`, 'm')),
  'npm run qcgate -- doctor https://qcgate.example.com': async (line) => {
    clockAhead = 95 // so that there is something to find
    const found = await run(line)
    clockAhead = 0
    assert.equal(found.code, 1)
    return found
  },
  'npm run qcgate -- doctor http://localhost:3000': (line) => ends(line, /checks passed\.$/m),
  'npm run package': { in: 'test/packaging/package.test.ts', titled: 'when it is built again elsewhere' },
  'npm install --global ./dist/qcgate-*.tgz': (line) => ends(line, /^added 1 package in /m, folder.path),
  qcgate: (line) => starts(line, folder.path),
  'qcgate doctor https://qcgate.example.com': (line) => ends(line, /checks passed\.$/m),
  'npx --yes ./dist/qcgate-*.tgz': { in: 'test/packaging/install.test.ts', titled: 'asks nothing, says what to open' },
  'cp deploy/.env.example .env && chmod 600 .env': async (line) => {
    cpSync('deploy', at('deploy'), { recursive: true })
    const copied = await run(line, folder.path)
    assert.deepEqual([copied.code, statSync(at('.env')).mode & 0o777], [0, 0o600])
    return copied
  },
  'openssl rand -hex 32': spawnSync('openssl', ['version']).error
    ? 'needs OpenSSL, which is not on this machine'
    : (line) => ends(line, /^[\da-f]{64}\n$/),
  'npm run catalogue': { in: 'test/golden/golden.test.ts', titled: 'generated files are current' },
}
const CANNOT_RUN_HERE: readonly (readonly [RegExp, string])[] = [
  [/\bdocker /, 'needs Docker; test/deployment/ holds the files that it reads'],
  [/^(sudo|journalctl) /, 'needs systemd, and root'],
]
const entryOf = (line: string): Entry | undefined =>
  TABLE[line] ?? CANNOT_RUN_HERE.find(([pattern]) => pattern.test(line))?.[1]

/** A proxy in front of the server, which says another time where it is told to. */
const front: Server = createServer((asked, answered) => {
  const { url: path, method, headers } = asked
  const onward = request({ port: serverPort, host: '127.0.0.1', path, method, headers }, (response) => {
    const date = new Date(Date.now() + clockAhead * 1000).toUTCString()
    answered.writeHead(response.statusCode ?? 0, { ...response.headers, date })
    response.pipe(answered)
  })
  asked.pipe(onward)
})

describe('commands that the documents show', { timeout: 60_000 }, () => {
  let server: Awaited<ReturnType<typeof startServerByCommand>>
  before(async () => {
    await once(front.listen(frontPort, '127.0.0.1'), 'listening')
    const env = {
      ...ENV,
      PORT: String(serverPort),
      PUBLIC_URL: origin,
      DATA_DIR: at('data'),
      KEYS_DIR: at('keys'),
    }
    const [started] = await Promise.all([
      startServerByCommand('npm', ['run', 'qcgate', '--', 'serve'], '.', env),
      buildPackage(at('dist')),
    ])
    server = started
    served = server.output
  })
  after(async () => {
    front.close()
    await server.stop()
    folder.remove()
  })

  for (const { page, line, prints } of COMMANDS) {
    const entry = entryOf(line)
    if (typeof entry === 'string')
      it(`${page}: ${line} (cannot run here: ${entry})`, () => assert.equal(prints, undefined))
    else if (typeof entry === 'object') {
      it(`${page}: ${line} (run by ${entry.in})`, () => {
        assert.ok(existsSync(entry.in), `${entry.in} is not there`)
        assert.ok(
          readFileSync(entry.in, 'utf8').includes(entry.titled),
          `${entry.in} has no test titled ${entry.titled}`,
        )
      })
    } else {
      it(`${page}: ${line}`, async () => {
        assert.ok(entry, 'it stands in the table of this test')
        const printed = await entry(line)
        if (prints) assert.match(printed.output, patternOf(prints))
      })
    }
  }

  it('are all that the table knows', () => {
    const lines = COMMANDS.map(({ line }) => line)
    const known = Object.keys(TABLE).filter((line) => !lines.includes(line))
    const patterns = CANNOT_RUN_HERE.filter(([pattern]) => !lines.some((line) => pattern.test(line)))
    assert.deepEqual([known, patterns], [[], []])
  })
})
