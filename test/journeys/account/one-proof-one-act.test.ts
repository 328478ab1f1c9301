// A program that drives its person's own browser, from the moment at which they signed in: it sees every page and sends any form,
// has an authenticator of its own and whatever answers it catches, but neither the API token nor the passkey of its person. It
// can stop things, and what it adds that could bring it back does not stay hidden.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../../support/access-token.ts'
import { connection, openAccount, overview, proofHeading, said, signInHeading } from '../../support/account-page.ts'
import { ALICE } from '../../support/accounts.ts'
import { createAuthenticator } from '../../support/authenticator.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { useCallback } from '../../support/callback.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { startBeside } from '../../support/pair.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import { actOf, type RawPerson } from '../../support/raw-person.ts'
import { useServer } from '../../support/server.ts'
import { changeGrant, grantOf } from '../../support/stored.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

const DAY = 24 * 60 * 60
const TRADES = ['qc:projects:read', 'qc:live:write']
/** What it would like, and no signing in stands for. */
const WISHES = {
  'real money': { scope: TRADES, paper: 'off' },
  'the collaborators of its person': { scope: [...TRADES, 'qc:collaboration:write'] },
  'a connection without an end': { scope: TRADES, expires: 'never' },
} as const

type Fields = Readonly<Record<string, string | readonly string[]>>
/** What a passkey is asked. */
type Options = Parameters<ReturnType<typeof createAuthenticator>['create']>[0]

