import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { refused, sandboxClient, sign } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

describe('brokerage logins in the sandbox', () => {
  const sandbox = useFrozenSandbox()
  const { call } = sandbox
  const read = async (brokerage: string) => (await call('/live/auth0/read', { brokerage })).authorization
  const authorize = (brokerage: string) =>
    fetch(`${sandbox.url}/live/auth0/authorize`, {
      method: 'POST',
      headers: sign(ALICE),
      body: JSON.stringify({ brokerage }),
      redirect: 'manual',
    })
  const address = async (brokerage: string) => (await authorize(brokerage)).headers.get('Location') ?? ''

  it('authorizing is HTTP 302 to a page that a browser can open', async () => {
    const response = await authorize('alpaca')
    assert.equal(response.status, 302)
    const page = await fetch(response.headers.get('Location') ?? '')
    assert.equal(page.status, 200)
    assert.match(page.headers.get('Content-Type') ?? '', /^text\/html/)
    assert.match(await page.text(), /<form method="post">/)
  })

  it('nothing is there until the person has allowed it, and then it stays', async () => {
    const page = await address('alpaca')
    await fetch(page)
    assert.equal(await read('alpaca'), null)
    assert.match(await (await fetch(page, { method: 'POST' })).text(), /is connected/)
    const login = await read('alpaca')
    assert.deepEqual(Object.keys(login), ['alpaca-access-token'])
    sandbox.tick(86_400)
    assert.deepEqual(await read('alpaca'), login)
    assert.equal(await read('tastytrade'), null)
  })

  it('what it gives fits the form of the brokerage', async () => {
    for (const [brokerage, id, more] of [
      ['alpaca', 'AlpacaBrokerage', { 'alpaca-environment': 'paper' }],
      ['tradestation', 'TradeStationBrokerage', { 'trade-station-environment': 'paper' }],
      ['charlesschwab', 'CharlesSchwabBrokerage', {}],
      ['tastytrade', 'TastytradeBrokerage', {}],
    ] as const) {
      await fetch(await address(brokerage), { method: 'POST' })
      const projectId = await sandbox.project()
      const compileId = await sandbox.built(projectId)
      const nodeId = (await call('/projects/nodes/read', { projectId })).nodes.live[0].id
      const form = { id, ...(await read(brokerage)), ...more }
      const { live } = await call('/live/create', { versionId: '-1', projectId, compileId, nodeId, brokerage: form })
      assert.equal(live.brokerage, id)
      await call('/live/update/stop', { projectId })
    }
  })

  it('an address that was guessed leads nowhere, and one person’s login is not another’s', async () => {
    const page = await address('alpaca')
    for (const guess of [
      page.slice(0, -1),
      page.replace(ALICE.userId, BOB.userId),
      page.replace(/\d+\/[^/]*$/, '9/x'),
    ]) {
      assert.equal((await fetch(guess, { method: 'POST' })).status, 404)
    }
    await fetch(page, { method: 'POST' })
    const bob = await sandboxClient(sandbox, BOB)('/live/auth0/read', { brokerage: 'alpaca' })
    assert.deepEqual(bob, { authorization: null, success: true })
  })

  it('an unknown brokerage is refused', async () => {
    assert.deepEqual(await call('/live/auth0/read', { brokerage: 'unknown' }), refused('Brokerage is not supported'))
    assert.deepEqual(await (await authorize('')).json(), refused('Brokerage is not supported'))
  })
})
