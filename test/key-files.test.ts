import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { KeyFileError, readOrMakeKeys, secretKind } from '../src/key-files/key-file.ts'
import { letsOthersIn } from '../src/key-files/key-permissions.ts'
import { loadSigningKeys } from '../src/key-files/signing-keys.ts'
import { startInVain } from './support/bad-start.ts'
import { temporaryFolder } from './support/folder.ts'
import { startServer, type TestServer } from './support/server.ts'

const FILES = ['cookies.jwks.json', 'journal.jwks.json', 'signing.jwks.json', 'vault.jwks.json']

/** Loads all keys in a process of its own. */
const LOADER = `
  import { loadCookieKeys } from '${new URL('../src/key-files/cookie-keys.ts', import.meta.url)}'
  import { loadJournalKeys } from '${new URL('../src/key-files/journal-keys.ts', import.meta.url)}'
  import { loadSigningKeys } from '${new URL('../src/key-files/signing-keys.ts', import.meta.url)}'
  import { readOrMakeKeys, secretKind } from '${new URL('../src/key-files/key-file.ts', import.meta.url)}'
  const folder = process.argv[1]
  await new Promise((begin) => process.stdin.once('data', begin))
  const [vault, signing, journal, { secrets }] = await Promise.all([
    readOrMakeKeys(folder, 'vault.jwks.json', secretKind('A256GCM')),
    loadSigningKeys(folder),
    loadJournalKeys(folder),
    loadCookieKeys(folder),
  ])
  console.log(JSON.stringify({ vault, signing, journal, secrets }))
  process.stdin.destroy()
`

describe('key files', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server?.stop())
  const keys = () => join(server.folder, 'keys')
  const contents = () => FILES.map((name) => readFileSync(join(keys(), name), 'utf8'))

  it('are made at the first start, complete, with nothing left beside them', () => {
    assert.deepEqual(readdirSync(keys()).sort(), FILES)
    for (const text of contents()) assert.equal(JSON.parse(text).keys.length, 1)
  })

  it('can be read by their owner only, folder included', () => {
    for (const name of FILES) assert.equal(statSync(join(keys(), name)).mode & 0o777, 0o600, name)
    assert.equal(statSync(keys()).mode & 0o777, 0o700)
  })

  it('are each for one purpose: no secret is in two of them', () => {
    const secrets = contents()
      .map((text) => JSON.parse(text).keys[0])
      .map(({ k, d }) => k ?? d)
    assert.ok(secrets.every((secret) => typeof secret === 'string' && Buffer.from(secret, 'base64url').length === 32))
    assert.equal(new Set(secrets).size, FILES.length)
  })

  it('show at /jwks the public halves of what signs tokens and seals the record, and nothing more', async () => {
    const { keys: published } = (await (await fetch(`${server.origin}/jwks`)).json()) as { keys: object[] }
    const publicHalves = ['signing.jwks.json', 'journal.jwks.json'].map((name) => {
      const [{ d: secret, ...publicHalf }] = JSON.parse(readFileSync(join(keys(), name), 'utf8')).keys
      assert.ok(secret)
      return publicHalf
    })
    assert.deepEqual(published, publicHalves)
  })

  it('are made once: a restart reads what is there', async () => {
    const first = contents()
    await server.crashAndRestart()
    assert.deepEqual(contents(), first)
  })
})

