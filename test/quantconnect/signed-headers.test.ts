import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { createLog } from '../../src/observability/log.ts'
import { signedHeaders } from '../../src/quantconnect/authentication.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import type { Upstream } from '../support/upstream.ts'
import { startUpstream } from '../support/upstream.ts'

describe('signed headers', () => {
  it('are the user id and the hash of token and time, as in the test vector', () => {
    const { authorization, timestamp } = signedHeaders('123456', 'token-for-tests', 1_764_547_200)
    const hash = 'b7e71e8b79d1d01485be1b7c0970b51bb68a7473d67fa947cca37fafcd84d4bc'
    assert.equal(authorization, `Basic ${Buffer.from(`123456:${hash}`).toString('base64')}`)
    assert.equal(timestamp, '1764547200')
  })

  describe('of a call', () => {
    let upstream: Upstream
    before(async () => {
      upstream = await startUpstream()
    })
    after(() => upstream?.close())

    it('sign the second in which it is made, and the token itself never travels', async () => {
      const who = { realm: 'live', userId: '123456', apiToken: 'token-for-tests' } as const
      const earliest = Math.floor(Date.now() / 1000)
      const args = { name: 'Ünïcode', nested: { a: [1] } }
      const answer = await createQuantConnect({ live: upstream.url }, createLog('silent')).call(
        who,
        '/projects/read',
        args,
      )
      const latest = Math.floor(Date.now() / 1000)

      assert.deepEqual(answer, { kind: 'done', body: { success: true, projects: [] } })
      const [request, ...more] = upstream.requests
      assert.ok(request && more.length === 0)
      assert.deepEqual([request.method, request.path], ['POST', '/api/v2/projects/read'])
      assert.deepEqual(JSON.parse(request.body), args)
      assert.equal(request.headers['content-type'], 'application/json')
      assert.ok(request.headers['user-agent'])

      const seconds = Number(request.headers.timestamp)
      assert.ok(seconds >= earliest && seconds <= latest)
      const [, userId, hash] =
        /^(\d+):([0-9a-f]{64})$/.exec(
          Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString(),
        ) ?? []
      assert.equal(userId, '123456')
      assert.equal(hash, createHash('sha256').update(`token-for-tests:${seconds}`).digest('hex'))
      assert.ok(!JSON.stringify(request).includes('token-for-tests'))
    })

    it('are not even made for a realm that this server does not have', async () => {
      const who = { realm: 'sandbox', userId: '100001', apiToken: 'sandbox-alice' } as const
      const before = upstream.requests.length
      const { kind } = await createQuantConnect({ live: upstream.url }, createLog('silent')).call(
        who,
        '/projects/read',
        {},
      )
      assert.equal(kind, 'credentials')
      assert.equal(upstream.requests.length, before)
    })
  })
})
