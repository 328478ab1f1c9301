// Who is kept waiting at the sign-in page, and who is not: strangers by what they fail at where they are, the person never by
// what strangers do.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'
import { put, remove } from '../../src/storage/store.ts'
import { ALICE } from '../support/accounts.ts'
import { signedIn } from '../support/connection.ts'
import type { Door } from '../support/door.ts'
import { openDoor } from '../support/door.ts'
import { usePair } from '../support/pair.ts'
import { newAuthenticator } from '../support/passkeys.ts'
import { useQuantConnectStandIn } from '../support/quantconnect-stand-in.ts'
import { RawPerson } from '../support/raw-person.ts'
import type { TestServer } from '../support/server.ts'
import { useServer } from '../support/server.ts'
import { entriesOf, withStore } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'

const QUARTER_OF_AN_HOUR = 15 * 60
const GOOD = 'a-good-api-token'
const OTHER = 'another-good-api-token'
const WRONG = 'a-wrong-api-token'
const PROXIES = { TRUSTED_PROXIES: '127.0.0.1,::1' }

let number = 500_000
/** Somebody who has not been here. */
const someone = () => `${number++}`
/** An address of an allocation that no test before has used. */
let allocation = 1
const elsewhere = () => `11.${allocation++}.0.1`
const only = (...statuses: number[]) => new Set(statuses)

async function signedOut(browser: RawPerson): Promise<RawPerson> {
  await browser.submitTo('/account/sign-out', await browser.open(`${browser.server.origin}/account`))
  return browser
}

