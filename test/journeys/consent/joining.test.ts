// Coming back under a name that another program has too: on one computer nobody can tell the two apart. Whoever joins a living
// connection gets all that it has, so its person sees what that is, proves that they are here where it is dangerous, and may
// give a connection of its own instead.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import type { Scope } from '../../../src/scopes.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { proofHeading, proveWith, said, signInAs } from '../../support/account-page.ts'
import { ALICE } from '../../support/accounts.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import type { ConsentVisit } from '../../support/consent-page.ts'
import {
  allowButton,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  summary,
  useConsentPage,
} from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { countGrants, grantOf } from '../../support/stored.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

const SEPARATELY = 'Connect separately, with only what it asks for'

describe('a program that comes back under the name of another', () => {
  const { server, browser, program, arrive, press, allow, exchange, returned } = useConsentPage()
  let page: Page
  let first: Registration
  let trader: Tokens
  let reader: Tokens
  before(async () => {
    ;({ page } = await browser.newPerson())
    first = await program({ client_name: 'Terminal' })
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:live:write'), first)
    await scopeCheckbox(page, 'qc:live:write').check()
    await realMoney(page).check()
    trader = await allow(page, visit)
    assert.equal(await permissionOutcome(server, trader, 'list_projects'), 'done')
  })

  const grantId = ({ access_token }: Tokens) => grantIdOf(access_token)
  /** Another program that calls itself the same, and sends its person here. */
  async function comeBack(at: Page = page, ...more: readonly Scope[]): Promise<ConsentVisit> {
    const second = await program({ client_name: 'Terminal' })
    assert.equal(second.client_id, first.client_id)
    return arrive(at, scopeParameter('qc:projects:read', ...more), second)
  }

  it('shows what the connection may do, that it is about real money, how long it lives and when it was used', async () => {
    await comeBack()
    const seen = await page.locator('main').innerText()
    assert.match(seen, /Terminal wants to connect to .* again/)
    assert.match(seen, /Connection\s+since .* · real money · last used .*\d.* · ends on .*, in 30 days/)
    await summary(page)
      .getByText(/look at projects and trade with real money; it will not be able to build/)
      .waitFor()
  })

  it('gets nothing without a proof, and all of the connection with it', async () => {
    const [grant, count] = [await grantOf(server, trader.access_token), await countGrants(server)]
    await comeBack()
    await press(page, 'Allow')
    await page.getByText(/Before whoever asks now as “Terminal” gets this connection/).waitFor()
    assert.ok(page.url().startsWith(server.origin))
    await press(page, 'Back')
    await press(page, 'Deny')
    assert.equal((await returned(page)).searchParams.get('error'), 'access_denied')
    assert.deepEqual([await grantOf(server, trader.access_token), await countGrants(server)], [grant, count])

    const visit = await comeBack()
    await press(page, 'Allow')
    await proveWith(page, ALICE.apiToken)
    const joined = await exchange(page, visit)
    assert.deepEqual([grantId(joined), joined.scope], [grantId(trader), 'qc:projects:read qc:live:write'])
  })

  it('gets nothing either from a sign-in in that very visit', async () => {
    const { page: other, context } = await browser.newPerson()
    await comeBack(other)
    await press(other, 'Allow')
    await proofHeading(other).waitFor()
    await context.close()
  })

  it('gets the harmless part of what it asks for in a connection of its own, with one press', async () => {
    const visit = await comeBack(page, 'qc:files:read', 'qc:live:write', 'qc:projects:delete')
    await press(page, SEPARATELY)
    reader = await exchange(page, visit)
    assert.equal(reader.scope, 'qc:projects:read qc:files:read')
    assert.notEqual(grantId(reader), grantId(trader))
    assert.equal((await grantOf(server, reader.access_token))?.paperOnly, true)
    assert.deepEqual((await grantOf(server, trader.access_token))?.scopes, ['qc:projects:read', 'qc:live:write'])
  })

  describe('when several live', () => {
    const which = (says: RegExp) => page.getByRole('radio', { name: says })

    it('is let into the one that its person chooses: without a proof where it is harmless', async () => {
      const visit = await comeBack()
      await page.getByText('You have connected Terminal more than once').waitFor()
      await which(/look at projects and code; it cannot build/).check()
      await press(page, 'Allow')
      assert.equal(grantId(await exchange(page, visit)), grantId(reader))
    })

    it('is let into it with a proof where it trades', async () => {
      const visit = await comeBack()
      await which(/real money .* trade with real money/).check()
      await press(page, 'Allow')
      await proveWith(page, ALICE.apiToken)
      assert.equal(grantId(await exchange(page, visit)), grantId(trader))
    })

    it('is let into none as long as they have not chosen', async () => {
      await comeBack()
      await press(page, 'Allow')
      await page.evaluate('document.querySelector("form[method=post]:has([name=connection])").noValidate = true')
      await press(page, 'Allow')
      await page.getByRole('alert').getByText('Please say which connection it is.').waitFor()
    })

    it('leaves room for a first passkey on the page that asks, before anything is chosen there', async () => {
      const other = await browser.newPerson()
      const device = await addVirtualAuthenticator(other)
      const { request } = await comeBack()
      await other.page.goto(request.url)
      await signInAs(other.page, ALICE)
      await press(other.page, 'Add a passkey')
      await said(other.page, 'The passkey is added')
      assert.equal((await device.credentials()).length, 1)
      await other.page.getByText('Which connection is it?').waitFor()
      await other.context.close()
    })

    it('is let into one that they first look at, and make narrower', async () => {
      const visit = await comeBack()
      await which(/look at projects and code/).check()
      await press(page, 'Look at it, or change it')
      await allowButton(page).waitFor()
      await unfold(page)
      await scopeCheckbox(page, 'qc:files:read').uncheck()
      const narrowed = await allow(page, visit)
      assert.deepEqual([grantId(narrowed), narrowed.scope], [grantId(reader), 'qc:projects:read'])
    })

    it('is let into a new one, for which they choose what it may do', async () => {
      const visit = await comeBack(page, 'qc:account:read')
      await which(/A new one/).check()
      await press(page, 'Look at it, or change it')
      await allowButton(page).waitFor()
      await unfold(page)
      await scopeCheckbox(page, 'qc:projects:read').uncheck()
      const made = await allow(page, visit)
      assert.equal(made.scope, 'qc:account:read')
      assert.ok(![trader, reader].map(grantId).includes(grantId(made)))
    })
  })

  it('shows what a new one may do, and complains of nothing, when Allow is pressed on the page that asks', async () => {
    await comeBack()
    await page.getByRole('radio', { name: /A new one/ }).check()
    await press(page, 'Allow')
    await page.getByText('May: look 1/1').click()
    await page.getByText('1 of 1 look').click()
    assert.ok(await scopeCheckbox(page, 'qc:projects:read').isChecked())
    assert.equal(await page.getByRole('alert').filter({ visible: true }).count(), 0)
  })

  it('joins a harmless connection with one press, which says what it may do', async () => {
    const client = await program({ client_name: 'Notes' })
    const tokens = await allow(page, await arrive(page, scopeParameter('qc:projects:read'), client))
    const visit = await arrive(page, scopeParameter('qc:projects:read'), await program({ client_name: 'Notes' }))
    await summary(page)
      .getByText(/Notes will be able to look at projects; it will not be able to build/)
      .waitFor()
    await press(page, 'Allow')
    assert.equal(grantId(await exchange(page, visit)), grantId(tokens))
  })
})
