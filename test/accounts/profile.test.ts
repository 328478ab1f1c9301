import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Profile } from '../../src/accounts/profile.ts'
import {
  isSessionOf,
  NO_PROFILE,
  withEverythingSuspended,
  withLook,
  withOnlyKept,
  withoutSessions,
  withPasskey,
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

  it('is what the person keeps of it, and nothing else', () => {
    const kept = withOnlyKept(withSession(suspended, session('new')), ['b', 'q'])
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

describe('when a person last looked', () => {
  const MINUTE = 60_000

  it('is unknown at the first look', () => {
    assert.deepEqual(withLook(NO_PROFILE, 1_000).looked, { at: 1_000 })
  })

  it('is the look before this one, and pages that are opened one after the other are one look', () => {
    const first = withLook(NO_PROFILE, 0)
    const second = withLook(first, 60 * MINUTE)
    assert.equal(second.looked?.before, 0)
    const same = withLook(second, 70 * MINUTE)
    assert.equal(same.looked?.before, 0)
    assert.equal(withLook(same, 90 * MINUTE).looked?.before, 70 * MINUTE)
  })
})
