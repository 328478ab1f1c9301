// Whoever drives a browser can send a form many times in one moment, to every process there is. What counts once counts once
// for all of them together.
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { ALICE } from '../../support/accounts.ts'
import { createAuthenticator } from '../../support/authenticator.ts'
import { signedIn } from '../../support/connection.ts'
import { usePair } from '../../support/pair.ts'
import { newAuthenticator, optionsOf } from '../../support/passkeys.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import type { Place, RawPerson } from '../../support/raw-person.ts'
import { actOf } from '../../support/raw-person.ts'
import { countGrants } from '../../support/stored.ts'
import { storeEnv } from '../../support/stores.ts'

const MONEY = { scope: ['qc:projects:read', 'qc:live:write'], paper: 'off', decision: 'allow' }

describe('many at once, at two processes on one Redis', () => {
  const pair = usePair(() => storeEnv('Redis', 'proof-races:'))
  let person: RawPerson
  beforeEach(async () => {
    await Promise.all([pair.one.advance(100), pair.two.advance(100)]) // ten sign-ins in a quarter of an hour
    person = await signedIn(pair.one)
  })

  const account = () => person.open(`${pair.one.origin}/account`)
  const send = async (path: string, fields = {}) => person.submitTo(path, await account(), fields)
  const visit = async () =>
    person.open(authorizationRequest(pair.one, await register(pair.one), { scope: 'qc:projects:read' }).url)
  const removals = async () => (await account()).html.match(/\/account\/passkeys\/[^"]+\/remove/g) ?? []
  const csrfOf = ({ html }: Place) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

  /** Sends what each of these says at once, to both processes by turns; gives the status and where it leads. */
  const atOnce = (all: readonly { readonly url: URL; readonly form?: Record<string, string> }[]) =>
    Promise.all(
      all.map(async ({ url, form }, n) => {
        const answer = await fetch(new URL(url.pathname + url.search, pair.addresses[n % 2]), {
          method: form ? 'POST' : 'GET',
          redirect: 'manual',
          headers: { cookie: person.cookiesFor(url) },
          ...(form ? { body: new URLSearchParams(form) } : {}),
        })
        return { status: answer.status, location: answer.headers.get('location') ?? '' }
      }),
    )
  const twenty = <T>(one: T): T[] => Array.from({ length: 20 }, () => one)

  it('prove one act: it is done once', async () => {
    const asked = await person.submit(await visit(), MONEY)
    const form = { csrf: csrfOf(asked), act: actOf(asked) ?? '', apiToken: ALICE.apiToken }
    const answers = await atOnce(twenty({ url: asked.url, form }))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, ...Array.from({ length: 19 }, () => 410)])
  })

  it('bring one answer to its end: it makes one connection', async () => {
    const end = await person.prove(await person.submit(await visit(), MONEY), ALICE.apiToken, false)
    const before = await countGrants(pair.one)
    await atOnce(twenty({ url: end.url }))
    assert.equal((await countGrants(pair.one)) - before, 1)
  })

  it('end a visit and ask for another account in it: its answer counts once at most', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const page = await visit()
      const end = await person.prove(await person.submit(page, MONEY), ALICE.apiToken, false)
      const switching = new URL(`${page.url.pathname}/switch-account`, page.url)
      const before = await countGrants(pair.one)
      await atOnce([{ url: end.url }, ...twenty({ url: switching, form: { csrf: csrfOf(page) } })])
      await atOnce([{ url: end.url }])
      assert.ok((await countGrants(pair.one)) - before <= 1)
    }
  })

  it('add the first passkey that was offered: there is one', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, account))
    const answers = await atOnce(
      pages.map((page, n) => {
        const passkey = createAuthenticator(pair.one.origin).create(optionsOf(page, 'create') as never)
        const form = { csrf: csrfOf(page), name: `Passkey ${n}`, passkey }
        return { url: new URL('/account/passkeys', pair.one.origin), form }
      }),
    )
    assert.equal(answers.filter(({ location }) => location.endsWith('?passkey-added')).length, 1)
    const [removal = '', ...others] = await removals()
    assert.deepEqual(others, [])
    await person.prove(await send(removal))
  })

  it('remove the last two passkeys where they confirm alone: one is left', async () => {
    await send('/account/seen')
    const both = [newAuthenticator(person), newAuthenticator(person)] as const
    for (const one of both) await person.prove(await one.add())
    await both[0].prove(await send('/account/passkeys/only', { only: 'on' }))
    const asked = await Promise.all((await removals()).map((path) => send(path)))
    assert.equal(asked.length, 2)
    await atOnce(
      asked.map((place, n) => ({
        url: place.url,
        form: { csrf: csrfOf(place), act: actOf(place) ?? '', passkey: both[n]?.get(place) ?? '' },
      })),
    )
    assert.equal((await removals()).length, 1)
  })
})
