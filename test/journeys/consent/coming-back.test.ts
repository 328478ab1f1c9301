// What people do with browsers: two tabs, the back button, a second press, a page that was left open too long. Each ends
// where it should, or on a page that says what to do.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { KEYS } from '../../../src/storage/keys.ts'
import { remove } from '../../../src/storage/store.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { BOB } from '../../support/accounts.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import { scopeCheckbox, scopeParameter, signIn, useConsentPage } from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import { grantOf, grantsOfAccount, withStore } from '../../support/stored.ts'

describe('a visit to the consent page', () => {
  const { server, browser, open, arrive, allow, press, returned, exchange } = useConsentPage()
  let page: Page
  let context: BrowserContext
  before(async () => {
    ;({ page, context } = await browser.newPerson())
  })

  /** A page that says that this visit is over, and what to do. */
  async function over(at: Page): Promise<string> {
    await at.getByRole('heading', { name: 'This request is over' }).waitFor()
    const said = await at.locator('main').innerText()
    assert.match(said, /[Gg]o back to your assistant and connect again/)
    return said
  }

  describe('in two tabs', () => {
    it('of one program makes one connection: the later answer is the one that holds', async () => {
      const first = await arrive(page, scopeParameter('qc:projects:read', 'qc:files:read'))
      const other = await context.newPage()
      const second = await arrive(other, scopeParameter('qc:projects:read', 'qc:account:read'), first.client)
      await press(other, 'Allow')
      await returned(other)
      await press(page, 'Allow')
      await returned(page)

      const early = await exchange(other, second)
      const late = await exchange(page, first)
      assert.equal(grantIdOf(early.access_token), grantIdOf(late.access_token))
      const own = (await grantsOfAccount(server, late.access_token)).filter(
        ({ clientId }) => clientId === first.client.client_id,
      )
      assert.deepEqual(
        own.map(({ scopes }) => scopes),
        [['qc:projects:read', 'qc:files:read']],
      )
      assert.equal(late.scope, 'qc:projects:read qc:files:read')
      assert.doesNotMatch(early.scope, /account/) // no token says more than is allowed now
      assert.equal(await permissionOutcome(server, early, 'read_account'), 'needs qc:account:read')
      assert.equal(await permissionOutcome(server, late, 'list_projects'), 'done')
      await other.close()
    })

    it('of two programs makes two connections, though the person signs in in both', async () => {
      const { page: left, context: own } = await browser.newPerson()
      const right = await own.newPage()
      const first = await open(left, scopeParameter('qc:projects:read'))
      const second = await open(right, scopeParameter('qc:account:read'))
      await signIn(left)
      await signIn(right)
      const [one, two] = [await allow(left, first), await allow(right, second)]
      assert.deepEqual([one.scope, two.scope], ['qc:projects:read', 'qc:account:read'])
      assert.notEqual(grantIdOf(one.access_token), grantIdOf(two.access_token))
      assert.equal(await permissionOutcome(server, one, 'list_projects'), 'done')
      assert.equal(await permissionOutcome(server, two, 'read_account'), 'done')
      await own.close()
    })

    it('allows nothing for the first person after another one signed in in the second tab', async () => {
      const { page: left, context: own } = await browser.newPerson()
      const right = await own.newPage()
      const first = await arrive(left, scopeParameter('qc:projects:read'))
      await arrive(right, scopeParameter('qc:projects:read'))
      await press(right, 'use another account')
      await right.getByLabel('QuantConnect user id').fill(BOB.userId)
      await right.getByLabel('API token').fill(BOB.apiToken)
      await press(right, 'Sign in')
      await right.getByText('as QuantConnect user 100002').waitFor()
      await press(left, 'Allow')
      await over(left)
      const again = await arrive(left, scopeParameter('qc:projects:read'), first.client)
      assert.ok(await left.getByText('as QuantConnect user 100002').isVisible())
      assert.equal((await allow(left, again)).scope, 'qc:projects:read')
      await own.close()
    })
  })

  describe('that is finished', () => {
    it('is over for who presses the back button, and what was allowed stays allowed', async () => {
      const visit = await arrive(page, scopeParameter('qc:projects:read'))
      const tokens = await allow(page, visit)
      await page.goBack()
      const said = await over(page)
      assert.doesNotMatch(said, /Nothing was allowed/) // it was
      assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'done')
      await page.goForward()
      assert.equal((await returned(page)).searchParams.get('error'), null)
    })

    it('counts once when Allow is pressed twice in a row', async () => {
      const visit = await arrive(page, scopeParameter('qc:projects:read'))
      // The second answer would find the visit over, and a browser follows that one.
      const sent = await page.evaluate(`(() => {
        const sent = []
        addEventListener('submit', (event) => sent.push(!event.defaultPrevented))
        const allow = document.querySelector('button[value=allow]')
        allow.click()
        allow.click()
        return sent
      })()`)
      assert.deepEqual(sent, [true, false])
      const tokens = await exchange(page, visit)
      assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'done')
      const own = (await grantsOfAccount(server, tokens.access_token)).filter(
        ({ clientId }) => clientId === visit.client.client_id,
      )
      assert.equal(own.length, 1)
    })

    it('takes no second answer: a copy of the page that was left open changes nothing', async () => {
      const visit = await arrive(page, scopeParameter('qc:projects:read'))
      const copy = await context.newPage()
      await copy.goto(page.url())
      const tokens = await allow(page, visit)
      const before = await grantOf(server, tokens.access_token)
      await unfold(copy)
      await scopeCheckbox(copy, 'qc:account:read').check()
      await press(copy, 'Allow')
      await over(copy)
      assert.deepEqual(await grantOf(server, tokens.access_token), before)
      assert.equal(await permissionOutcome(server, tokens, 'read_account'), 'needs qc:account:read')
      await copy.close()
    })
  })

  describe('that cannot be finished', () => {
    for (const [where, begin] of Object.entries({
      'the consent page': (at: Page) => arrive(at, scopeParameter('qc:projects:read')),
      'the sign-in page': (at: Page) => open(at, scopeParameter('qc:projects:read')),
    })) {
      it(`says so when ${where} was left open for more than an hour, and the next visit goes well`, async () => {
        const { page: late, context: own } = await browser.newPerson()
        const { client } = await begin(late)
        await server.advance(60 * 60 + 1)
        await late.getByRole('button', { name: /^(Allow |Use the sandbox account$)/ }).click()
        await over(late)
        const again = await arrive(late, scopeParameter('qc:projects:read'), client)
        assert.equal((await allow(late, again)).scope, 'qc:projects:read')
        await own.close()
      })
    }

    for (const how of ['pressed', 'loaded again'] as const) {
      it(`says so when the program’s registration is gone and the page is ${how}`, async () => {
        const { client, request } = await arrive(page, scopeParameter('qc:projects:read'))
        await withStore(server, (store) => remove(store, KEYS.client(client.client_id)))
        if (how === 'pressed') await press(page, 'Allow')
        else await page.reload()
        await page.getByText(/Remove this server from your assistant and add it again/).waitFor()
        await page.goto(request.url) // an assistant that connects again all the same is told the same
        await page.getByText(/Remove this server from your assistant and add it again/).waitFor()
      })
    }

    it('is over in another browser, to which its address was sent', async () => {
      await arrive(page, scopeParameter('qc:projects:read'))
      const { page: elsewhere, context: own } = await browser.newPerson()
      await elsewhere.goto(page.url())
      await over(elsewhere)
      await own.close()
    })
  })
})
