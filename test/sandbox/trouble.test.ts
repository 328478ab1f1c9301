import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { refused, sandboxClient, sign, useSandbox } from '../support/sandbox-client.ts'

describe('trouble on demand in the sandbox', () => {
  const sandbox = useSandbox()
  const call = sandboxClient(sandbox)
  beforeEach(() => call('/sandbox/reset'))

  const post = (path: string, args: object = {}) =>
    fetch(sandbox.url + path, { method: 'POST', headers: sign(ALICE), body: JSON.stringify(args) })
  const ask = (kind: string, args: object = {}) => call('/sandbox/trouble', { path: '/account/read', kind, ...args })
  const names = async () => (await call('/projects/read')).projects.map(({ name }: { name: string }) => name)

  it('strikes the next call to its path, and only that', async () => {
    await ask('http-500')
    assert.equal((await post('/authenticate')).status, 200)
    const struck = await post('/account/read')
    assert.deepEqual([struck.status, await struck.text()], [500, ''])
    assert.equal((await post('/account/read')).status, 200)
  })

  it('strikes as often as it is told, and everywhere for *', async () => {
    await ask('refuse', { path: '*', times: 2, reason: 'Not today' })
    assert.deepEqual(await call('/account/read'), refused('Not today'))
    assert.deepEqual(await call('/projects/read'), refused('Not today'))
    assert.equal((await call('/projects/read')).success, true)
  })

  it('never strikes another person', async () => {
    await ask('http-500', { path: '*' })
    assert.equal((await sandboxClient(sandbox, BOB)('/account/read')).success, true)
  })

  it('never strikes the ways to ask for it and to take it back', async () => {
    await ask('http-500', { path: '*', times: 5 })
    assert.equal((await call('/sandbox/trouble')).trouble[0].times, 5)
    assert.deepEqual((await call('/sandbox/trouble', { path: '*', kind: 'none' })).trouble, [])
    assert.equal((await call('/account/read')).success, true)
  })

  for (const [kind, status, body] of [
    ['unauthorized', 401, /"success":false/],
    ['hash-mismatch', 200, /Hash doesn't match\./],
    ['http-500', 500, /^$/],
    ['http-500-html', 500, /^<!DOCTYPE html>/],
    ['http-413', 413, /"success":false/],
    ['http-429', 429, /html/],
    ['http-502', 502, /html/],
    ['http-503', 503, /html/],
    ['http-504', 504, /html/],
    ['loading', 200, /"status":"loading"/],
    ['refuse', 200, /"success":false,"errors":\[/],
    ['without-success', 200, /^(?!.*"success").*organizationId/],
  ] as const) {
    it(`${kind} is HTTP ${status}`, async () => {
      await ask(kind)
      const response = await post('/account/read')
      assert.equal(response.status, status)
      assert.match(await response.text(), body)
    })
  }

  it('tells when to try again when it is asked to', async () => {
    await ask('http-429', { seconds: 7 })
    assert.equal((await post('/account/read')).headers.get('Retry-After'), '7')
    await ask('http-503')
    assert.equal((await post('/account/read')).headers.get('Retry-After'), null)
  })

  it('can hang up without doing the work, or after it', async () => {
    const create = (name: string) => post('/projects/create', { name, language: 'Py' })
    await ask('hang-up', { path: '/projects/create' })
    await assert.rejects(create('Never made'))
    await ask('hang-up', { path: '/projects/create', after: true })
    await assert.rejects(create('Made all the same'))
    const found = await names()
    assert.equal(found.includes('Never made'), false)
    assert.equal(found.includes('Made all the same'), true)
  })

  it('counts as met even when the work is refused, and leaves nothing half done', async () => {
    await ask('slow', { path: '/projects/create', seconds: 0 })
    assert.deepEqual(
      await call('/projects/create', { name: 'x', language: 'Basic' }),
      refused('Language must be Py or C#'),
    )
    assert.deepEqual((await call('/sandbox/trouble')).trouble, [])
  })

  it('can make an answer some megabytes long', async () => {
    for (const path of ['/account/read', '/lean/versions/read']) {
      await ask('huge', { path })
      const text = await (await post(path)).text()
      assert.ok(text.length > 2_000_000, path)
      assert.equal(JSON.parse(text).success, true)
    }
  })

  it('is refused when it is not understood', async () => {
    assert.match((await ask('plague')).errors[0], /^kind must be one of: unauthorized, /)
    assert.match((await ask('slow', { path: 'https://example.org' })).errors[0], /^path must be/)
    assert.match((await ask('slow', { seconds: 601 })).errors[0], /seconds must be 0 to 600/)
  })

  it('a reset takes an account back to its beginning, without giving an id a second meaning', async () => {
    const before = await names()
    const make = async () => (await call('/projects/create', { name: 'New', language: 'Py' })).projects[0].projectId
    const first = await make()
    const { organizationId } = await call('/account/read')
    await call('/object/set', { organizationId, key: 'k', objectData: 'x' })
    await ask('http-500')
    assert.deepEqual(await call('/sandbox/reset'), { success: true })
    assert.deepEqual(await names(), before)
    assert.deepEqual((await call('/object/list', { organizationId })).objects, [])
    assert.deepEqual((await call('/sandbox/trouble')).trouble, [])
    assert.notEqual(await make(), first)
  })
})
