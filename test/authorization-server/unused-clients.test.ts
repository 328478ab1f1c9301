// How many registrations there may be that nobody has used yet, and who loses when there are too many. Each suite is one
// story, told from beginning to end; where processes can share a store, by two of them in turn.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { noteClientUse } from '../../src/authorization-server/oidc/client-adapter.ts'
import { addRecord, findRecord, removeUnused } from '../../src/authorization-server/oidc/client-record.ts'
import { admitUnused } from '../../src/authorization-server/oidc/unused-clients.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import type { Store } from '../../src/storage/store.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import { temporaryFolder } from '../support/folder.ts'
import { usePair } from '../support/pair.ts'
import type { Registration } from '../support/raw-client.ts'
import { refresh, refusal } from '../support/raw-client.ts'
import { ageRedis } from '../support/redis-entries.ts'
import { useServer } from '../support/server.ts'
import { fillRoster, withStore } from '../support/stored.ts'
import { journeyStores } from '../support/stores.ts'
import { whileRunning } from '../support/while-running.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const LIST = KEYS.unusedClients()
/** After everybody came. */
const LATER = Number.MAX_SAFE_INTEGER
const KNOWN = '400 invalid_grant'
const GONE = '401 invalid_client'

/** A server behind a proxy, or with a Redis two, and what a visitor from some address does there. */
function useVisited({ REDIS_URL }: { REDIS_URL: string }) {
  const env = { REDIS_URL, TRUSTED_PROXIES: '127.0.0.1,::1' }
  const pair = REDIS_URL ? usePair(() => env) : undefined
  const server = pair ? whileRunning('first of the pair', () => pair.one) : useServer(env)
  const addresses = () => pair?.addresses ?? [server.origin]
  let visits = 0
  const someAddress = () => addresses()[visits++ % addresses().length] ?? ''
  let ahead = 0

  /** Registers at either process. The same name is the same client. */
  const enroll = (from: string, client_name = `Client ${visits}`) =>
    fetch(`${someAddress()}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({
        client_name,
        redirect_uris: ['http://127.0.0.1:4567/callback'],
        token_endpoint_auth_method: 'none',
      }),
    })
  async function enrolled(from: string, client_name?: string): Promise<Registration> {
    const response = await enroll(from, client_name)
    assert.equal(response.status, 201)
    return (await response.json()) as Registration
  }
  return {
    server,
    enroll,
    enrolled,
    /** What the token endpoint says of clients: it looks at who asks before it looks at the token. */
    standing: (clients: readonly Registration[]) =>
      Promise.all(clients.map(async (client) => refusal(await refresh(server, client, 'never-was')))),
    /** How many are listed. */
    listed: () => withStore(server, async (store) => (await store.sizes(LIST, '')).all),
    /** The group of the network with the most. */
    largest: () => withStore(server, async (store) => (await store.firstOfLargest(LIST, LATER))?.group ?? ''),
    fill: (group: string, count: number) => fillRoster(server, LIST, group, { count, at: Date.now() + ahead * 1000 }),
    async advance(seconds: number) {
      ahead += seconds
      await Promise.all([server.advance(seconds), pair?.two.advance(seconds)])
    },
  }
}

const times = <T>(count: number, act: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => act(i))
const all = (count: number, standing: string) => times(count, () => standing)

for (const { name, env } of journeyStores('unused-clients')) {
  describe(`registrations that nobody has used yet, on ${name}`, () => {
    const { server, enroll, enrolled, standing, listed, largest, fill, advance } = useVisited(env)

    const LARGE = '198.51.100.7'
    const SMALL = '2001:db8:1:2::7'
    /** Each from a network of its own. */
    let networks = 0
    const elsewhere = () => `192.0.${networks++}.1`

    /** Two hours old, the oldest first. */
    const large: Registration[] = []
    let small: Registration[] = []
    let used: Registration
    const next = () => large.shift() as Registration

    // Where nobody but the server drops who has ended: a list in SQLite would be seen with the clock of this process.
    if (env.REDIS_URL) {
      it('are listed for the 30 days that they live, from the last time that they registered', async () => {
        const pass = async (days: number) => {
          await advance(days * DAY)
          await ageRedis(env.REDIS_URL, days * DAY)
        }
        const renewed = await enrolled(elsewhere(), 'Comes back')
        const other = await enrolled(elsewhere())
        await pass(20)
        await enrolled(elsewhere(), 'Comes back')
        assert.equal(await listed(), 2)
        await pass(11)
        const third = await enrolled(elsewhere())
        assert.deepEqual(await standing([renewed, other, third]), [KNOWN, GONE, KNOWN])
        assert.equal(await listed(), 2)
      })
    }

    /** Has 19,999 of them, most from the large network and too young to lose their places. */
    async function nearlyFill() {
      const person = await signedIn(server)
      small = [await enrolled(SMALL), await enrolled('2001:db8:1:ff00::7')]
      for (const i of times(16, (i) => i)) large.push(await enrolled(`198.51.100.${i}`, `Large ${i}`))
      used = await enrolled(LARGE)
      const before = await listed()
      await connectAs(person, { client: used })
      assert.equal(await listed(), before - 1, 'who is used for the first time is listed no longer')
      await advance(2 * HOUR)
      await fill(await largest(), 12_000)
      await fill('of another network', 19_999 - (await listed()))
    }

    it('are left alone while there are fewer than 20,000', async () => {
      await nearlyFill()
      await enrolled(elsewhere())
      assert.equal(await listed(), 20_000)
      assert.deepEqual(await standing([...large, ...small]), all(18, KNOWN))
    })

    it('make room for a new one from then on: the network that has the most loses its oldest', async () => {
      await enrolled(elsewhere())
      assert.deepEqual(await standing([next()]), [GONE])
      assert.deepEqual(await standing([...large, ...small]), all(17, KNOWN))
      assert.equal(await listed(), 20_000)
    })

    it('do not become younger by registering again, and are counted once', async () => {
      const again = next()
      assert.equal((await enrolled(LARGE, 'Large 1')).client_id, again.client_id)
      assert.equal((await enrolled(elsewhere(), 'Large 1')).client_id, again.client_id)
      assert.equal(await listed(), 20_000)
      await enrolled(elsewhere())
      assert.deepEqual(await standing([again]), [GONE])
      assert.deepEqual(await standing(large), all(large.length, KNOWN))
    })

    it('may be made again by whoever lost its place, for the place of the next', async () => {
      const again = await enrolled(LARGE, 'Large 1')
      assert.deepEqual(await standing([again, next(), ...large]), [KNOWN, GONE, ...all(large.length, KNOWN)])
    })

    it('are not those that somebody uses: one that is still listed loses its place, and stays', async () => {
      const group = await largest()
      await withStore(server, (store) => store.join(LIST, used.client_id, { group, at: 1, ttl: 1_000 * DAY }, Infinity))
      assert.equal(await listed(), 20_001)
      await enrolled(elsewhere()) // two lose their places, since there is one too many
      assert.equal(await listed(), 20_000)
      assert.deepEqual(await standing([used, next(), ...large]), [KNOWN, GONE, ...all(large.length, KNOWN)])
    })

    it('lose one for each new one, at however many processes those come at once', async () => {
      const responses = await Promise.all(large.slice(1).map(() => enroll(elsewhere())))
      assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([201]))
      const last = large.pop() as Registration
      assert.deepEqual(await standing([...large, last, ...small]), [...all(large.length, GONE), ...all(3, KNOWN)])
      assert.equal(await listed(), 20_000)
      await enrolled(elsewhere())
      assert.deepEqual(await standing([last]), [GONE])
    })

    it('of a small network do not make room for the network that has the most, whose own are too young', async () => {
      assert.equal(await refusal(await enroll(LARGE)), '429 temporarily_unavailable')
      assert.deepEqual(await standing(small), all(2, KNOWN))
    })

    it('of a small network make room for one that has no more', async () => {
      await enrolled(elsewhere())
      assert.deepEqual(await standing(small), [GONE, KNOWN])
      while ((await listed()) === 20_000) await enrolled(elsewhere()) // until no old one is left
      assert.deepEqual(await standing(small), all(2, GONE))
    })

    it('do not go before they are an hour old: a network that has fewer than another gets more all the same', async () => {
      const before = await listed()
      await enrolled(elsewhere())
      assert.equal(await listed(), before + 1)
      const refused = await enroll(LARGE)
      assert.equal(refused.headers.get('retry-after'), String(HOUR))
      assert.equal(await refusal(refused), '429 temporarily_unavailable')
      assert.equal(await listed(), before + 1)
    })

    it('are never more than 25,000', async () => {
      await fill('of a third network', 24_999 - (await listed()))
      await enrolled(elsewhere())
      const refused = await enroll(elsewhere())
      assert.equal(refused.headers.get('retry-after'), String(HOUR))
      assert.equal(await refusal(refused), '429 temporarily_unavailable')
      assert.equal(await listed(), 25_000)
    })

    it('lose two for each new one after that hour, until they are 20,000 again', async () => {
      await advance(58 * MINUTE)
      assert.equal((await enroll(elsewhere())).status, 429)
      await advance(3 * MINUTE)
      await enrolled(elsewhere())
      await enrolled(LARGE)
      assert.equal(await listed(), 24_998)
    })
  })
}

describe('a registration that loses its place', () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(join(folder.path, 'data'))
  after(async () => {
    await store.close()
    folder.remove()
  })

  it('stays when somebody begins to use it at that very moment', async () => {
    await addRecord(store, 'at that moment', { client_id: 'at that moment' })
    let looks = 0
    const get: Store['get'] = async (key) => {
      const before = await store.get(key)
      if (looks++ === 0) await noteClientUse(store, 'at that moment')
      return before
    }
    await removeUnused({ ...store, get }, 'at that moment')
    assert.ok(await findRecord(store, 'at that moment'))
  })

  it('is followed by the next when somebody else is quicker to take it', async () => {
    await fillRoster({ folder: folder.path, redisUrl: undefined }, LIST, 'large', { count: 20_000, at: 1 })
    const quick = { group: 'small', at: Date.now(), ttl: DAY }
    const leave: Store['leave'] = async (key, member) => {
      await store.leave(key, member)
      await store.join(LIST, 'quick', quick, 20_000)
    }
    await admitUnused({ ...store, leave }, 'slow', '198.51.100.1')
    assert.deepEqual(await store.sizes(LIST, 'large'), { all: 20_000, own: 19_998, largest: 19_998 })
  })
})
