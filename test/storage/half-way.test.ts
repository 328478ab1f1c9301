// Steps that break off half way, because the store goes in between. Redis itself refuses the second half here: its user may
// not write those keys for a moment.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { authorizationRequest, refresh, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'

describe('what breaks off half way', () => {
  const { server, ask, acl } = useOwnRedis()
  const keys = async (pattern: string) => (await ask('KEYS', pattern)) as string[]

  it('is a revocation: it is not acknowledged, and done when it is repeated (RFC 7009 §2.2.1)', async () => {
    const { client, tokens } = await connect(server)
    const revoke = async () => {
      const body = new URLSearchParams({ client_id: client.client_id, token: tokens.refresh_token })
      return (await fetch(`${server.origin}/revoke`, { method: 'POST', body })).status
    }
    await acl('resetkeys', '%R~*', '%RW~*oidc:*')
    assert.equal(await revoke(), 503)
    await acl('allkeys')
    assert.equal(await revoke(), 200)
    assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 401)
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 400)
  })

  it('is a refresh: the same request gets the tokens afterwards, and no theft is suspected', async () => {
    const { client, tokens } = await connect(server)
    for (const mayWrite of ['%RW~nothing', '%RW~*oidc:*', '%RW~*rotation:*']) {
      await acl('resetkeys', '%R~*', mayWrite)
      assert.equal((await refresh(server, client, tokens.refresh_token)).status, 503)
    }
    await acl('allkeys')
    const response = await refresh(server, client, tokens.refresh_token)
    assert.equal(response.status, 200)
    const { access_token } = (await response.json()) as { access_token: string }
    assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)
  })

  const VISIT = [
    '%RW~*oidc:Interaction*',
    '%RW~*oidc:AuthorizationCode*',
    '%RW~*grant*',
    '%RW~*profile*',
    '%RW~*consent-answer*',
    '%RW~*attempts*',
  ]

  for (const [what, sessions, status] of [
    ['no session can be written', () => [], 503],
    ['no new session can be written', () => keys('*oidc:Session*'), 303],
  ] as const) {
    it(`is the end of a visit when ${what}: the person is still signed in`, async () => {
      const client = await register(server)
      const person = new RawPerson(server)
      const { url } = authorizationRequest(server, client)
      const consent = await person.arrive(url)
      const known = await sessions()
      await acl('resetkeys', '%R~*', ...VISIT, ...known.map((key) => `%RW~${key}`))
      const place = await person.submit(consent, { scope: 'qc:projects:read', decision: 'allow' })
      await acl('allkeys')
      assert.equal(place.status, status)
      if (status === 503) assert.match(place.html, /cannot reach its store/)
      if (status === 503) assert.match(place.headers.get('retry-after') ?? '', /^\d+$/)
      assert.match((await person.open(url)).html, /name="decision"/)
      assert.doesNotMatch(server.output(), /"level":50/)
    })
  }
})
