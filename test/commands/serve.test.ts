// What a start says of where everything is, where that depends on the settings.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, it } from 'node:test'
import { temporaryFolder } from '../support/folder.ts'
import { startProgram } from '../support/program.ts'
import { freePort } from '../support/server.ts'
import { redisUrl } from '../support/stores.ts'

describe('qcgate serve', () => {
  const folder = temporaryFolder()
  after(folder.remove)

  it('names the Redis that has the data and what the proxy in front sends to, and offers no account that may not come in', async () => {
    const url = new URL(redisUrl('single', 'serve:'))
    const port = String(await freePort())
    const { child, output } = await startProgram(['serve'], /^ *Keys .*\n/m, {
      PORT: port,
      PUBLIC_URL: 'https://qcgate.example.com',
      TRUSTED_PROXIES: '10.0.0.1',
      SANDBOX: 'on',
      REDIS_URL: url.href,
      DATA_DIR: folder.path,
      KEYS_DIR: folder.path,
      ALLOWED_USERS: '100002',
    })
    child.kill('SIGTERM')
    await once(child, 'exit')
    assert.match(output(), new RegExp(`^ +Data +Redis, ${url.host}$`, 'm'))
    assert.match(output(), new RegExp(`^ +Keys +${folder.path}$`, 'm'))
    assert.match(output(), new RegExp(`^ +For the proxy +127\\.0\\.0\\.1, port ${port}$`, 'm'))
    assert.doesNotMatch(output(), /100001/)
  })
})
