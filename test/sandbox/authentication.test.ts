import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { openSandbox, sandboxClient, sign, useSandbox } from '../support/sandbox-client.ts'

const now = () => Math.floor(Date.now() / 1000)

describe('authentication in the sandbox', () => {
  const sandbox = useSandbox()

  const authenticate = async (headers: Record<string, string>, url = sandbox.url) => {
    const response = await fetch(`${url}/authenticate`, { method: 'POST', headers })
    const { success, errors } = (await response.json()) as { success: boolean; errors?: string[] }
    return { status: response.status, success, error: errors?.[0] }
  }

  it('signs the documented test vector as documented', () => {
    const { Authorization, Timestamp } = sign({ userId: '123456', apiToken: 'token-for-tests' }, 1764547200)
    const credentials = Buffer.from(Authorization.slice('Basic '.length), 'base64').toString()
    assert.equal(credentials, '123456:b7e71e8b79d1d01485be1b7c0970b51bb68a7473d67fa947cca37fafcd84d4bc')
    assert.equal(Timestamp, '1764547200')
  })

  it('accepts both accounts, by POST and by GET', async () => {
    for (const account of [ALICE, BOB]) {
      assert.deepEqual(await sandboxClient(sandbox, account)('/authenticate'), { success: true })
      const response = await fetch(`${sandbox.url}/authenticate`, { headers: sign(account) })
      assert.deepEqual(await response.json(), { success: true })
    }
  })

  it('refuses missing and malformed headers with HTTP 401', async () => {
    const { Authorization, Timestamp } = sign(ALICE)
    for (const headers of [
      {},
      { Authorization },
      { Timestamp },
      { Authorization: 'Bearer abc', Timestamp },
      { Authorization: 'Basic bm8gY29sb24=', Timestamp },
      { Authorization, Timestamp: 'noon' },
    ]) {
      const { status, success } = await authenticate(headers as Record<string, string>)
      assert.deepEqual({ status, success }, { status: 401, success: false }, JSON.stringify(headers))
    }
  })

  it('refuses an unknown user with HTTP 200', async () => {
    const { status, error } = await authenticate(sign({ userId: '999999', apiToken: 'any' }))
    assert.equal(status, 200)
    assert.match(error ?? '', /^UserID not valid/)
  })

  it('refuses a wrong hash with HTTP 200, and the hash of another person too', async () => {
    for (const apiToken of ['wrong', BOB.apiToken]) {
      const { status, error } = await authenticate(sign({ userId: ALICE.userId, apiToken }))
      assert.equal(status, 200)
      assert.match(error ?? '', /^Hash doesn't match\./)
    }
  })

  it('honours a signature for 7,200 seconds', async () => {
    assert.equal((await authenticate(sign(ALICE, now() - 7_190))).success, true)
    assert.match((await authenticate(sign(ALICE, now() - 7_202))).error ?? '', /^Hash doesn't match\./)
    assert.match((await authenticate(sign(ALICE, now() + 7_210))).error ?? '', /^Hash doesn't match\./)
  })

  it('refuses a hash that was made for another time', async () => {
    const { error } = await authenticate({ ...sign(ALICE), Timestamp: String(now() - 1_000) })
    assert.match(error ?? '', /^Hash doesn't match\./)
  })

  it('comes before everything else, unknown paths included', async () => {
    const bare = await fetch(`${sandbox.url}/no/such/path`, { method: 'POST' })
    assert.equal(bare.status, 401)
    const signed = await fetch(`${sandbox.url}/no/such/path`, { method: 'POST', headers: sign(ALICE) })
    assert.equal(signed.status, 404)
    assert.equal(((await signed.json()) as { success: boolean }).success, false)
  })

  it('can be switched to answer 401 to all bad credentials', async () => {
    const strict = await openSandbox({ refuseWith401: true })
    try {
      for (const headers of [
        sign({ userId: '999999', apiToken: 'any' }),
        sign({ userId: ALICE.userId, apiToken: 'wrong' }),
        sign(ALICE, now() - 8_000),
      ]) {
        assert.equal((await authenticate(headers, strict.url)).status, 401)
      }
      assert.equal((await authenticate(sign(ALICE), strict.url)).status, 200)
    } finally {
      await strict.close()
    }
  })

  it('shows each person their own account', async () => {
    const [alice, bob] = await Promise.all(
      [ALICE, BOB].map((account) => sandboxClient(sandbox, account)('/account/read')),
    )
    assert.match(alice.organizationId, /^[0-9a-f]{32}$/)
    assert.notEqual(alice.organizationId, bob.organizationId)
    assert.equal(alice.card.last4, '4242')
    assert.equal(bob.card, null)
  })
})
