import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startInVain } from './support/bad-start.ts'
import { temporaryFolder } from './support/folder.ts'
import { startServer, type TestServer } from './support/server.ts'

const FILES = ['cookies.jwks.json', 'signing.jwks.json', 'vault.jwks.json']

/** Loads all keys in a process of its own. */
const LOADER = `
  import { loadCookieKeys } from '${new URL('../src/key-files/cookie-keys.ts', import.meta.url)}'
  import { loadSigningKeys } from '${new URL('../src/key-files/signing-keys.ts', import.meta.url)}'
  import { readOrMakeKeys, secretKind } from '${new URL('../src/key-files/key-file.ts', import.meta.url)}'
  const folder = process.argv[1]
  await new Promise((begin) => process.stdin.once('data', begin))
  const [vault, signing, { secrets }] = await Promise.all([
    readOrMakeKeys(folder, 'vault.jwks.json', secretKind('A256GCM')),
    loadSigningKeys(folder),
    loadCookieKeys(folder),
  ])
  console.log(JSON.stringify({ vault, signing, secrets }))
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

  it('show the public half of the signing keys at /jwks, and nothing more', async () => {
    const { keys: published } = (await (await fetch(`${server.origin}/jwks`)).json()) as { keys: object[] }
    const [{ d: secret, ...publicHalf }] = JSON.parse(readFileSync(join(keys(), 'signing.jwks.json'), 'utf8')).keys
    assert.ok(secret)
    assert.deepEqual(published, [publicHalf])
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
  const EC = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  }
  const unusable: [name: string, what: string, put: (file: string) => void][] = [
    ['signing.jwks.json', 'is cut short', (file) => writeFileSync(file, '{"keys":[{"kty":"EC"')],
    ['vault.jwks.json', 'is empty', (file) => writeFileSync(file, '')],
    ['cookies.jwks.json', 'holds no key', (file) => writeFileSync(file, '{"keys":[]}')],
    ['cookies.jwks.json', 'is a folder', (file) => mkdirSync(file)],
    ['signing.jwks.json', 'holds a public key only', (file) => writeFileSync(file, JSON.stringify({ keys: [EC] }))],
    [
      'signing.jwks.json',
      'holds a secret, which cannot sign',
      (file) => writeFileSync(file, '{"keys":[{"kty":"oct","k":"AAAA"}]}'),
    ],
    ['vault.jwks.json', 'holds a key that cannot seal', (file) => writeFileSync(file, JSON.stringify({ keys: [EC] }))],
    [
      'vault.jwks.json',
      'holds a secret that is too short',
      (file) => writeFileSync(file, '{"keys":[{"kty":"oct","k":"AAAA"}]}'),
    ],
    [
      'cookies.jwks.json',
      'holds a key that is no secret',
      (file) => writeFileSync(file, JSON.stringify({ keys: [EC] })),
    ],
  ]
  for (const [name, what, put] of unusable) {
    it(`stops the start with one message that names it: ${name} ${what}`, async () => {
      const { status, stdout, stderr } = await startOver(name, put)
      assert.equal(status, 1, stdout && 'the server went on')
      assert.ok(stderr.includes(join('keys', name)), stderr)
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
      assert.equal(stdout, '')
    })
  }
})