/** A passkey of Alice's, in a browser that has signed out again. */
async function passkeyOf(server: TestServer) {
  const person = await signedIn(server, ALICE)
  const passkey = newAuthenticator(person)
  await passkey.add()
  await signedOut(person)
  return passkey
}

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`failed sign-ins, on ${name}, at two processes`, () => {
    const quantConnect = useQuantConnectStandIn()
    const pair = usePair(() => ({ ...storeEnv(name, 'failed:'), ...quantConnect.env(), SANDBOX: 'on', ...PROXIES }))
    let door: Door
    before(async () => {
      quantConnect.accept(GOOD)
      door = await openDoor(pair.one)
    })
    /** That QuantConnect may be asked so often a minute is the next suite's concern. */
    beforeEach(() => withStore(pair.one, (store) => remove(store, KEYS.attempts('asked-for-strangers', ''))))
    const wrong = (userId: string) => () => ({ userId, apiToken: WRONG })
    const statusOf = async (
      userId: string,
      apiToken: string,
      from: string,
      how: { at?: string; keeps?: boolean } = {},
    ) => (await door.attempt({ userId, apiToken }, { from, ...how })).status
    /** So many wrong guesses, at both processes in turn; those that QuantConnect is asked about go to many. */
    async function fail(count: number, userId: string, from: string) {
      for (let i = 0; i < count; i++) {
        const status = await statusOf(userId, WRONG, from, { at: pair.addresses[i % 2] ?? '' })
        assert.equal(status, 422)
      }
    }

    it('are ten in a quarter of an hour for one account from one network, then not the right token either (RFC 6585 §4)', async () => {
      const [userId, from] = [someone(), elsewhere()]
      await fail(10, userId, from)
      const eleventh = await door.attempt({ userId, apiToken: WRONG }, { from })
      assert.equal(eleventh.status, 429)
      const wait = Number(eleventh.headers.get('retry-after'))
      assert.ok(wait > 0 && wait <= QUARTER_OF_AN_HOUR)
      assert.match(await eleventh.text(), /Too many attempts/)
      assert.equal(await statusOf(userId, GOOD, from), 429)
      assert.equal(await statusOf(` ${userId} `, GOOD, from, { at: pair.addresses[1] }), 429)
      assert.ok([422, 429].includes(await statusOf(`000${userId}`, GOOD, from)))
    })

    it('keep nobody out who is anywhere else', async () => {
      const [userId, from] = [someone(), elsewhere()]
      await fail(10, userId, from)
      assert.equal(await statusOf(userId, WRONG, from), 429)
      assert.equal(await statusOf(userId, WRONG, elsewhere()), 422)
      assert.equal(await statusOf(userId, GOOD, elsewhere()), 303)
    })

    it('of one account leave others in the same network alone, and hammering on counts no further', async () => {
      const [userId, from] = ['100001', elsewhere()]
      await fail(10, userId, from)
      assert.deepEqual(new Set(await door.attempts(100, wrong(userId), () => from)), only(429))
      assert.equal(await statusOf('100002', WRONG, from), 422)
      assert.equal(await statusOf(someone(), GOOD, from), 303)
    })

    it('count an IPv6 address by its first 64 bits', async () => {
      const userId = '100002'
      await fail(10, userId, '2001:db8:64:1::1')
      assert.equal(await statusOf(userId, WRONG, '2001:db8:64:1:ffff::9'), 429)
      assert.equal(await statusOf(userId, WRONG, '2001:db8:64:2::1'), 422)
    })

    it('that are made at once are ten as well', async () => {
      const [userId, from] = [someone(), elsewhere()]
      const asked = quantConnect.asked()
      const statuses = await door.attempts(40, wrong(userId), () => from)
      assert.equal(statuses.filter((status) => status === 422).length, quantConnect.asked() - asked)
      assert.ok(quantConnect.asked() - asked <= 10)
    })

    it('are sixty for a network, whatever account', async () => {
      const from = elsewhere()
      await fail(1, '100001', from)
      await spend(from, 59)
      await fail(1, '100002', from)
      assert.equal(await statusOf('100002', 'sandbox-bob', from), 429)
      assert.equal(await statusOf(someone(), GOOD, from), 429)
      assert.equal(await statusOf('100002', 'sandbox-bob', elsewhere()), 303)
    })

    it('are not what was not tried, since the network had failed too often', async () => {
      const from = elsewhere()
      await spend(from, 60)
      assert.deepEqual(new Set(await door.attempts(12, wrong('100001'), () => from)), only(429))
      await withStore(pair.one, (store) => remove(store, KEYS.attempts('failed-sign-ins', from)))
      await fail(10, '100001', from)
    })

    it('are not what a good sign-in is: twenty-five in a row get in', async () => {
      const [userId, from] = [someone(), elsewhere()]
      for (let i = 0; i < 25; i++) assert.equal(await statusOf(userId, GOOD, from), 303, `the ${i + 1}th`)
    })

    it('of a network are not more for those who get in from there', async () => {
      const from = elsewhere()
      await spend(from, 59)
      for (let i = 0; i < 3; i++) assert.equal(await statusOf(someone(), GOOD, from), 303)
      await fail(1, '100001', from)
      assert.equal(await statusOf(someone(), GOOD, from), 429)
    })

    it('are not looked at where the API token is the stored one, from any browser, and QuantConnect is still asked', async () => {
      const [userId, from] = [someone(), elsewhere()]
      assert.equal(await statusOf(userId, GOOD, elsewhere()), 303)
      await fail(10, userId, from)
      assert.equal(await statusOf(userId, OTHER, from), 429)
      const asked = quantConnect.asked()
      assert.equal(await statusOf(userId, GOOD, from), 303)
      assert.equal(quantConnect.asked(), asked + 1)
    })

    it('are not looked at for the stored one at the limit of a whole network either', async () => {
      const from = elsewhere()
      assert.equal(await statusOf('100001', 'sandbox-alice', elsewhere()), 303)
      await spend(from, 60)
      assert.equal(await statusOf('100001', WRONG, from), 429)
      assert.equal(await statusOf('100001', 'sandbox-alice', from), 303)
    })

    it('come to nothing for a stored token that QuantConnect does not take any more, and keep nobody out', async () => {
      const [userId, from] = [someone(), elsewhere()]
      assert.equal(await statusOf(userId, GOOD, from), 303)
      quantConnect.accept(OTHER)
      for (let i = 0; i < 11; i++) assert.equal(await statusOf(userId, GOOD, from), 422)
      assert.equal(await statusOf(userId, OTHER, from), 303)
      quantConnect.accept(GOOD)
    })

    it('of this account on this network are forgotten with a success, and nothing else is', async () => {
      const [userId, another, from, far] = [someone(), '100001', elsewhere(), elsewhere()]
      await fail(9, userId, far)
      await fail(5, userId, from)
      await fail(9, another, from)
      assert.equal(await statusOf(userId, GOOD, from), 303)
      await fail(9, userId, from) // more than ten by now
      await fail(1, another, from)
      assert.equal(await statusOf(another, WRONG, from), 429, 'the other account')
      await fail(1, userId, far)
      assert.equal(await statusOf(userId, WRONG, far), 429, 'the other network')
    })

    /** Has a network fail so often, without the time that takes. */
    const spend = (from: string, times: number) =>
      withStore(pair.one, (store) => put(store, KEYS.attempts('failed-sign-ins', from), `${times}`, QUARTER_OF_AN_HOUR))
  })
}

