// Somebody who has Node.js 24 and one line: `npx FILE`, on a machine that has nothing else and has never seen us.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { useBrowser } from '../support/browser.ts'
import { startServerByCommand, tryCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { usePackage } from '../support/package.ts'
import { visitor } from '../support/person.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { freePort } from '../support/server.ts'

/** The npx that came with the npm of whoever runs these tests. */
const NPX = realpathSync(join(dirname(process.env.npm_execpath ?? ''), 'npx-cli.js'))

/** A machine with Node.js, its npx, the shell that npx wants, and a home that is empty. */
function newMachine(port: number) {
  const folder = temporaryFolder()
  const at = (...path: string[]) => join(folder.path, ...path)
  for (const name of ['bin', 'home', 'here', 'tmp', 'npm']) mkdirSync(at(name))
  symlinkSync(process.execPath, at('bin', 'node'))
  symlinkSync(NPX, at('bin', 'npx'))
  symlinkSync('/bin/sh', at('bin', 'sh'))
  return {
    at,
    remove: folder.remove,
    env: {
      PATH: at('bin'),
      HOME: at('home'),
      TMPDIR: at('tmp'),
      PORT: String(port),
      npm_config_cache: at('npm'), // what npm writes is none of ours
      npm_config_update_notifier: 'false',
    },
  }
}

/** Everything below a folder but what Node.js made of the program, with its mode. */
const made = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/compile-cache\/./.test(file))
    .sort()
    .map((file) => `${(statSync(join(folder, file)).mode & 0o777).toString(8)} ${file}`)

const port = await freePort()

describe('npx FILE', { timeout: 60_000 }, () => {
  const origin = `http://localhost:${port}`
  const machine = newMachine(port)
  const build = usePackage()
  const browser = useBrowser()
  const newProgram = usePrograms({ mcp: `${origin}/mcp` })
  after(machine.remove)

  const start = () => {
    const file = basename(build().tgz)
    cpSync(build().tgz, machine.at('here', file))
    return startServerByCommand(machine.at('bin', 'npx'), ['--yes', `./${file}`], machine.at('here'), machine.env)
  }
  const share = machine.at('home', '.local', 'share', 'qcgate')
  /** One hash for all of them: a key is no matter for a report. */
  const hashOfKeys = () => {
    const hash = createHash('sha256')
    for (const name of ['signing', 'cookies', 'vault'])
      hash.update(readFileSync(join(share, 'keys', `${name}.jwks.json`)))
    return hash.digest('hex')
  }
  let first = ''

  it('asks nothing, says what to open, what to paste and where everything lies, and leads a client to its first call', async () => {
    const server = await start()
    try {
      assert.match(server.output, new RegExp(`Open in a browser +${origin}/$`, 'm'))
      assert.match(server.output, new RegExp(`MCP URL for clients +${origin}/mcp$`, 'm'))
      assert.match(server.output, new RegExp(`Data +${share}/data\n +Keys +${share}/keys\n`))
      assert.doesNotMatch(server.output, /Warning/)
      const { page, complaints } = await browser.newPerson()
      const client = await (await newProgram()).connect(visitor(page))
      const { structuredContent } = await client.callTool({ name: 'list_projects', arguments: {} })
      assert.ok(structuredContent.projects.length > 0)
      await client.close()
      assert.deepEqual(complaints, [])
    } finally {
      await server.stop()
    }
    first = hashOfKeys()
  })

  it('writes below the data folder and nowhere else, for its owner only', async () => {
    const everything = [
      '700 .local',
      '700 .local/share',
      '700 .local/share/qcgate',
      '700 .local/share/qcgate/data',
      '700 .local/share/qcgate/data/compile-cache',
      '600 .local/share/qcgate/data/qcgate.sqlite',
      '700 .local/share/qcgate/keys',
      '600 .local/share/qcgate/keys/cookies.jwks.json',
      '600 .local/share/qcgate/keys/journal.jwks.json',
      '600 .local/share/qcgate/keys/signing.jwks.json',
      '600 .local/share/qcgate/keys/vault.jwks.json',
    ]
    assert.deepEqual(made(machine.at('home')), everything)
    assert.deepEqual(readdirSync(machine.at('here')), [basename(build().tgz)])
    // Without npx, which itself writes where temporary files go.
    const alone = { ...machine.env, HOME: machine.at('home-2'), TMPDIR: machine.at('tmp-2') }
    for (const folder of [alone.HOME, alone.TMPDIR]) mkdirSync(folder)
    await (await startServerByCommand('node', [build().program], machine.at('here'), alone)).stop()
    assert.deepEqual(made(alone.HOME), everything)
    assert.deepEqual(readdirSync(alone.TMPDIR), [])
  })

  it('writes nothing where somebody stands when HOME names no place: it asks for DATA_DIR', async () => {
    for (const HOME of ['', '.', 'home']) {
      const env = { ...machine.env, HOME }
      const { code, output } = await tryCommand('node', [build().program], machine.at('here'), env)
      assert.equal(code, 2)
      assert.match(output, /^qcgate cannot start\. DATA_DIR: [^\n]*\n$/)
    }
    assert.deepEqual(readdirSync(machine.at('here')), [basename(build().tgz)])
  })

  it('loads nothing compiled from where others could have put it', async () => {
    const data = machine.at('data')
    const cache = join(data, 'compile-cache')
    const elsewhere = machine.at('elsewhere')
    for (const folder of [data, elsewhere]) mkdirSync(folder)
    /** What a start left there. */
    const kept = async () => {
      const env = { ...machine.env, DATA_DIR: '../data' }
      const server = await startServerByCommand('node', [build().program], machine.at('here'), env)
      await server.stop()
      assert.ok(server.output.includes(` ${data}\n`), 'it says where the data really lies')
      const left = statSync(cache).isDirectory() ? readdirSync(cache).length : 0
      rmSync(cache, { recursive: true })
      return left
    }
    assert.equal(await kept(), 1)
    mkdirSync(cache)
    chmodSync(cache, 0o777)
    assert.equal(await kept(), 0)
    symlinkSync(elsewhere, cache)
    assert.equal(await kept(), 0)
    if (process.geteuid?.() === 0) {
      mkdirSync(cache)
      chownSync(cache, 65534, 65534) // whose it is, may write there, whatever the mode says
      assert.equal(await kept(), 0)
    }
    writeFileSync(cache, '')
    assert.equal(await kept(), 0)
  })

  it('starts a second time with the same keys, and knows who was there', async () => {
    const server = await start()
    try {
      assert.equal((await fetch(`${origin}/readyz`)).status, 200)
    } finally {
      await server.stop()
    }
    assert.equal(hashOfKeys(), first)
  })
})

