// Odd ways through the pages of permissions: back with the button of the browser, along the presets with the arrow keys, with
// Enter in a field, faster than the server answers, and without an answer. What a page says is what it then does.
import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { Page, Route } from 'playwright-core'
import type { Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, GROUPS } from '../../../src/scopes.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { proofHeading, said, save, scopeBox } from '../../support/account-page.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import {
  allowButton,
  choose,
  choosePreset,
  DAY,
  endOn,
  fold,
  paperOnly,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  summary,
  ticked,
  useConsentPage,
} from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import { authorizationRequest } from '../../support/raw-client.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import { changeGrant, countGrants, grantOf, grantsOfAccount } from '../../support/stored.ts'

const RESEARCH = scopeParameter(...GROUPS.research)
const LOOK = scopeParameter('qc:projects:read')

describe('a page of permissions', () => {
  const { server, browser, program, open, arrive, allow, press } = useConsentPage()
  let page: Page
  /** The same person without scripts, and without a browser. */
  let plain: Page
  let raw: RawPerson
  let complaints: string[]
  before(async () => {
    ;({ page, complaints } = await browser.newPerson())
    ;({ page: plain } = await browser.newPerson({ javaScriptEnabled: false }))
    await Promise.all([arrive(page, LOOK), arrive(plain, LOOK)])
    raw = await signedIn(server)
  })
  afterEach(() => assert.deepEqual(complaints.splice(0), []))

  const button = (name: string, on = page) => on.getByRole('button', { name, exact: true })
  /** A program that may do this already, and its token. */
  async function connected(...scopes: readonly Scope[]) {
    const parameters = { scope: scopeParameter(...scopes) }
    const { client, tokens } = await connectAs(raw, { client: await program(), parameters, allow: scopes })
    return { client, token: tokens.access_token }
  }
  const openPageOf = (token: string, on = page) => on.goto(`${server.origin}/account/connections/${grantIdOf(token)}`)

  describe('after Back is as the server made it,', () => {
    /** Ticks more, for longer, follows the link below the page, and comes back with the button of the browser. */
    async function chooseAndComeBack(): Promise<void> {
      for (const scope of ['qc:account:read', 'qc:files:read'] as const) await scopeCheckbox(page, scope).check()
      await choose(page, /^until I end it/)
      await summary(page).getByText('look at your account, projects and code').waitFor()
      await endOn(page).getByText('until you end it').waitFor()
      await page.getByRole('contentinfo').getByRole('link', { name: 'What is kept about you' }).click()
      await page.waitForURL('**/privacy')
      await page.goBack()
      await unfold(page)
    }

    it('and Allow grants just what its sentence says', async () => {
      const visit = await open(page, LOOK)
      await unfold(page)
      await chooseAndComeBack()
      assert.match(await summary(page).innerText(), /will be able to look at projects; it will not be able to build/)
      assert.match(await endOn(page).innerText(), DAY)
      assert.deepEqual(await ticked(page), ['qc:projects:read'])
      assert.ok(await page.getByRole('radio', { name: '30 days' }).isChecked())
      const grant = await grantOf(server, (await allow(page, visit)).access_token)
      assert.deepEqual([grant?.scopes, grant?.endless], [['qc:projects:read'], false])
      assert.equal(Math.round(((grant?.expiresAt ?? 0) - (grant?.createdAt ?? 0)) / 60 / 60 / 24), 30)
    })

    it('and Save on the page of a connection leaves it as it was', async () => {
      const { token } = await connected('qc:projects:read')
      const before = await grantOf(server, token)
      await openPageOf(token)
      await page.getByLabel('What you call it').fill('Not saved')
      await chooseAndComeBack()
      assert.deepEqual(await ticked(page), ['qc:projects:read'])
      assert.ok(await page.getByRole('radio', { name: /^as it is/ }).isChecked())
      await save(page)
      await said(page, 'Saved')
      assert.deepEqual(await grantOf(server, token), { ...before, name: before?.client?.name })
    })
  })

  describe('of a connection that comes back is again', () => {
    for (const [money, passed, says, is] of [
      ['on paper', 'live', /^Live/, paperOnly],
      ['with real money', 'readonly', /^Look/, realMoney],
    ] as const)
      it(`${money}, where it was, once What it asks for is chosen after ${passed}`, async () => {
        const { client, token } = await connected('qc:projects:read', 'qc:live:write')
        await changeGrant(server, token, { paperOnly: is === paperOnly })
        const visit = await open(page, scopeParameter('qc:projects:read', 'qc:files:read'), client)
        await choosePreset(page, passed, says)
        await choosePreset(page, 'requested', /^What it asks for/)
        await button(`Allow trading ${money}`).waitFor()
        assert.ok(await is(page).isChecked())
        assert.match(await summary(page).innerText(), new RegExp(`look at projects and code and trade ${money};`))
        const grant = await grantOf(server, (await allow(page, visit)).access_token)
        assert.equal(grant?.paperOnly, is === paperOnly)
      })
  })

  it('goes on paper to Trader and to Everything where the arrow keys only pass Live', async () => {
    await open(page, RESEARCH)
    await fold(page, /^More/).click()
    await choosePreset(page, 'paper', /^Paper(?! trading)/)
    for (const [preset, scopes, says, is] of [
      ['live', GROUPS.trader, 'Allow trading with real money', realMoney],
      ['trader', GROUPS.trader, 'Allow trading on paper', paperOnly],
      ['admin', ALL_SCOPES, 'Allow running your account', paperOnly],
    ] as const) {
      await page.keyboard.press('ArrowDown')
      await page.locator(`input[name=rendered][value=${preset}]`).waitFor({ state: 'attached' })
      await button(says).waitFor()
      assert.deepEqual((await ticked(page)).toSorted(), scopes.toSorted())
      assert.ok(await is(page).isChecked(), preset)
    }
    assert.match(await summary(page).innerText(), /it will not be able to trade with real money\.$/)
  })

  it('shows the connection that is chosen of several, and connects nothing, when Enter is pressed on it', async () => {
    const { client, token } = await connected('qc:projects:read')
    const { url } = authorizationRequest(server, client, { scope: scopeParameter('qc:projects:read', 'qc:files:read') })
    await raw.submit(await raw.arrive(url), { decision: 'separate' })
    const [count, before] = [await countGrants(server), await grantsOfAccount(server, token)]
    await open(page, LOOK, client)
    const [, can = ''] = /(look at projects.*?);/.exec(await page.locator('label:has(input)').first().innerText()) ?? []
    for (const key of ['Space', 'Enter']) await page.getByRole('radio').first().press(key)
    await allowButton(page).waitFor()
    assert.match(await summary(page).innerText(), new RegExp(`will be able to ${can}; it`))
    assert.match(await page.locator('main').innerText(), /Connection\s+since/)
    assert.deepEqual([await countGrants(server), await grantsOfAccount(server, token)], [count, before])
  })

  it('without scripts says My own choice, and no more Look, once something else is ticked', async () => {
    await open(plain, RESEARCH)
    await choose(plain, /^Look/)
    await press(plain, 'Allow')
    await plain.getByRole('status').getByText('These are the boxes of “Look”').waitFor()
    await unfold(plain)
    await scopeCheckbox(plain, 'qc:live:write').check()
    await press(plain, 'Preview')
    await button('Allow trading on paper', plain).waitFor()
    await realMoney(plain).check()
    await press(plain, 'Preview')
    await button('Allow trading with real money', plain).waitFor()
    assert.equal(await plain.getByRole('radio', { name: /^Look/ }).isChecked(), false)
    await fold(plain, /^More My own choice$/).click()
    assert.ok(await plain.getByRole('radio', { name: /^My own choice/ }).isChecked())
    assert.deepEqual((await ticked(plain)).toSorted(), [...GROUPS.readonly, 'qc:live:write'].toSorted())
  })

  describe('with scripts', () => {
    /** What becomes of each question of the script, until the page asks undisturbed again. */
    const meetPreviews = (meet: (route: Route) => Promise<void>) =>
      page.route('**/interaction/*', (route) =>
        /\bdecision=preview\b/.test(route.request().postData() ?? '') ? meet(route) : route.continue(),
      )
    afterEach(() => page.unrouteAll({ behavior: 'ignoreErrors' }))

    it('agrees with itself where a preset and an end are chosen before the first answer comes', async () => {
      await open(page, RESEARCH)
      await unfold(page)
      const { promise: held, resolve: answer } = Promise.withResolvers<void>()
      await meetPreviews((route) => held.then(() => route.continue()))
      await choose(page, /^Live/)
      await choose(page, /^one hour/)
      answer()
      await summary(page).getByText('trade with real money').waitFor()
      assert.match(await endOn(page).innerText(), /^until \d{2}:\d{2}$/)
      assert.deepEqual((await ticked(page)).toSorted(), GROUPS.trader.toSorted())
      assert.ok(await realMoney(page).isChecked())
      assert.equal(await allowButton(page).innerText(), 'Allow trading with real money')
    })

    it('says no end that is not chosen while no answer comes, and all of it again once one does', async () => {
      await open(page, LOOK)
      await unfold(page)
      await meetPreviews((route) => route.abort())
      await choose(page, /^until I end it/)
      await summary(page).getByText('This sentence cannot be renewed right now. What is ticked counts.').waitFor()
      assert.equal(await endOn(page).innerText(), 'ends as chosen')
      assert.ok(await fold(page, /^Ends as chosen$/).isVisible())
      await page.unrouteAll({ behavior: 'wait' })
      await scopeCheckbox(page, 'qc:account:read').check()
      await summary(page).getByText('look at your account and projects; it will not').waitFor()
      assert.equal(await endOn(page).innerText(), 'until you end it')
      assert.ok(await fold(page, /^May: look 2\/2$/).isVisible())
      assert.ok(await fold(page, /^\d+ tools$/).isVisible())
      assert.match(complaints.splice(0).join('\n'), /^\S+: Failed to load resource: net::ERR_FAILED$/)
    })

    it('moves the ✓ of what is asked for on top along with the boxes', async () => {
      const { client } = await connected('qc:projects:read')
      await open(page, scopeParameter('qc:projects:read', 'qc:files:write', 'qc:live:write'), client)
      const difference = page.getByText(/^It has: look at projects\. It\s+asks for:/)
      assert.match(await difference.innerText(), /write code ✓ · start live algorithms \(tick it yourself\)$/)
      await unfold(page)
      await scopeCheckbox(page, 'qc:files:write').uncheck()
      await scopeCheckbox(page, 'qc:live:write').check()
      await button('Allow trading on paper').waitFor()
      await difference.filter({ hasText: /write code \(tick it yourself\) · start live algorithms ✓$/ }).waitFor()
    })
  })

  for (const how of ['with scripts', 'without scripts'])
    describe(`of a connection, ${how},`, () => {
      const on = () => (how === 'with scripts' ? page : plain)
      const heading = (name: string) => on().getByRole('heading', { name: `Permissions of ${name}`, exact: true })
      const name = () => on().getByLabel('What you call it')

      it('saves a new name when Enter is pressed in its field', async () => {
        const { token } = await connected('qc:projects:read')
        await openPageOf(token, on())
        await name().fill(`Desk ${how}`)
        await name().press('Enter')
        await said(on(), 'Saved')
        assert.equal((await grantOf(server, token))?.name, `Desk ${how}`)
        await openPageOf(token, on())
        assert.ok(await heading(`Desk ${how}`).isVisible())
      })

      it('has no name in its heading that is not saved', async () => {
        const { client, token } = await connected('qc:projects:read')
        await openPageOf(token, on())
        await name().fill('Not saved')
        await scopeBox(on(), 'qc:live:write').check()
        await save(on())
        await proofHeading(on()).waitFor()
        await press(on(), 'Back')
        assert.equal(await name().inputValue(), 'Not saved')
        assert.ok(await heading(String(client.client_name)).isVisible())
        assert.equal((await grantOf(server, token))?.name, undefined)
      })
    })

  it('shows a name of 40 emoji whole', async () => {
    const client = await program({ client_name: '📈'.repeat(40) })
    const { html } = await raw.arrive(authorizationRequest(server, client, { scope: LOOK }).url)
    assert.match(html, /<h1>(📈){40} asks to use a sandbox account<\/h1>/u)
  })
})
