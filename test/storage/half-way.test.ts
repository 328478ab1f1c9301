// Steps that break off half way, because the store goes in between. Redis itself refuses the second half here: its user may
// not write those keys for a moment.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { authorizationRequest, refresh, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { changeGrant } from '../support/stored.ts'

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
    for (const mayWrite of ['%RW~nothing', '%RW~*oidc:*', '%RW~*grant:*']) {
      await acl('resetkeys', '%R~*', mayWrite)
      assert.equal((await refresh(server, client, tokens.refresh_token)).status, 503)
    }
    await acl('allkeys')
    const response = await refresh(server, client, tokens.refresh_token)
    assert.equal(response.status, 200)
    const { access_token } = (await response.json()) as { access_token: string }
    assert.equal((await rpc(server, access_token, toolCall('list_projects'))).status, 200)
  })

  it('is a first call with new tokens: it gets 503 until it can be noted, and calls after that need no note', async () => {
    const { tokens } = await connect(server)
    const call = async (...bodies: object[]) =>
      (await rpc(server, tokens.access_token, bodies.length > 1 ? bodies : bodies[0])).status
    const onlyReading = () => acl('resetkeys', '%R~*', '%RW~*budget:*', '%RW~*reads:*', '%RW~*seal*', '%RW~*sandbox*')
    await onlyReading()
    assert.equal(await call(toolCall('list_projects')), 503)
    assert.equal(await call({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), 503)
    await acl('allkeys')
    assert.equal(await call(toolCall('list_projects')), 200)
    await onlyReading()
    assert.equal(await call(toolCall('list_projects')), 200)
    await acl('allkeys')
  })

  it('is no stop: what only stops something goes out though its first call cannot be noted', async () => {
    const { tokens } = await connect(server)
    await changeGrant(server, tokens.access_token, {
      scopes: ['qc:live:execute', 'qc:projects:read'],
      paperOnly: false,
    })
    await acl('resetkeys', '%R~*', '%RW~*sandbox*', '%RW~*journal*', '%RW~*seal*') // the sandbox, and the record
    const stop = toolCall('stop_live_algorithm', { projectId: 1 })
    const answer = await rpc(server, tokens.access_token, stop)
    assert.equal(answer.status, 200)
    assert.equal((await rpc(server, tokens.access_token, [stop, toolCall('list_projects')])).status, 503)
    await acl('allkeys')
  })

  it('is no question for the store: a refresh token that we did not make is refused though nothing can be read', async () => {
    const { client, tokens } = await connect(server)
    const [family = '', , proof = ''] = tokens.refresh_token.split('.')
    await acl('resetkeys', '%RW~*attempts:*', '%R~*client:*')
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 503)
    for (const forged of [
      `${family}.1.${proof}`,
      `${'A'.repeat(22)}.0.${proof}`,
      `${family}.0.${'A'.repeat(43)}`,
      `${family}.00.${proof}`,
      `${family}.0.${proof.slice(0, -1)}`,
      `${family}.0`,
    ]) {
      assert.equal((await refresh(server, client, forged)).status, 400, forged.replace(family, '…'))
    }
    await acl('allkeys')
    assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
  })

  const VISIT = [
    '%RW~*oidc:Interaction*',
    '%RW~*oidc:AuthorizationCode*',
    '%RW~*grant*',
    '%RW~*profile*',
    '%RW~*journal*',
    '%RW~*seal*',
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