describe('processes that start at once on an empty key folder', () => {
  const folder = temporaryFolder()
  after(folder.remove)

  it('end with the same keys', async () => {
    const start = (): ChildProcess =>
      spawn(process.execPath, ['--input-type=module', '--eval', LOADER, folder.path], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
    const processes = Array.from({ length: 4 }, start)
    const said = processes.map(async (child) => {
      let text = ''
      child.stdout?.on('data', (chunk) => {
        text += chunk
      })
      await once(child, 'close')
      return text
    })
    for (const child of processes) child.stdin?.write('go\n')
    const [first, ...others] = await Promise.all(said)
    assert.ok(first && JSON.parse(first).signing.length === 1)
    for (const other of others) assert.equal(other, first)
    assert.deepEqual(readdirSync(folder.path).sort(), FILES)
  })
})

describe('a key file that cannot be used', () => {
  const folder = temporaryFolder()
  after(folder.remove)
  let made = 0

  /** Starts the server over one bad file and gives what it said before it ended. */
  async function startOver(name: string, put: (file: string) => void) {
    const home = join(folder.path, `${made++}`)
    mkdirSync(join(home, 'keys'), { recursive: true })
    put(join(home, 'keys', name))
    return startInVain({ DATA_DIR: join(home, 'data'), KEYS_DIR: join(home, 'keys') })
  }
  const write = (file: string, text: string, mode = 0o600) => {
    writeFileSync(file, text)
    chmodSync(file, mode)
  }
  const EC = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  }
  const unusable: [name: string, what: string, put: (file: string) => void][] = [
    ['signing.jwks.json', 'is cut short', (file) => write(file, '{"keys":[{"kty":"EC"')],
    ['vault.jwks.json', 'is empty', (file) => write(file, '')],
    ['cookies.jwks.json', 'holds no key', (file) => write(file, '{"keys":[]}')],
    ['cookies.jwks.json', 'is a folder', (file) => mkdirSync(file)],
    ['signing.jwks.json', 'holds a public key only', (file) => write(file, JSON.stringify({ keys: [EC] }))],
    [
      'signing.jwks.json',
      'holds a secret, which cannot sign',
      (file) => write(file, '{"keys":[{"kty":"oct","k":"AAAA"}]}'),
    ],
    ['vault.jwks.json', 'holds a key that cannot seal', (file) => write(file, JSON.stringify({ keys: [EC] }))],
    [
      'vault.jwks.json',
      'holds a secret that is too short',
      (file) => write(file, '{"keys":[{"kty":"oct","k":"AAAA"}]}'),
    ],
    ['cookies.jwks.json', 'holds a key that is no secret', (file) => write(file, JSON.stringify({ keys: [EC] }))],
    ['vault.jwks.json', 'is a link that leads nowhere', (file) => symlinkSync(`${file}.gone`, file)],
  ]
  for (const [name, what, put] of unusable) {
    it(`stops the start with one message that names it: ${name} ${what}`, async () => {
      const { status, stdout, stderr } = await startOver(name, put)
      assert.equal(status, 2, stdout && 'the server went on')
      assert.ok(stderr.includes(join('keys', name)), stderr)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
      assert.equal(stdout, '')
    })
  }

  const secret = (bytes: Buffer) =>
    JSON.stringify({ keys: [{ kty: 'oct', k: bytes.toString('base64url'), kid: 'one' }] })
  const RANDOM = secret(randomBytes(32))
  const guessable: [name: string, what: string, text: string][] = [
    ['vault.jwks.json', 'thirty-two zeros', secret(Buffer.alloc(32))],
    ['cookies.jwks.json', 'one letter over and over', secret(Buffer.alloc(32, 'x'))],
    ['cookies.jwks.json', 'one word over and over', secret(Buffer.alloc(32, 'secret'))],
    [
      'cookies.jwks.json',
      'zeros behind a good one',
      JSON.stringify({ keys: [RANDOM, secret(Buffer.alloc(32))].flatMap((text) => JSON.parse(text).keys) }),
    ],
    [
      'signing.jwks.json',
      'the number one for a private key',
      JSON.stringify({
        keys: [{ ...EC, kid: 'one', d: Buffer.from(`${'00'.repeat(31)}01`, 'hex').toString('base64url') }],
      }),
    ],
  ]
  const load = (name: string, keys: string): Promise<unknown> =>
    name === 'signing.jwks.json'
      ? loadSigningKeys(keys)
      : readOrMakeKeys(keys, name, secretKind(name === 'vault.jwks.json' ? 'A256GCM' : 'HS256'))
  /** Reads one bad file without a server, in a folder with this mode. */
  async function loadOver(name: string, put: (file: string) => void, folderMode = 0o755) {
    const keys = join(folder.path, `${made++}`)
    mkdirSync(keys)
    put(join(keys, name))
    chmodSync(keys, folderMode)
    return load(name, keys)
  }

  for (const [name, what, text] of guessable) {
    it(`stops the start when anybody can guess it: ${name} holds ${what}`, async () => {
      const message = new RegExp(`${name} holds a key that .*anybody can guess. Remove the file`)
      await assert.rejects(
        loadOver(name, (file) => write(file, text)),
        (error) => error instanceof KeyFileError && message.test(error.message),
      )
    })
  }

  for (const mode of [0o644, 0o640, 0o604, 0o660, 0o666]) {
    it(`stops the start when others can open it, and says how to close it: mode ${mode.toString(8)}`, async () => {
      await assert.rejects(
        loadOver('vault.jwks.json', (file) => write(file, RANDOM, mode)),
        (error) => error instanceof KeyFileError && /: chmod 600 \S+vault\.jwks\.json /.test(error.message),
      )
    })
  }

  for (const [what, text, mode] of [
    ['that anybody can guess', secret(Buffer.alloc(32)), 0o600],
    ['that others can open', RANDOM, 0o644],
  ] as const) {
    it(`stops the start with one message when it is one ${what}`, async () => {
      const { status, stdout, stderr } = await startOver('vault.jwks.json', (file) => write(file, text, mode))
      assert.deepEqual([status, stdout], [2, ''])
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    })
  }

  it('is not one that its mode would show to others in a folder that lets nobody in, as mounted secrets are', async () => {
    assert.ok(await loadOver('vault.jwks.json', (file) => write(file, RANDOM, 0o644), 0o700))
  })
})

describe('others can open a key file', () => {
  const OURS = 1000
  for (const [file, folder, uid, whether] of [
    [0o600, 0o777, OURS, false],
    [0o644, 0o755, OURS, true],
    [0o644, 0o700, OURS, false],
    [0o640, 0o750, OURS, true],
    [0o640, 0o701, OURS, false],
    [0o604, 0o710, OURS, false],
    [0o604, 0o711, OURS, true],
    [0o440, 0o777, 0, false],
    [0o444, 0o777, 0, true],
  ] as const) {
    const whose = uid === OURS ? '' : ', of another user, who lets our group in'
    it(`with mode ${file.toString(8)} in a folder with ${folder.toString(8)}${whose}: ${whether ? 'yes' : 'no'}`, () => {
      assert.equal(letsOthersIn({ mode: 0o100000 | file, uid }, { mode: 0o40000 | folder }, OURS), whether)
    })
  }
})
