// What waits for its person's proof: for ten minutes, for one use, and with a challenge that is good for nothing else.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test'
import type { Act } from '../../../src/authorization-server/proofs/acts.ts'
import { challengeOfAct, findAct, keepAct, useAct } from '../../../src/authorization-server/proofs/acts.ts'
import { KEYS } from '../../../src/storage/keys.ts'
import type { Store } from '../../../src/storage/store.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ageRedis } from '../../support/redis-entries.ts'
import { openStore, redisUrl } from '../../support/stores.ts'

const DOES = { scopes: ['qc:live:write'], paperOnly: true, endless: false, expiresAt: 1_800_003_600 }
const ACT: Act = {
  at: 1_800_000_000_000,
  address: '/account/connections/g',
  accountId: 'a',
  browser: 'u',
  state: 'as it is',
  does: DOES,
  takesAlong: ['p'],
  words: { sandbox: false, before: 'it may do more', alsoCount: [], back: '/account' },
}
/** Another value of each member. */
const OTHER: { readonly [Member in keyof Act]: Act[Member] } = {
  at: 1_800_000_000_001,
  address: '/account/connections/h',
  accountId: 'b',
  browser: 'v',
  state: 'as it was',
  does: {},
  takesAlong: ['p', 'q'],
  words: { ...ACT.words, before: 'it may do less' },
}
/** Another value of each member of what it does. */
const DOES_OTHER: { readonly [Member in keyof typeof DOES]: unknown } = {
  scopes: ['qc:live:write', 'qc:admin:write'],
  paperOnly: false,
  endless: true,
  expiresAt: DOES.expiresAt + 1,
}

for (const kind of ['SQLite', 'Redis'] as const) {
  describe(`an act that waits for its proof, on ${kind}`, () => {
    const folder = temporaryFolder()
    let store: Store
    /** The store of a second process. */
    let other: Store
    before(async () => {
      store = await openStore(kind, folder.path, 'acts:')
      other = await openStore(kind, folder.path, 'acts:')
    })
    after(async () => {
      await Promise.all([store.close(), other.close()])
      folder.remove()
    })
    beforeEach(() => mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 }))
    afterEach(() => mock.timers.reset())

    const wait = async (seconds: number) => {
      mock.timers.tick(seconds * 1000)
      if (kind === 'Redis') await ageRedis(redisUrl('single', 'acts:'), seconds)
    }

    it('is found under its name, by every process, as it was decided', async () => {
      const act = await keepAct(store, ACT)
      assert.partialDeepStrictEqual(await findAct(other, act.id), { ...ACT, id: act.id, json: act.json })
      assert.equal((await findAct(other, act.id))?.json, await store.get(KEYS.act(act.id)))
    })

    it('is found nowhere else, and its name can be neither guessed nor read from the store', async () => {
      const [one, two] = [await keepAct(store, ACT), await keepAct(store, ACT)]
      assert.match(one.id, /^[\w-]{32,}$/)
      assert.notEqual(one.id, two.id)
      assert.ok(!KEYS.act(one.id).includes(one.id) && !one.json.includes(one.id))
      const key = KEYS.act(one.id)
      for (const id of [
        '',
        '__proto__',
        one.id.slice(1),
        `${one.id}=`,
        ` ${one.id}`,
        key,
        key.slice('act:{'.length, -1),
      ]) {
        assert.equal(await findAct(store, id), undefined, id)
      }
    })

    it('waits for ten minutes, and is over then', async () => {
      const act = await keepAct(store, ACT)
      await wait(590)
      assert.ok(await findAct(store, act.id))
      await wait(10)
      assert.equal(await findAct(store, act.id), undefined)
      assert.equal(await useAct(store, act), false)
    })

    it('is used by exactly one of twenty who do so at once', async () => {
      const [act, bystander] = [await keepAct(store, ACT), await keepAct(store, ACT)]
      const used = await Promise.all(Array.from({ length: 20 }, (_, n) => useAct(n % 2 ? store : other, act)))
      assert.equal(used.filter(Boolean).length, 1)
      assert.equal(await findAct(store, act.id), undefined)
      assert.equal(await useAct(store, act), false)
      assert.ok(await findAct(store, bystander.id))
    })

    it('is used only as it is stored', async () => {
      const [act, another] = [await keepAct(store, ACT), await keepAct(store, { ...ACT, does: {} })]
      assert.equal(await useAct(store, { ...act, json: another.json }), false)
      assert.equal(await useAct(store, { ...another, id: act.id }), false)
      assert.ok(await useAct(store, act))
    })

    describe('and its challenge', () => {
      it('is the same at every process, and says nothing of what it is for', async () => {
        const act = await keepAct(store, ACT)
        const found = await findAct(other, act.id)
        assert.ok(found)
        assert.equal(challengeOfAct(found), challengeOfAct(act))
        assert.match(challengeOfAct(act), /^[\w-]{43}$/) // 256 bits
      })

      it('is another one under another name, of the very same act', async () => {
        const [one, two] = [await keepAct(store, ACT), await keepAct(store, ACT)]
        assert.equal(one.json, two.json)
        assert.notEqual(challengeOfAct(one), challengeOfAct(two))
      })

      const changed = Object.entries(OTHER).map(
        ([member, value]) => [`“${member}”`, { ...ACT, [member]: value }] as const,
      )
      const doing = Object.entries(DOES_OTHER).map(
        ([member, value]) => [`“${member}” of what it does`, { ...ACT, does: { ...DOES, [member]: value } }] as const,
      )
      for (const [what, act] of [...changed, ...doing]) {
        it(`is another one under the same name with another ${what}`, async () => {
          const { id, json } = await keepAct(store, ACT)
          const { json: otherJson } = await keepAct(store, act)
          assert.notEqual(challengeOfAct({ id, json: otherJson }), challengeOfAct({ id, json }))
        })
      }
    })
  })
}
