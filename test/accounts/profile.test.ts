import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newsOf } from '../../src/accounts/news.ts'
import type { Profile } from '../../src/accounts/profile.ts'
import {
  isSessionOf,
  mayAddFirstPasskey,
  NO_PROFILE,
  passkeysOf,
  standingOf,
  withEverythingSuspended,
  withFull,
  withNews,
  withoutOffer,
  withoutSessions,
  withPasskey,
  withReviewed,
  withSeen,
  withSession,
} from '../../src/accounts/profile.ts'

const session = (uid: string) => ({ uid, browser: 'Firefox on Linux', since: 1 })
const passkey = (id: string) => ({ id, publicKey: 'k', counter: 0, name: id, createdAt: 1 })
const signedIn = (...uids: string[]): Profile => uids.map(session).reduce(withSession, NO_PROFILE)

describe('the browsers of an account', () => {
  it('are those that signed in, and no others', () => {
    const profile = signedIn('a', 'b')
    assert.deepEqual(
      [isSessionOf(profile, 'a'), isSessionOf(profile, 'c'), isSessionOf(profile, undefined)],
      [true, false, false],
    )
    assert.equal(isSessionOf(withoutSessions(profile, ['a']), 'a'), false)
  })

  it('are thirty at most: the one that signed in first goes', () => {
    const profile = signedIn(...Array.from({ length: 31 }, (_, n) => `${n}`))
    assert.equal(profile.sessions.length, 30)
    assert.equal(isSessionOf(profile, '0'), false)
    assert.ok(isSessionOf(profile, '30'))
  })
})

describe('what was there before a token was replaced', () => {
  const before = withPasskey(withPasskey(signedIn('a', 'b'), passkey('p')), passkey('q'))
  const suspended = withEverythingSuspended(before)

  it('counts for nothing', () => {
    assert.equal(isSessionOf(suspended, 'a'), false)
    assert.ok(suspended.passkeys.every((one) => one.suspended))
  })

  it('counts again for the browser that signs in anew', () => {
    const back = withSession(suspended, session('a'))
    assert.deepEqual([isSessionOf(back, 'a'), isSessionOf(back, 'b')], [true, false])
  })

  it('is what the person keeps of it, without what they end; the rest waits as it did', () => {
    const some = withReviewed(withSession(suspended, session('new')), ['b'], ['q'])
    assert.deepEqual(
      [...some.sessions, ...some.passkeys].map((one) => ['uid' in one ? one.uid : one.id, one.suspended ?? false]),
      [
        ['new', false],
        ['b', false],
        ['a', true],
        ['p', true],
      ],
    )
    const kept = withReviewed(withSession(suspended, session('new')), ['b', 'q'], ['a', 'p'])
    assert.deepEqual(
      kept.sessions.map(({ uid }) => uid),
      ['new', 'b'],
    )
    assert.deepEqual(
      kept.passkeys.map(({ id }) => id),
      ['q'],
    )
    assert.ok(isSessionOf(kept, 'b'))
    assert.ok([...kept.sessions, ...kept.passkeys].every((one) => !one.suspended))
  })
})

