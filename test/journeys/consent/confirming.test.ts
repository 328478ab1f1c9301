// Who has this browser's session need not be its person: an agent may drive it. Before anything that trades, spends, deletes
// or administers is newly allowed, the person proves that they are here. A proof counts for what its page said, and no more.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import type { Scope } from '../../../src/scopes.ts'
import { ALICE } from '../../support/accounts.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import {
  choose,
  choosePreset,
  paperOnly,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  ticked,
  useConsentPage,
} from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import type { Registration } from '../../support/raw-client.ts'
import { countGrants, grantOf } from '../../support/stored.ts'

describe('whoever comes to the consent page signed in', () => {
  const { server, browser, arrive, allow, press, exchange } = useConsentPage()
  let page: Page
  before(async () => {
    ;({ page } = await browser.newPerson())
    await arrive(page, scopeParameter('qc:projects:read')) // signs in
  })

  const asksWho = async () => {
    await page.getByRole('heading', { name: 'Show that it is you' }).waitFor()
  }
  async function confirm(apiToken: string = ALICE.apiToken): Promise<void> {
    await page.getByLabel('API token').fill(apiToken)
    await press(page, 'Confirm')
  }
  async function connected(scopes: readonly Scope[], client?: Registration) {
    const visit = await arrive(page, scopeParameter(...scopes), client)
    return { client: visit.client, tokens: await allow(page, visit) }
  }

  it('is asked for no proof of what only reads and changes, on a first visit or a later one', async () => {
    const { client } = await connected(['qc:projects:read'])
    const visit = await arrive(page, scopeParameter('qc:projects:write', 'qc:backtests:write'), client)
    await scopeCheckbox(page, 'qc:files:write').check()
    assert.equal(
      (await allow(page, visit)).scope,
      scopeParameter('qc:projects:read', 'qc:projects:write', 'qc:files:write', 'qc:backtests:write'),
    )
  })

  // That each dangerous permission asks is said in permissions/choice.test.ts.
  it('is asked for the API token before anything is allowed that trades', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:live:execute'))
    await scopeCheckbox(page, 'qc:live:execute').check()
    const before = await countGrants(server)
    await press(page, 'Allow')
    await asksWho()
    assert.equal(await countGrants(server), before)
    await confirm()
    const { scope } = await exchange(page, visit)
    assert.equal(scope.split(' ').toSorted().join(' '), scopeParameter('qc:live:execute', 'qc:projects:read'))
  })

  it('is refused with a wrong token as often as they try, and goes on with the right one, with nothing lost', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:projects:delete'))
    await choosePreset(page, 'admin', /^Everything/)
    await scopeCheckbox(page, 'qc:admin:write').uncheck()
    await realMoney(page).check()
    await choose(page, /^one day/)
    const wanted = await ticked(page)
    await press(page, 'Allow')
    await asksWho()
    for (const wrong of ['of somebody else', 'sandbox-bob']) {
      await confirm(wrong)
      await page.getByRole('alert').getByText('That is not the API token that is stored here').waitFor()
      assert.equal(await page.getByLabel('API token').inputValue(), '')
    }
    await confirm()
    const tokens = await exchange(page, visit)
    assert.deepEqual(tokens.scope.split(' ').toSorted(), wanted.toSorted())
    const { paperOnly: paper, expiresAt = 0, createdAt = 0 } = (await grantOf(server, tokens.access_token)) ?? {}
    assert.deepEqual([paper, Math.ceil((expiresAt - createdAt) / 3600)], [false, 24])
    assert.doesNotMatch(await permissionOutcome(server, tokens, 'delete_project', { projectId: 1 }), /^needs/)
  })

  it('goes back to what they chose if they would rather not, and nothing was allowed', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:projects:delete'))
    await scopeCheckbox(page, 'qc:projects:delete').check()
    const before = await countGrants(server)
    await press(page, 'Allow')
    await asksWho()
    await page.getByRole('button', { name: 'Back' }).click()
    await unfold(page)
    assert.ok(await scopeCheckbox(page, 'qc:projects:delete').isChecked())
    assert.equal(await countGrants(server), before)
    await scopeCheckbox(page, 'qc:projects:delete').uncheck()
    assert.equal((await allow(page, visit)).scope, 'qc:projects:read')
  })

  it('proves it for one program at a time', async () => {
    const dangerous = async () => {
      const visit = await arrive(page, scopeParameter('qc:projects:delete'))
      await scopeCheckbox(page, 'qc:projects:delete').check()
      await press(page, 'Allow')
      await asksWho()
      return visit
    }
    const first = await dangerous()
    await confirm()
    await exchange(page, first)
    await dangerous()
  })

  it('decides anew when the proof comes after more than ten minutes', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:delete'))
    await scopeCheckbox(page, 'qc:projects:delete').check()
    const before = await countGrants(server)
    await press(page, 'Allow')
    await asksWho()
    await server.advance(10 * 60 + 1)
    await confirm()
    await page.getByRole('heading', { name: 'This is over' }).waitFor()
    assert.equal(await countGrants(server), before)
    await page.getByRole('link', { name: 'Look at it again' }).click()
    await unfold(page)
    await scopeCheckbox(page, 'qc:projects:delete').check()
    assert.equal((await allow(page, visit)).scope, 'qc:projects:delete')
  })

  it('proves it for what trades on paper whenever its program comes back, and for real money instead of paper', async () => {
    const first = await arrive(page, scopeParameter('qc:projects:read', 'qc:live:write'))
    await scopeCheckbox(page, 'qc:live:write').check()
    assert.ok(await paperOnly(page).isChecked())
    await press(page, 'Allow')
    await asksWho()
    await confirm()
    const tokens = await exchange(page, first)

    const same = await arrive(page, scopeParameter('qc:live:write'), first.client)
    await press(page, 'Allow')
    await asksWho()
    await page.getByText(/whoever asks now as .* gets this connection/).waitFor()
    await confirm()
    assert.equal((await exchange(page, same)).scope, tokens.scope)

    const visit = await arrive(page, scopeParameter('qc:live:write'), first.client)
    assert.ok(await paperOnly(page).isChecked())
    await realMoney(page).check()
    await press(page, 'Allow')
    await asksWho()
    assert.equal((await grantOf(server, tokens.access_token))?.paperOnly, true)
    await confirm()
    assert.equal((await grantOf(server, (await exchange(page, visit)).access_token))?.paperOnly, false)
  })
})

