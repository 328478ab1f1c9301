import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test'
import { createGrants, isEnded } from '../../src/grants/grants.ts'
import type { Lifetime } from '../../src/grants/lifetime.ts'
import { lifeOf } from '../../src/grants/lifetime.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Step } from '../../src/storage/store.ts'
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
    assert.match(grant.id, /^a\.[\w-]{22}$/)
    assert.notEqual((await create()).id, grant.id)
    assert.deepEqual(await createGrants(other).find(grant.id), grant)
    assert.equal(grant.createdAt, now())
  })

  it('never was, under any other name', async () => {
    for (const id of ['', 'nonsense', '__proto__']) assert.equal(await grants.find(id), undefined)
  })

  it('knows the authorizations of its own that were ended for longer than their access tokens live, and then no more', async () => {
    const { id } = await create(now() + 100_000)
    await grants.endAuthorization(id, 'one')
    mock.timers.tick(64 * 60_000)
    await createGrants(other).endAuthorization(id, 'two')
    const both = await grants.find(id)
    assert.deepEqual([both && isEnded(both, 'one'), both && isEnded(both, 'two')], [true, true])
    assert.equal(both && isEnded(both, 'three'), false)
    mock.timers.tick(2 * 60_000)
    await grants.endAuthorization(id, 'three')
    assert.deepEqual(Object.keys((await grants.find(id))?.endedAuthorizations ?? {}), ['two', 'three'])
  })

  it('ends as a whole when more of them are ended within an hour than it can know', async () => {
    const { id } = await create()
    for (let i = 0; i < 100; i++) await grants.endAuthorization(id, `authorization ${i}`)
    assert.ok(await grants.find(id))
    await grants.endAuthorization(id, 'one more')
    assert.equal(await grants.find(id), undefined)
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

  describe('of an account', () => {
    const connect = (accountId: string) =>
      grants.create({ accountId, clientId: 'c', scopes: ['qc:ai:read'], redirectHost: '', ...lifeOf('30d', now()) })

    it('is listed with the others that live, the newest first, by every process', async () => {
      const first = await connect('listed')
      mock.timers.tick(1_000)
      const second = await createGrants(other).create({
        accountId: 'listed',
        clientId: 'c',
        scopes: [],
        redirectHost: '',
        ...lifeOf('1h', now()),
      })
      await connect('somebody else')
      assert.deepEqual(
        (await createGrants(other).list('listed')).map(({ id }) => id),
        [second.id, first.id],
      )
      mock.timers.tick(60 * 60 * 1_000)
      assert.deepEqual(
        (await grants.list('listed')).map(({ id }) => id),
        [first.id],
      )
    })

    it('is not forgotten when many are made at once', async () => {
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? grants : createGrants(other)).create({
            accountId: 'many',
            clientId: `${n}`,
            scopes: [],
            redirectHost: '',
            ...lifeOf('30d', now()),
          }),
        ),
      )
      assert.equal((await grants.list('many')).length, made.length)
    })

    it('leaves the list when it has ended and another is made', async () => {
      const gone = await connect('tidy')
      await grants.end(gone.id)
      mock.timers.tick(61_000)
      await connect('tidy')
      assert.equal((await store.get(KEYS.grantsOf('tidy')))?.includes(gone.id), false)
    })

    it('ends with all others at once, and nobody else’s', async () => {
      const [one, two, foreign] = [await connect('stop'), await connect('stop'), await connect('go on')]
      await createGrants(other).endAll('stop')
      assert.deepEqual([await grants.find(one.id), await grants.find(two.id)], [undefined, undefined])
      assert.ok(await grants.find(foreign.id))
      assert.deepEqual(await grants.list('stop'), [])
    })

    it('is found for its own account only, whatever the client', async () => {
      const { id } = await connect('mine')
      assert.ok(await grants.findOwn(id, 'mine'))
      assert.equal(await grants.findOwn(id, 'yours'), undefined)
      assert.equal(await grants.findOwn(id, 'mine', 'another client'), undefined)
    })

    it('that was made before there was a list joins it when it is used', async () => {
      const { id, ...grant } = await connect('old')
      await store.commit({ write: { [KEYS.grantsOf('old')]: undefined } })
      await grants.touch({ id, ...grant })
      assert.deepEqual(
        (await grants.list('old')).map((one) => one.id),
        [id],
      )
    })
  })

  describe('and its life', () => {
    const DAY = 24 * 60 * 60
    const client = { name: 'x', standing: 'computer', returnsTo: '' } as const
    const make = (lifetime: Lifetime, accountId = 'l') =>
      grants.create({ accountId, clientId: 'c', scopes: [], redirectHost: '', client, ...lifeOf(lifetime, now()) })

    it('never outlives the list, however often it is used or lengthened', async () => {
      const listed = async (accountId: string) => (await grants.list(accountId)).map(({ id }) => id)
      const [used, lengthened] = [await make('never', 'used'), await make('30d', 'lengthened')]
      for (let day = 0; day < 120; day += 20) {
        mock.timers.tick(20 * DAY * 1_000)
        const living = await grants.find(used.id)
        if (living) await grants.touch(living)
        await grants.change(lengthened.id, lifeOf('30d', now()))
      }
      assert.deepEqual([await listed('used'), await listed('lengthened')], [[used.id], [lengthened.id]])
    })

    it('is the one that it was given, and has an end of its own where nothing else was said', async () => {
      const { endless, expiresAt } = await make('never')
      assert.deepEqual({ endless, expiresAt }, lifeOf('never', now()))
      assert.equal((await create()).endless, false)
    })

    it('is another one when another is chosen, and ends then', async () => {
      const { id } = await make('never')
      mock.timers.tick(1_000_000)
      const changed = await grants.change(id, lifeOf('1h', now()))
      assert.deepEqual([changed?.endless, changed?.expiresAt], [false, now() + 3600])
      mock.timers.tick(3_600_000)
      assert.equal(await grants.find(id), undefined)
    })

    it('is noted once a day when it is used, and renewed by it only where it has no end of its own', async () => {
      const [endless, month] = [await make('never'), await make('30d')]
      assert.deepEqual([await grants.touch(endless), await grants.touch(month)], [false, false])
      mock.timers.tick(2 * DAY * 1_000)
      assert.deepEqual([await grants.touch(endless), await grants.touch(month)], [true, true])
      assert.equal((await grants.find(month.id))?.expiresAt, month.expiresAt)
      const renewed = await grants.find(endless.id)
      assert.equal(renewed?.expiresAt, now() + 90 * DAY)
      assert.equal(renewed && (await grants.touch(renewed)), false)
    })
  })
})

