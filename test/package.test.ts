// What a published install holds, and that it runs by itself: plain JavaScript, no set-up, nothing to install.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCommand, startServerByCommand } from './support/command.ts'
import { temporaryFolder } from './support/folder.ts'
import { freePort } from './support/server.ts'

describe('the package', () => {
  const folder = temporaryFolder()
  let files: string[]
  before(async () => {
    const output = await runCommand('npm', ['pack', '--json', '--pack-destination', folder.path], process.cwd())
    const [packed] = JSON.parse(output.slice(output.indexOf('[\n')))
    files = packed.files.map(({ path }: { path: string }) => path)
    await runCommand('tar', ['xzf', join(folder.path, packed.filename), '-C', folder.path], process.cwd())
  })
  after(() => folder.remove())

  it('holds what runs and what must be said, and neither sources, tests, scripts, keys nor data', () => {
    for (const file of [
      'dist/main.js',
      'package.json',
      'README.md',
      'LICENSE',
      'NOTICE',
      'CHANGELOG.md',
      'keys/README.md',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`)
    }
    assert.ok(files.includes('dist/authorization-server/views/assets/style.css'))
    assert.deepEqual(
      files.filter((file) => !/^(dist\/|keys\/README|package\.json|README|LICENSE|NOTICE|CHANGELOG)/.test(file)),
      [],
    )
    assert.deepEqual(
      files.filter((file) => /\.(ts|jwks\.json|sqlite)$/.test(file)),
      [],
    )
  })

  it('runs dist/main.js under the Node.js that engines asks for, installing nothing', async () => {
    const root = join(folder.path, 'package')
    symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
    mkdirSync(join(folder.path, 'work'))
    const port = await freePort()
    const server = await startServerByCommand(
      process.execPath,
      [join(root, 'dist/main.js')],
      join(folder.path, 'work'),
      {
        PORT: String(port),
      },
    )
    try {
      assert.doesNotMatch(server.output, /\[setup]/)
      const page = await (await fetch(`http://localhost:${port}/`)).text()
      const stylesheet = /href="(\/assets\/[^"]+)"/.exec(page)?.[1] ?? ''
      assert.equal((await fetch(`http://localhost:${port}${stylesheet}`)).status, 200)
    } finally {
      await server.stop()
    }
    const { bin, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.deepEqual([bin.qcgate, engines.node], ['dist/main.js', '>=24'])
    assert.match(readFileSync(join(root, bin.qcgate), 'utf8'), /^#!\/usr\/bin\/env node\n/)
  })
})