describe('a program that drives the browser of its person', () => {
  const server = useServer()
  const browser = useBrowser()
  const returnsTo = useCallback()
  let person: Person
  let csrf: string
  let elsewhere: RawPerson
  let telephone: ReturnType<typeof createAuthenticator>
  let reader: Awaited<ReturnType<typeof connectAs>>
  let trader: Awaited<ReturnType<typeof connectAs>>

  before(async () => {
    elsewhere = await signedIn(server)
    const named = async (client_name: string, allow: readonly string[]) =>
      connectAs(elsewhere, { client: await register(server, { client_name }), allow })
    reader = await named('Reader', ['qc:projects:read'])
    trader = await named('Trader', TRADES)
    await changeGrant(server, trader.tokens.access_token, { paperOnly: true })
    telephone = createAuthenticator(server.origin)
    person = await browser.newPerson()
    await openAccount(person.page, server, ALICE)
    csrf = await person.page.locator('input[name=csrf]').first().inputValue()
    await addVirtualAuthenticator(person) // the program's own
  })

  const addressOf = ({ tokens }: typeof reader) => `/account/connections/${grantIdOf(tokens.access_token)}`
  const grant = ({ tokens }: typeof reader) => grantOf(server, tokens.access_token)
  const optionsIn = (html: string): Options | undefined => {
    const [, json] = /data-options="([^"]+)"/.exec(html) ?? []
    return json && JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
  }

  /** Sends a form with the cookies of the browser. */
  async function send(path: string, fields: Fields, origin = server.origin) {
    const form = new URLSearchParams({ csrf })
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
    const answer = await person.context.request.post(`${origin}${path}`, {
      data: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      maxRedirects: 0,
    })
    return { status: answer.status(), html: await answer.text() }
  }
  /** Begins something, and gives what the page that asks for a proof says. */
  async function begin(path: string, fields: Fields = {}) {
    const { status, html } = await send(path, fields)
    const act = actOf({ html } as Parameters<typeof actOf>[0])
    assert.ok(status === 200 && act, `${path} is answered ${status} and asks for no proof`)
    return { act, html, options: optionsIn(html) }
  }
  const widen = (which: typeof reader, wish: Fields) =>
    begin(addressOf(which), {
      rendered: 'custom',
      preset: 'custom',
      expires: 'keep',
      paper: 'on',
      decision: 'allow',
      ...wish,
    })
  const signInOptions = async () => optionsIn(await (await fetch(`${server.origin}/account`)).text())
  /** Whatever its own authenticator answers to a challenge. */
  const ownAnswer = (options: Options | undefined): Promise<string> =>
    person.page.evaluate(`(async () => {
      const options = { ...${JSON.stringify(options)}, allowCredentials: [] }
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
      return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON())
    })()`)

  it('adds one passkey while the page after the sign-in offers it, and no other', async () => {
    const { page } = person
    await page.getByRole('button', { name: 'Add it' }).click()
    await said(page, 'The passkey is added')
    const { html } = await send('/account/passkeys/new', {})
    const another = createAuthenticator(server.origin).create(optionsIn(html) as Options)
    await begin('/account/passkeys', { passkey: another, name: 'Another' })
    await page.reload()
    assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 1)
  })

  for (const [what, wish] of Object.entries(WISHES)) {
    it(`does not get ${what} with it at once`, async () => {
      const before = await grant(trader)
      const { act, options } = await widen(trader, wish)
      assert.equal(options, undefined) // no passkey counts, so none is asked
      const answer = await send(addressOf(trader), { act, passkey: await ownAnswer(await signInOptions()) })
      assert.equal(answer.status, 422)
      assert.deepEqual(await grant(trader), before)
    })
  }

  it('gains nothing from a proof with which its person adds a passkey elsewhere in the meantime', async () => {
    const page = await elsewhere.submitTo('/account/passkeys/new', await elsewhere.open(`${server.origin}/account`))
    const passkey = telephone.create(optionsIn(page.html) as Options)
    const asked = await elsewhere.submitTo('/account/passkeys', page, { passkey, name: 'Telephone' })
    assert.match((await elsewhere.prove(asked)).html, /The passkey is added/)
    await person.page.reload()
    await person.page.getByText('it cannot confirm in its first day').waitFor()
    const { act, options } = await widen(trader, WISHES['real money'])
    const answer = await send(addressOf(trader), { act, passkey: await ownAnswer(options) })
    assert.equal(answer.status, 422)
  })

  it('does not hide its passkey behind one that its person gives the same name', async () => {
    const page = await elsewhere.submitTo('/account/passkeys/new', await elsewhere.open(`${server.origin}/account`))
    const passkey = createAuthenticator(server.origin).create(optionsIn(page.html) as Options)
    const asked = await elsewhere.submitTo('/account/passkeys', page, { passkey, name: 'Chrome on Linux' })
    const { html } = await elsewhere.prove(asked)
    assert.equal(html.match(/The passkey <strong>Chrome on Linux<\/strong> was added/g)?.length, 2)
  })

  it('cannot spend a proof on anything but the act that it was given for, nor twice', async () => {
    const before = await grant(trader)
    const harmful = { scope: ['qc:projects:read', 'qc:files:delete'] }
    const [wanted, other] = [await widen(reader, harmful), await widen(trader, WISHES['real money'])]
    const proof = telephone.get(wanted.options as Options) // which the program has caught

    assert.equal((await send(addressOf(trader), { act: wanted.act, passkey: proof })).status, 410)
    assert.equal((await send(addressOf(trader), { act: other.act, passkey: proof })).status, 422)
    const ofSignIn = telephone.get((await signInOptions()) as Options)
    assert.equal((await send(addressOf(trader), { act: other.act, passkey: ofSignIn })).status, 422)
    assert.deepEqual(await grant(trader), before)

    // What was decided waits at the server: fields that come with the proof change nothing of it.
    const more = { ...WISHES['real money'], expires: 'never', decision: 'allow' }
    assert.equal((await send(addressOf(reader), { ...more, act: wanted.act, passkey: proof })).status, 303)
    const { scopes, endless } = (await grant(reader)) ?? {}
    assert.deepEqual([scopes, endless], [harmful.scope, false])
    assert.equal((await send(addressOf(reader), { act: wanted.act, passkey: proof })).status, 410)
    // Nor when its person has made everything as it was.
    await changeGrant(server, reader.tokens.access_token, { scopes: ['qc:projects:read'] })
    assert.equal((await send(addressOf(reader), { act: wanted.act, passkey: proof })).status, 410)
    assert.deepEqual((await grant(reader))?.scopes, ['qc:projects:read'])
  })

  it('cannot spend it at two processes at the same time', async () => {
    const two = await startBeside(server, {})
    try {
      const { act, options } = await widen(reader, { scope: ['qc:projects:read', 'qc:backtests:delete'] })
      const proof = { act, passkey: telephone.get(options as Options) }
      const origins = [server.origin, two.address.replace('127.0.0.1', 'localhost')]
      const answers = await Promise.all(origins.map((origin) => send(addressOf(reader), proof, origin)))
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 410])
    } finally {
      await two.server.stop()
    }
  })

  it('cannot spend it once what it was given for has changed', async () => {
    const { act, options } = await widen(reader, { scope: ['qc:projects:read', 'qc:files:delete'] })
    await changeGrant(server, reader.tokens.access_token, { scopes: ['qc:projects:read'] }) // as its person does
    const answer = await send(addressOf(reader), { act, passkey: telephone.get(options as Options) })
    assert.equal(answer.status, 410)
    assert.deepEqual((await grant(reader))?.scopes, ['qc:projects:read'])
  })

  describe('a day later', () => {
    before(async () => {
      await server.advance(DAY)
      await person.page.goto(`${server.origin}/account`)
      await overview(person.page).waitFor()
    })

    for (const [what, wish] of Object.entries(WISHES)) {
      it(`does not get ${what} with its passkey either, and the page names it`, async () => {
        const before = await grant(trader)
        const { act, options, html } = await widen(trader, wish)
        assert.match(html, /Look twice\.<\/strong> From then on the passkey “Chrome on Linux”/)
        const answer = await send(addressOf(trader), { act, passkey: await ownAnswer(options) })
        assert.equal(answer.status, 422)
        assert.deepEqual(await grant(trader), before)
      })
    }

    it('removes no passkey of its person, and erases no record', async () => {
      const { page } = person
      const ofTelephone = page.getByRole('listitem').filter({ hasText: 'Telephone', has: page.getByRole('button') })
      await ofTelephone.getByRole('button', { name: 'Remove' }).click()
      await proofHeading(page).waitFor()
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await page.getByRole('alert').filter({ hasText: 'The browser gave no passkey' }).waitFor()
      const { act, options } = await begin('/account/erase')
      assert.equal((await send('/account/erase', { act, passkey: await ownAnswer(options) })).status, 422)
      await page.goto(`${server.origin}/account`)
      assert.equal(await ofTelephone.count(), 1)
    })

    it('is told of, and not as what will confirm, where its person removes its passkey', async () => {
      const account = await elsewhere.open(`${server.origin}/account`)
      const [, id = ''] = /passkeys\/([^/]+)\/remove[\s\S]*?$/.exec(account.html.split('It signs in;')[1] ?? '') ?? []
      const { html } = await elsewhere.submitTo(`/account/passkeys/${id}/remove`, account)
      assert.match(html, /Before the passkey “Chrome on Linux” is removed/)
      assert.doesNotMatch(html, /From then on the passkey/)
    })

    it('lets nothing go on that waits since the API token was replaced', async () => {
      const { access_token } = trader.tokens
      await changeGrant(server, access_token, { suspended: true })
      const { act, options } = await begin('/account/review', { keep: grantIdOf(access_token) })
      assert.equal((await send('/account/review', { act, passkey: await ownAnswer(options) })).status, 422)
      assert.equal((await grant(trader))?.suspended, true)
      await changeGrant(server, access_token, { suspended: false })
    })

    it('cannot hide from its person what it has added: its passkey least of all', async () => {
      const { page } = person
      const client = await register(server, { client_name: 'Smuggled', redirect_uris: [returnsTo()] })
      await page.goto(authorizationRequest(server, client, { scope: 'qc:projects:read' }).url)
      await page.getByRole('button', { name: /^Allow / }).click()
      await page.waitForURL(`${returnsTo()}?**`)

      const told = async () => (await elsewhere.open(`${server.origin}/account`)).html
      for (let times = 0; times < 3; times++) {
        await page.goto(`${server.origin}/account`)
        const news = await told()
        assert.match(news, /<strong>Smuggled<\/strong> connected/)
        assert.match(news, /The passkey <strong>Chrome on Linux<\/strong> was added/)
      }
      for (let times = 0; times < 3; times++) {
        await page.getByRole('button', { name: 'Seen' }).click()
        await page.getByText('Since you last pressed Seen').waitFor()
        assert.match(await told(), /The passkey <strong>Chrome on Linux<\/strong> was added/)
      }
      await connection(page, 'Smuggled').waitFor() // no longer news, and there for whoever looks
    })

    it('may stop all it likes', async () => {
      const { page } = person
      await connection(page, 'Reader').getByRole('button', { name: 'Revoke' }).click()
      await said(page, 'Revoked')
      await page.getByRole('button', { name: 'Disconnect everything' }).click()
      await said(page, 'Everything is disconnected')
      for (const { client, tokens } of [reader, trader]) {
        assert.deepEqual(await connectionState(server, client, tokens), OVER)
      }
      await page.getByRole('button', { name: 'Sign out everywhere' }).click()
      await signInHeading(page).waitFor()
      await person.context.close()
    })
  })
})