describe('what a passkey is good for', () => {
  const NOW = 1_800_000_000
  const DAY = 24 * 60 * 60
  const young = (id: string, createdAt = NOW) => ({ ...passkey(id), createdAt, young: true })
  const suspended = <T>(one: T) => ({ ...one, suspended: true })

  it('is everything, unless it was added without a proof', () => {
    assert.equal(standingOf(passkey('p'), 0), 'full')
    assert.equal(standingOf({ ...passkey('p'), createdAt: NOW }, NOW), 'full')
    assert.equal(standingOf({ ...passkey('p'), young: false, createdAt: NOW }, NOW), 'full')
  })

  it('is signing in alone for 24 hours where it was, and then that until a proof names it', () => {
    const standingAfter = (seconds: number) => standingOf(young('y'), NOW + seconds)
    assert.deepEqual([0, DAY - 1, DAY, 100 * DAY].map(standingAfter), ['young', 'young', 'ripe', 'ripe'])
  })

  const all = [
    passkey('full'),
    young('young', NOW - DAY + 1),
    young('ripe', NOW - DAY),
    suspended(passkey('full, suspended')),
    suspended(young('young, suspended')),
    suspended(young('ripe, suspended', NOW - DAY)),
  ]

  it('is nothing while it is suspended', () => {
    for (const standing of ['full', 'young', 'ripe'] as const) {
      assert.deepEqual(
        passkeysOf({ passkeys: all }, standing, NOW).map(({ id }) => id),
        [standing],
      )
    }
  })

  it('is everything after a proof that named it, and only then', () => {
    const proven = withFull({ ...NO_PROFILE, passkeys: all }, ['ripe', 'ripe, suspended', 'unknown'])
    const standings = (passkeys: typeof proven.passkeys) => passkeys.map((one) => standingOf(one, NOW))
    assert.deepEqual(standings(proven.passkeys), ['full', 'young', 'full', 'full', 'young', 'full'])
    assert.equal(proven.passkeys[5]?.suspended, true)
    assert.deepEqual(
      proven.passkeys.map(({ id }) => id),
      all.map(({ id }) => id),
    )
  })

  it('stays what it was when it is used, suspended and kept again', () => {
    const profile = withPasskey(NO_PROFILE, young('y'))
    const was = withEverythingSuspended(withPasskey(profile, { ...young('y'), usedAt: NOW }))
    const kept = withReviewed(was, ['y'], [])
    assert.deepEqual(
      passkeysOf(kept, 'young', NOW).map(({ id }) => id),
      ['y'],
    )
  })
})

describe('the first passkey of an account', () => {
  const NOW = 1_800_000_000
  const offered = withSession(signedIn('other'), { ...session('here'), firstPasskeyUntil: NOW + 600 })

  it('is added by the browser that was offered it, and by no other', () => {
    assert.equal(mayAddFirstPasskey(offered, 'here', NOW), true)
    for (const uid of ['other', 'unknown', '']) assert.equal(mayAddFirstPasskey(offered, uid, NOW), false)
    assert.equal(mayAddFirstPasskey(NO_PROFILE, 'here', NOW), false)
  })

  it('is added until the time of the offer, and not a second longer', () => {
    assert.deepEqual(
      [599, 600, 601].map((seconds) => mayAddFirstPasskey(offered, 'here', NOW + seconds)),
      [true, false, false],
    )
  })

  it('is the first: where there is one, whatever it is good for, none is added', () => {
    for (const there of [passkey('p'), { ...passkey('p'), young: true }, { ...passkey('p'), suspended: true }]) {
      const profile = { ...offered, passkeys: [there] }
      assert.equal(mayAddFirstPasskey(profile, 'here', NOW), false)
    }
  })

  it('is not added after the page that offered it was answered, in that browser', () => {
    const both = withSession(offered, { ...session('too'), firstPasskeyUntil: NOW + 600 })
    const answered = withoutOffer(both, 'here')
    assert.deepEqual(
      ['here', 'too'].map((uid) => mayAddFirstPasskey(answered, uid, NOW)),
      [false, true],
    )
    assert.ok(isSessionOf(answered, 'here'))
    assert.deepEqual(withoutOffer(offered, 'unknown'), offered)
  })

  it('is offered anew by another sign-in of the browser only', () => {
    const answered = withoutOffer(offered, 'here')
    const again = withSession(answered, { ...session('here'), firstPasskeyUntil: NOW + 1200 })
    assert.equal(mayAddFirstPasskey(again, 'here', NOW + 601), true)
    assert.equal(mayAddFirstPasskey(withSession(offered, session('here')), 'here', NOW), false)
  })
})

describe('the news of an account', () => {
  it('are added with their time, and nothing changes where there are none', () => {
    const profile = withNews(NO_PROFILE, [{ what: 'passkey-added', name: 'Key' }, { what: 'everything-stopped' }], 7)
    assert.deepEqual(newsOf(profile, 8), [
      { at: 7, what: 'passkey-added', name: 'Key' },
      { at: 7, what: 'everything-stopped' },
    ])
    assert.equal(withNews(profile, [], 9), profile)
  })

  it('are seen up to a time, which never goes back', () => {
    const seen = withSeen(NO_PROFILE, 7)
    assert.deepEqual(
      [seen, withSeen(seen, 6), withSeen(seen, 8)].map(({ seenAt }) => seenAt),
      [7, 7, 8],
    )
  })
})