describe('whoever signs in on the way to the consent page', () => {
  const { server, browser, arrive, press, exchange } = useConsentPage()

  it('has proven enough for trading on paper, for this program and in this visit', async () => {
    const { page, context } = await browser.newPerson()
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:live:write'))
    await scopeCheckbox(page, 'qc:live:write').check()
    await press(page, 'Allow')
    const { paperOnly, scopes } = (await grantOf(server, (await exchange(page, visit)).access_token)) ?? {}
    assert.deepEqual([paperOnly, scopes], [true, ['qc:projects:read', 'qc:live:write']])

    await arrive(page, scopeParameter('qc:live:write'))
    await scopeCheckbox(page, 'qc:live:write').check()
    await press(page, 'Allow')
    await page.getByRole('heading', { name: 'Show that it is you' }).waitFor()
    await context.close()
  })

  for (const [what, change] of Object.entries({
    'real money': (page: Page) => realMoney(page).check(),
    'what deletes': (page: Page) => scopeCheckbox(page, 'qc:projects:delete').check(),
  })) {
    it(`has not for ${what}`, async () => {
      const { page, context } = await browser.newPerson()
      await arrive(page, scopeParameter('qc:live:write', 'qc:projects:delete'))
      await scopeCheckbox(page, 'qc:live:write').check()
      await change(page)
      await press(page, 'Allow')
      await page.getByRole('heading', { name: 'Show that it is you' }).waitFor()
      assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0) // there is none
      await context.close()
    })
  }
})