describe('an older Node.js', () => {
  const build = usePackage()
  const folder = temporaryFolder()
  after(folder.remove)

  /** The entry, run by this Node.js under the name of another version. */
  const runAs = (version: string) => {
    const disguise = join(folder.path, `${version}.cjs`)
    writeFileSync(
      disguise,
      `Object.defineProperty(process, 'version', { value: 'v${version}' })
       Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`,
    )
    return tryCommand(process.execPath, ['--require', disguise, build().program, '--version'], folder.path)
  }

  for (const version of ['4.9.1', '12.22.12', '18.20.8', '20.20.2', '22.21.0', '23.11.1']) {
    it(`${version} is told which one is needed, and nothing is loaded`, async () => {
      const { code, output } = await runAs(version)
      assert.equal(code, 2)
      assert.match(output, /^qcgate needs Node\.js 24 or later, and this is v[\d.]+\. .*\n$/)
      assert.ok(output.includes(`v${version}.`))
    })
  }

  it('one that is new enough is told nothing', async () => {
    for (const version of ['24.0.0', '26.1.0']) assert.match((await runAs(version)).output, /^\d+\.\d+\.\d+\n$/)
  })

  it('can read the sentence: the entry uses no word that ECMAScript 5 does not have', () => {
    const text = readFileSync(build().program, 'utf8').replace(/^#!.*\n/, '')
    assert.doesNotMatch(
      text.replace(/\/\/.*|'[^']*'|\/\^.*?\//g, ''),
      /=>|`|\b(?:const|let|class|async|await|import|export)\b|\.\.\./,
    )
  })

  it('the one on the path gets the answer that fits it', async () => {
    const version = await tryCommand('node', ['--version'], folder.path)
    const isOld = Number.parseInt(version.output.slice(1), 10) < 24
    const { code, output } = await tryCommand('node', [build().program, '--version'], folder.path)
    assert.deepEqual([code, /Node\.js 24 or later/.test(output)], isOld ? [2, true] : [0, false])
  })
})
