import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test'
import { createGrants } from '../../src/grants/grants.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('a grant', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  const other = openSqliteStore(folder.path) // a second process that shares the store
  const grants = createGrants(store)
  after(async () => {
    await store.close()
    await other.close()
    folder.remove()
  })
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 }))
  afterEach(() => mock.timers.reset())

  const now = () => Date.now() / 1000
  const create = (expiresAt = now() + 100) =>
    grants.create({
      accountId: 'a',
      clientId: 'c',
      scopes: ['qc:projects:read'],
      redirectHost: 'localhost',
      expiresAt,
    })

  it('is found under a name that nobody can guess, by every process', async () => {
    const grant = await create()
    assert.match(grant.id, /^[\w-]{22,}$/)
    assert.notEqual((await create()).id, grant.id)
    assert.deepEqual(await createGrants(other).find(grant.id), grant)
    assert.equal(grant.createdAt, now())
  })

  it('never was, under any other name', async () => {
    for (const id of ['', 'nonsense', '__proto__']) assert.equal(await grants.find(id), undefined)
  })

  it('is changed for all at once, and stays whose it was', async () => {
    const grant = await create()
    const changed = await createGrants(other).change(grant.id, { scopes: ['qc:account:read'] })
    assert.deepEqual(changed, { ...grant, scopes: ['qc:account:read'] })
    assert.deepEqual(await grants.find(grant.id), changed)
  })

  it('keeps its end when its scopes change, and lives longer when the person agrees again', async () => {
    const grant = await create()
    await grants.change(grant.id, { scopes: [] })
    mock.timers.tick(99_000)
    assert.ok(await grants.change(grant.id, { scopes: [], redirectHost: 'client.example', expiresAt: now() + 100 }))
    mock.timers.tick(99_000)
    assert.equal((await grants.find(grant.id))?.redirectHost, 'client.example')
  })

  it('is over at its end, not a second later', async () => {
    const { id } = await create()
    mock.timers.tick(99_000)
    assert.ok(await grants.find(id))
    mock.timers.tick(1_000)
    assert.equal(await grants.find(id), undefined)
    assert.equal(await grants.change(id, { scopes: [] }), undefined)
  })

  it('is over at once when its end is moved to now', async () => {
    const { id } = await create()
    await grants.change(id, { scopes: [], expiresAt: now() })
    assert.equal(await grants.find(id), undefined)
    assert.equal(await grants.change(id, { scopes: [], expiresAt: now() + 100 }), undefined)
  })

  it('is over at once when it is ended, twice is harmless, and no change brings it back', async () => {
    const { id } = await create()
    await createGrants(other).end(id)
    await grants.end(id)
    assert.equal(await grants.find(id), undefined)
    assert.equal(await grants.change(id, { scopes: ['qc:account:read'] }), undefined)
    assert.equal(await grants.find(id), undefined)
  })

  it('loses no change when it is ended and widened at once: the end wins', async () => {
    for (let race = 0; race < 20; race++) {
      const { id } = await create()
      await Promise.all([grants.change(id, { scopes: ['qc:account:read'] }), createGrants(other).end(id)])
      assert.equal(await grants.find(id), undefined)
    }
  })
})