describe('a browser that has signed in to an account before', () => {
  const quantConnect = useQuantConnectStandIn()
  const server = useServer(() => ({ ...quantConnect.env(), ...PROXIES }))
  let [userId, from] = ['', '']
  let door: Door
  beforeEach(async () => {
    quantConnect.accept(GOOD)
    userId = someone()
    from = elsewhere()
    door = await openDoor(server)
    assert.equal((await door.attempt({ userId, apiToken: GOOD }, { from, keeps: true })).status, 303)
  })

  /** What an attempt in this network is answered, after so many have failed there that nobody unknown is let in. */
  async function tryAmongFailures(apiToken: string, { at = door, as = userId } = {}): Promise<number> {
    await withStore(server, (store) => put(store, KEYS.attempts('failed-sign-ins', from), '60', QUARTER_OF_AN_HOUR))
    return (await at.attempt({ userId: as, apiToken }, { from })).status
  }
  const send = async (path: string) => door.browser.submitTo(path, await door.browser.open(`${server.origin}/account`))

  it('is known by a cookie for that alone, which no page can read and the store does not hold', async () => {
    const { value = '' } = [...door.browser.cookies.values()].find((cookie) => cookie.name === 'qcgate-known') ?? {}
    assert.match(value, /^[\w-]{43}$/)
    assert.equal(JSON.stringify(await entriesOf(server)).includes(value), false)
    const again = await door.attempt({ userId, apiToken: GOOD }, { from })
    const line = again.headers.getSetCookie().find((one) => one.startsWith(`qcgate-known=${value};`)) ?? ''
    for (const attribute of [/; path=\/(;|$)/i, /; httponly/i, /; samesite=lax/i]) assert.match(line, attribute)
    const days = (Date.parse(/; expires=([^;]+)/i.exec(line)?.[1] ?? '') - Date.now()) / 86_400_000
    assert.ok(days > 399 && days <= 400, `${days}`)
  })

  it('is not signed in by that cookie', async () => {
    for (const [key, { name }] of door.browser.cookies) if (name !== 'qcgate-known') door.browser.cookies.delete(key)
    assert.match((await door.browser.open(`${server.origin}/account`)).html, /name="apiToken"/)
  })

  it('is not kept waiting by what others fail at in its network, also with a new API token', async () => {
    quantConnect.accept(OTHER)
    assert.equal(await tryAmongFailures(OTHER, { at: await openDoor(server) }), 429)
    assert.equal(await tryAmongFailures(OTHER), 303)
  })

  it('is not kept waiting by ten who fail at its very account either', async () => {
    const stranger = await openDoor(server)
    assert.deepEqual(
      new Set(
        await stranger.attempts(
          10,
          () => ({ userId, apiToken: WRONG }),
          () => from,
        ),
      ),
      only(422),
    )
    assert.equal((await stranger.attempt({ userId, apiToken: WRONG }, { from })).status, 429)
    assert.equal((await door.attempt({ userId, apiToken: WRONG }, { from })).status, 422)
  })

  it('has ten failures of its own, which it takes along wherever it goes and which keep nobody else out', async () => {
    assert.deepEqual(new Set(await door.attempts(10, () => ({ userId, apiToken: WRONG }), elsewhere)), only(422))
    quantConnect.accept(OTHER)
    assert.equal((await door.attempt({ userId, apiToken: OTHER }, { from })).status, 429)
    assert.equal((await (await openDoor(server)).attempt({ userId, apiToken: OTHER }, { from })).status, 303)
  })

  it('is known to that account alone', async () => {
    assert.equal(await tryAmongFailures(GOOD, { as: someone() }), 429)
  })

  it('is known to each of several accounts that it has signed in to', async () => {
    const other = someone()
    const second = await openDoor(server, await signedOut(door.browser))
    assert.equal((await second.attempt({ userId: other, apiToken: GOOD }, { from, keeps: true })).status, 303)
    assert.equal(await tryAmongFailures(WRONG, { at: second, as: other }), 422)
    assert.equal(await tryAmongFailures(WRONG, { at: second }), 422)
  })

  it('is known to each by another text, so that the store does not tell who shares a browser', async () => {
    const second = await openDoor(server, await signedOut(door.browser))
    assert.equal((await second.attempt({ userId: someone(), apiToken: GOOD }, { from, keeps: true })).status, 303)
    const texts = (await entriesOf(server))
      .filter(({ key }) => key.startsWith('profile:'))
      .flatMap(({ text }) => JSON.parse(text).knownBrowsers ?? [])
    assert.ok(texts.length > 2)
    assert.equal(new Set(texts).size, texts.length)
  })

  it('is known after it has only signed out', async () => {
    assert.equal(await tryAmongFailures(WRONG, { at: await openDoor(server, await signedOut(door.browser)) }), 422)
  })

  for (const [what, path] of [
    ['it was signed out everywhere', '/account/sign-out-everywhere'],
    ['everything was ended', '/account/delete'],
  ] as const) {
    it(`is not known any more when ${what}`, async () => {
      assert.equal(await tryAmongFailures(WRONG), 422)
      await send(path)
      assert.equal(await tryAmongFailures(WRONG), 429)
    })
  }

  it('is not known any more when another browser has replaced the API token, whether or not the old one works', async () => {
    for (const [token, accepted] of [
      [OTHER, [OTHER]],
      [GOOD, [GOOD, OTHER]],
    ] as const) {
      quantConnect.accept(...accepted)
      const elsewhere = await openDoor(server)
      assert.equal(await tryAmongFailures(WRONG), 422)
      assert.equal((await elsewhere.attempt({ userId, apiToken: token }, { from: '203.0.113.1' })).status, 303)
      assert.equal(await tryAmongFailures(WRONG), 429)
      await withStore(server, (store) => remove(store, KEYS.attempts('failed-sign-ins', from)))
      quantConnect.accept(token)
      assert.equal((await door.attempt({ userId, apiToken: token }, { from })).status, 303)
    }
  })
})

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`what QuantConnect is asked about credentials, on ${name}, at two processes`, () => {
    const quantConnect = useQuantConnectStandIn()
    const pair = usePair(() => ({ ...storeEnv(name, 'asked:'), ...quantConnect.env(), SANDBOX: 'on', ...PROXIES }))
    const [owner, returning, third] = [someone(), someone(), someone()]
    let door: Door
    let known: Door
    let passkey: ReturnType<typeof newAuthenticator>
    let asked: number
    before(async () => {
      quantConnect.accept(GOOD)
      door = await openDoor(pair.one)
      known = await openDoor(pair.one)
      for (const userId of [owner, third]) assert.equal((await door.attempt({ userId, apiToken: GOOD })).status, 303)
      assert.equal((await known.attempt({ userId: returning, apiToken: GOOD }, { keeps: true })).status, 303)
      passkey = await passkeyOf(pair.one)
      asked = quantConnect.asked() - 3
    })
    const stranger = async (from: string, at = pair.addresses[0]) =>
      (await door.attempt({ userId: someone(), apiToken: WRONG }, { from, at })).status

    it('comes from one /16 fifteen times a minute at most, then it is told when to come back', async () => {
      for (let i = 0; i < 15; i++) assert.equal(await stranger(`12.1.${i}.1`, pair.addresses[i % 2]), 422)
      const response = await door.attempt({ userId: someone(), apiToken: WRONG }, { from: '12.1.200.1' })
      assert.equal(response.status, 429)
      const wait = Number(response.headers.get('retry-after'))
      assert.ok(wait > 0 && wait <= 60)
      assert.equal(await stranger('12.2.0.1'), 422)
    })

    it('comes from one /32 of IPv6 as often', async () => {
      for (let i = 0; i < 15; i++) assert.equal(await stranger(`2001:db8:${i}::1`, pair.addresses[i % 2]), 422)
      assert.equal(await stranger('2001:db8:ffff::1'), 429)
      assert.equal(await stranger('2001:db9::1'), 422)
    })

    it('is no failure of whoever was not let through to it', async () => {
      const userId = someone()
      const waiting = await door.attempts(
        12,
        () => ({ userId, apiToken: GOOD }),
        () => '12.1.1.1',
      )
      assert.deepEqual(new Set(waiting), only(429))
      await withStore(pair.one, (store) => remove(store, KEYS.attempts('asked-for-allocation', '12.1.0.0/16')))
      assert.equal((await door.attempt({ userId, apiToken: GOOD }, { from: '12.1.1.1' })).status, 303)
    })

    it('comes from this machine as often as from everybody together', async () => {
      for (let i = 0; i < 10; i++) assert.equal(await stranger('127.0.0.1'), 422)
      for (let i = 0; i < 10; i++) assert.equal(await stranger('::1'), 422)
    })

    it('is ninety a minute of strangers, from however many networks', async () => {
      const left = 90 - (quantConnect.asked() - asked)
      assert.deepEqual(
        new Set(await door.attempts(left, () => ({ userId: someone(), apiToken: WRONG }), elsewhere)),
        only(422),
      )
      assert.equal(await stranger(elsewhere()), 429)
      assert.equal(await stranger(elsewhere(), pair.addresses[1]), 429)
      assert.equal(quantConnect.asked() - asked, 90)
    })

    it('is not the business of who signs in with a passkey, or to the sandbox', async () => {
      assert.equal((await passkey.signIn()).status, 200)
      assert.equal((await door.attempt(ALICE, { from: '12.1.1.1' })).status, 303)
      assert.equal((await door.attempt({ ...ALICE, apiToken: WRONG }, { from: '12.1.1.1' })).status, 422)
    })

    it('has room left for the stored API token, and for a browser that the account knows', async () => {
      assert.equal((await door.attempt({ userId: owner, apiToken: GOOD }, { from: '12.1.1.1' })).status, 303)
      assert.equal((await known.attempt({ userId: returning, apiToken: WRONG }, { from: '12.1.1.1' })).status, 422)
      assert.equal((await known.attempt({ userId: owner, apiToken: WRONG }, { from: '12.1.1.1' })).status, 429)
      assert.equal((await door.attempt({ userId: returning, apiToken: WRONG }, { from: '12.1.1.1' })).status, 429)
    })

    it('has half of that room for one account, whose owner may be the one who fills it', async () => {
      const mine = await door.attempts(14, () => ({ userId: owner, apiToken: GOOD }), elsewhere)
      assert.deepEqual(new Set(mine), only(303))
      assert.equal((await door.attempt({ userId: owner, apiToken: GOOD })).status, 429)
      assert.equal((await door.attempt({ userId: returning, apiToken: GOOD }, { at: pair.addresses[1] })).status, 303)
    })

    it('is never more than 120 a minute', async () => {
      const rest = await door.attempts(20, () => ({ userId: third, apiToken: GOOD }), elsewhere)
      assert.ok(rest.includes(429))
      assert.equal(quantConnect.asked() - asked, 120)
    })

    if (name === 'SQLite') {
      it('begins anew after a minute', async () => {
        await pair.one.advance(61)
        assert.equal(await stranger('12.1.200.1'), 422)
        assert.equal(await stranger(elsewhere()), 422)
      })
    }
  })
}

describe('a person with a passkey', () => {
  const server = useServer(PROXIES)

  it('gets in whatever strangers try at the account, passkeys that are none too, from this network and from all others', async () => {
    const passkey = await passkeyOf(server)
    const stranger = new RawPerson(server)
    const page = await stranger.open(`${server.origin}/account`)
    const forged = passkey.get(page).replace(/"signature":"......../, '"signature":"AAAAAAAA')
    for (let i = 0; i < 15; i++) {
      assert.equal((await stranger.submitTo('/account/sign-in', page, { passkey: forged })).status, 422)
    }
    const guesser = await openDoor(server)
    await guesser.attempts(
      20,
      () => ({ ...ALICE, apiToken: WRONG }),
      () => '127.0.0.1',
    )
    assert.match((await passkey.signIn()).html, /Your account/)
  })
})
