// `qcgate sandbox`: the real program, as people who build clients start it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, it } from 'node:test'
import { ALICE } from '../support/accounts.ts'
import { tryCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { FLAG, PROGRAM, startProgram } from '../support/program.ts'
import { sandboxClient } from '../support/sandbox-client.ts'
import { freePort } from '../support/server.ts'

const temporary = temporaryFolder()
const start = (port: number | string) =>
  startProgram(['sandbox'], /Ctrl-C/, { PORT: String(port), TMPDIR: temporary.path })

describe('qcgate sandbox', () => {
  after(temporary.remove)

  for (const [signal, by] of [
    ['SIGINT', 'Ctrl-C'],
    ['SIGTERM', 'a service manager'],
    ['SIGHUP', 'the end of its terminal'],
  ] as const) {
    it(`says where it is, who may call and what trouble there is, and leaves nothing when ${by} ends it`, async () => {
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
        child.kill(signal)
      }
      assert.deepEqual(await once(child, 'exit'), [0, null])
      assert.deepEqual(temporary.list(), [])
    })
  }

  it('a port that is taken or none is told in a sentence', async () => {
    const port = await freePort()
    const { child } = await start(port)
    try {
      const second = await start(port)
      assert.equal(second.child.exitCode, 2)
      assert.match(second.output(), new RegExp(`PORT=${port}: .*use a free port`))
      assert.match((await start('x')).output(), /PORT=x is not a port/)
    } finally {
      child.kill('SIGINT')
    }
    await once(child, 'exit')
    assert.deepEqual(temporary.list(), [])
  })

  it('so is a folder for temporary files that is not there', async () => {
    const { code, output } = await tryCommand(process.execPath, [FLAG, PROGRAM, 'sandbox'], '.', {
      TMPDIR: '/nowhere/at/all',
    })
    assert.equal(code, 2)
    assert.match(output, /^TMPDIR=\/nowhere\/at\/all: [^\n]*use a folder that this user can write, such as \/tmp\n$/)
  })
})
