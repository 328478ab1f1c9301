// Signing in proves who is here. In its own visit that counts for what its page named: this client, what is harmless, and
// trading on paper. For everything else, and for every other visit, it proves nothing.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { ALICE } from '../../support/accounts.ts'
import { newAuthenticator } from '../../support/passkeys.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import type { Place } from '../../support/raw-person.ts'
import { actOf, RawPerson } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'

const HARMLESS = 'qc:projects:read'
const PAPER = { scope: [HARMLESS, 'qc:live:write', 'qc:live:execute'], paper: 'on', decision: 'allow' }

describe('signing in', () => {
  const server = useServer()
  let person: RawPerson
  beforeEach(async () => {
    await server.advance(100) // an account may sign in ten times in a quarter of an hour
    person = new RawPerson(server)
  })

  /** A consent page, of another program each time; signed in on the way where that is needed. */
  const visit = async () => person.arrive(authorizationRequest(server, await register(server), { scope: HARMLESS }).url)
  const isThrough = ({ url }: Place) => assert.ok(url.searchParams.get('code'), url.href)

  it('says on its page for what it counts, and for whom', async () => {
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    assert.match(
      page.html,
      /For Raw client \d+ this is enough to look, to build and test, and, in a new connection, to trade on paper/,
    )
  })

  for (const [what, form] of Object.entries({
    'trading on paper': PAPER,
    'trading on paper until it is ended': { ...PAPER, expires: 'never' },
    'what is harmless': { scope: [HARMLESS, 'qc:files:write'], decision: 'allow', expires: 'never', paper: 'off' },
  })) {
    it(`counts in its own visit for ${what}`, async () => {
      isThrough(await person.submit(await visit(), form))
    })
  }

  for (const [what, form] of Object.entries({
    'real money': { ...PAPER, paper: 'off' },
    spending: { ...PAPER, scope: ['qc:optimizations:write'] },
    deleting: { ...PAPER, scope: ['qc:backtests:delete'] },
    'overwriting in the Object Store': { ...PAPER, scope: ['qc:objects:write'] },
    administering: { ...PAPER, scope: ['qc:collaboration:write'] },
    'paper with anything of these': { ...PAPER, scope: [...PAPER.scope, 'qc:files:delete'] },
  })) {
    it(`does not count for ${what}`, async () => {
      const asked = await person.submit(await visit(), form)
      assert.ok(actOf(asked))
      isThrough(await person.prove(asked))
    })
  }

  it('counts for the client that its page named, and for no other, at the same time or later', async () => {
    const [first, second] = [await register(server), await register(server)]
    const pages = [
      await person.arrive(authorizationRequest(server, first, { scope: HARMLESS }).url),
      await person.arrive(authorizationRequest(server, second, { scope: HARMLESS }).url),
    ] as const
    assert.ok(actOf(await person.submit(pages[1], PAPER)))
    isThrough(await person.submit(pages[0], PAPER))
    assert.ok(actOf(await person.submit(await visit(), PAPER)))
  })

  it('counts for no client when it was on the account page', async () => {
    const account = await person.open(`${server.origin}/account`)
    await person.submitTo('/account/sign-in', account, ALICE)
    assert.ok(actOf(await person.submit(await visit(), PAPER)))
  })

  it('counts no more in a visit that was begun before the person signed in again', async () => {
    const page = await visit()
    await person.submitTo('/account/sign-out', await person.open(`${server.origin}/account`))
    await server.advance(2)
    await person.submitTo('/account/sign-in', await person.open(`${server.origin}/account`), ALICE)
    assert.ok(actOf(await person.submit(page, PAPER)))
  })

  it('counts for what is harmless alone where only passkeys prove, unless it was by a passkey', async () => {
    const send = async (path: string, fields = {}) =>
      person.submitTo(path, await person.open(`${server.origin}/account`), fields)
    await person.submit(await visit(), { decision: 'deny' })
    const [phone, key] = [newAuthenticator(person), newAuthenticator(person)]
    assert.equal((await send('/account/passkeys/only', { only: 'on' })).status, 422) // one may be lost
    for (const one of [phone, key]) await person.prove(await one.add())
    const chosen = await phone.prove(await send('/account/passkeys/only', { only: 'on' }))
    assert.match(chosen.html, /From now on only a passkey confirms/)

    person = new RawPerson(server)
    const asked = await person.submit(await visit(), PAPER)
    assert.ok(actOf(asked))
    assert.doesNotMatch(asked.html, /name="apiToken"/)
    assert.equal((await person.prove(asked)).status, 422)
    isThrough(await person.submit(asked, { passkey: key.get(asked) }))

    person = new RawPerson(server)
    const signIn = await person.open(authorizationRequest(server, await register(server), { scope: HARMLESS }).url)
    isThrough(await person.submit(await person.submit(signIn, { passkey: phone.get(signIn) }), PAPER))
    const [removal = ''] = /\/account\/passkeys\/[\w-]+\/remove/.exec((await send('/account/seen')).html) ?? []
    const removed = await send(removal)
    await person.submit(removed, { passkey: phone.get(removed) })
    assert.equal(
      (await send(/\/account\/passkeys\/[\w-]+\/remove/.exec((await send('/account/seen')).html)?.[0] ?? '')).status,
      422,
    )
    const both = await send('/account/passkeys/only', { only: 'off' })
    assert.equal((await person.prove(both)).status, 422)
  })
})
