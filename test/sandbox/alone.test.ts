// `npm run sandbox`: the real script, as people who build clients start it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ALICE } from '../support/accounts.ts'
import { sandboxClient } from '../support/sandbox-client.ts'
import { freePort } from '../support/server.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/sandbox.mjs', import.meta.url))

async function start(port: number | string) {
  const child = spawn(process.execPath, [SCRIPT], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  await Promise.race([
    once(child, 'exit'),
    new Promise<void>((resolve) => child.stdout.on('data', () => /Ctrl-C/.test(output) && resolve())),
  ])
  return { child, output: () => output }
}

describe('npm run sandbox', () => {
  it('says where it is, who may call and what trouble there is, and ends cleanly on Ctrl-C', async () => {
    const port = await freePort()
    const { child, output } = await start(port)
    try {
      const [, url = ''] = /Base address +(\S+)/.exec(output()) ?? []
      assert.equal(url, `http://127.0.0.1:${port}/api/v2`)
      assert.match(output(), /100001 +sandbox-alice/)
      assert.match(output(), /100002 +sandbox-bob/)
      assert.match(output(), /hang-up +the connection is closed/)
      assert.equal((await sandboxClient({ url }, ALICE)('/authenticate')).success, true)
    } finally {
      child.kill('SIGINT')
    }
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  it('a port that is taken or none is told in a sentence', async () => {
    const port = await freePort()
    const { child } = await start(port)
    try {
      const second = await start(port)
      assert.equal(second.child.exitCode, 1)
      assert.match(second.output(), new RegExp(`PORT=${port}: .*use a free port`))
      assert.match((await start('x')).output(), /PORT=x is not a port/)
    } finally {
      child.kill('SIGINT')
    }
    await once(child, 'exit')
  })
})