describe('a grant that is being made while all are stopped', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path)
  after(async () => {
    await store.close()
    folder.remove()
  })
  const now = () => Math.floor(Date.now() / 1000)
  const facts = {
    accountId: 'a',
    clientId: 'c',
    scopes: ['qc:live:write'],
    redirectHost: '',
    expiresAt: now() + 1000,
  } as const

  for (const stop of ['endAll', 'suspendAll', 'forget'] as const) {
    it(`does not outlive ${stop}`, async () => {
      // Another process stops everything between the two steps in which this one makes a grant.
      const between = {
        ...store,
        commit: async (step: Step) => {
          const makesGrant = Object.entries(step.write ?? {}).some(([key, entry]) => key.startsWith('grant:') && entry)
          if (makesGrant) await createGrants(store)[stop]('a')
          return store.commit(step)
        },
      }
      const { id } = await createGrants(between).create(facts)
      assert.equal(await createGrants(store).find(id), undefined)
    })
  }

  it('lives when it is made afterwards', async () => {
    await createGrants(store).endAll('a')
    const { id } = await createGrants(store).create(facts)
    assert.ok(await createGrants(store).find(id))
  })

  it('is changed only while it allows what whoever changes it has seen', async () => {
    const grants = createGrants(store)
    for (const change of [
      { scopes: ['qc:ai:read'] },
      { paperOnly: true },
      { suspended: true },
      { endless: true },
      { expiresAt: now() + 2000 },
    ] as const) {
      const seen = await grants.create(facts)
      assert.ok(await grants.change(seen.id, { name: 'Desk' }, seen))
      await grants.change(seen.id, change)
      assert.equal(await grants.change(seen.id, { scopes: ['qc:admin:write'] }, seen), undefined)
      assert.notDeepEqual((await grants.find(seen.id))?.scopes, ['qc:admin:write'])
    }
  })

  it('is changed also after its use has moved its end on, where it is endless', async () => {
    const grants = createGrants(store)
    const seen = await grants.create({ ...facts, endless: true })
    await grants.change(seen.id, { expiresAt: now() + 2000 })
    assert.ok(await grants.change(seen.id, { name: 'Desk' }, seen))
  })
})
