// A newcomer has a clone, npm and some Node.js. One command later the server runs; the second time nothing is left to do.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCommand, SHELL, startServerByCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/server.ts'
import { redisUrl } from '../support/stores.ts'

describe('a fresh clone', { timeout: 240_000 }, () => {
  const folder = temporaryFolder()
  let port: number
  before(async () => {
    port = await freePort()
    const files = await runCommand('git', ['ls-files', '--cached', '--others', '--exclude-standard'], process.cwd())
    for (const file of files.trim().split('\n')) {
      mkdirSync(join(folder.path, dirname(file)), { recursive: true })
      cpSync(file, join(folder.path, file))
    }
  })
  after(() => folder.remove())

  const start = (env = {}) =>
    startServerByCommand('npm', ['start'], folder.path, { ...SHELL, PORT: String(port), ...env })
  const made = () =>
    ['node_modules/.qcgate-installed', ...readdirSync(join(folder.path, 'keys')).map((name) => `keys/${name}`)].map(
      (name) => [name, statSync(join(folder.path, name)).mtimeMs],
    )

  it('sets itself up, says what it does, and prints the page and the MCP URL', async () => {
    const server = await start()
    try {
      assert.match(server.output, /\[setup] installing the dependencies/)
      assert.match(server.output, /\[setup] dependencies are in place/)
      assert.match(server.output, new RegExp(`Open in a browser +http://localhost:${port}/`))
      assert.match(server.output, new RegExp(`MCP URL for clients +http://localhost:${port}/mcp`))
      const home = await fetch(`http://localhost:${port}/`)
      assert.match(await home.text(), new RegExp(`http://localhost:${port}/mcp`))
      assert.equal((await fetch(`http://localhost:${port}/readyz`)).status, 200)
      const wayIn = await fetch(`http://localhost:${port}/mcp`, { method: 'POST' })
      assert.equal(wayIn.status, 401)
    } finally {
      await server.stop()
    }
    const runtime = `import { nodeRuntime } from './scripts/setup.mjs'; console.log(nodeRuntime())`
    const node = await runCommand(process.execPath, ['--input-type=module', '-e', runtime], folder.path)
    assert.ok(node.startsWith(folder.path), 'the pinned Node.js came with the dependencies')
    assert.match(await runCommand(node.trim(), ['--version'], folder.path), /^v24\./)
  })

  it('runs on a Redis as well, when it is named one', async () => {
    const server = await start({ REDIS_URL: redisUrl('single', 'newcomer:') })
    try {
      assert.equal((await fetch(`http://localhost:${port}/readyz`)).status, 200)
    } finally {
      await server.stop()
    }
  })

  it('installs and generates nothing at the second start', async () => {
    const before = made()
    const server = await start()
    await server.stop()
    assert.doesNotMatch(server.output, /\[setup]/)
    assert.deepEqual(made(), before)
  })
})
