// Who has this browser's session need not be its person: an agent may drive it. Before anything that trades, spends, deletes
// or administers is newly allowed, the person shows again who they are. It counts for five minutes.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { Scope } from '../../../src/scopes.ts'
import { ALICE } from '../../support/accounts.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import {
  choose,
  choosePreset,
  scopeCheckbox,
  scopeParameter,
  ticked,
  useConsentPage,
} from '../../support/consent-page.ts'
import type { Registration } from '../../support/raw-client.ts'
import { countGrants, grantOf } from '../../support/stored.ts'

const paperOnly = (page: Page): Locator => page.getByRole('checkbox', { name: /^Paper trading only/ })

describe('more than five minutes after signing in', () => {
  const { server, browser, arrive, allow, press, exchange } = useConsentPage()
  let page: Page
  before(async () => {
    ;({ page } = await browser.newPerson())
    await arrive(page, scopeParameter('qc:projects:read')) // signs in
  })
  beforeEach(() => server.advance(5 * 60 + 1))

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

  it('nothing is asked for what only reads and changes, on a first visit or a later one', async () => {
    const { client } = await connected(['qc:projects:read'])
    const visit = await arrive(page, scopeParameter('qc:projects:write', 'qc:backtests:write'), client)
    await page.getByText('Allow more than it asks for').click()
    await scopeCheckbox(page, 'qc:files:write').check()
    assert.equal(
      (await allow(page, visit)).scope,
      scopeParameter('qc:projects:read', 'qc:projects:write', 'qc:files:write', 'qc:backtests:write'),
    )
  })

  // That each dangerous permission asks is said in permissions/choice.test.ts.
  it('the API token is asked for before anything is allowed that trades', async () => {
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

  it('a wrong token is refused as often as it is tried, and the right one goes on with nothing lost', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:projects:delete'))
    await choosePreset(page, 'admin', /^Everything/)
    await scopeCheckbox(page, 'qc:admin:write').uncheck()
    await paperOnly(page).uncheck()
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
    const { paperOnly: paper, lifetime } = (await grantOf(server, tokens.access_token)) ?? {}
    assert.deepEqual([paper, lifetime], [false, '1d'])
    assert.doesNotMatch(await permissionOutcome(server, tokens, 'delete_project', { projectId: 1 }), /^needs/)
  })

  it('who would rather not goes back to what they chose, and nothing was allowed', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:projects:delete'))
    await scopeCheckbox(page, 'qc:projects:delete').check()
    const before = await countGrants(server)
    await press(page, 'Allow')
    await asksWho()
    await page.getByRole('button', { name: 'Back' }).click()
    assert.ok(await scopeCheckbox(page, 'qc:projects:delete').isChecked())
    assert.equal(await countGrants(server), before)
    await scopeCheckbox(page, 'qc:projects:delete').uncheck()
    assert.equal((await allow(page, visit)).scope, 'qc:projects:read')
  })

  it('it counts for five minutes, for every program', async () => {
    const dangerous = async () => {
      const visit = await arrive(page, scopeParameter('qc:projects:delete'))
      await scopeCheckbox(page, 'qc:projects:delete').check()
      await press(page, 'Allow')
      return visit
    }
    const first = await dangerous()
    await asksWho()
    await confirm()
    await exchange(page, first)
    await server.advance(4 * 60)
    await exchange(page, await dangerous())
    await server.advance(61)
    await dangerous()
    await asksWho()
  })

  it('what was allowed already stays without a word, and real money instead of paper does not', async () => {
    const first = await arrive(page, scopeParameter('qc:projects:read', 'qc:live:write'))
    await scopeCheckbox(page, 'qc:live:write').check()
    assert.ok(await paperOnly(page).isChecked())
    await press(page, 'Allow')
    await asksWho()
    await confirm()
    const tokens = await exchange(page, first)
    await server.advance(5 * 60 + 1)

    const same = await connected(['qc:live:write'], first.client)
    assert.equal(same.tokens.scope, tokens.scope)
    const visit = await arrive(page, scopeParameter('qc:live:write'), first.client)
    await page.getByText('Look at what it may do, or change it').click()
    assert.ok(await paperOnly(page).isChecked())
    await paperOnly(page).uncheck()
    await press(page, 'Allow')
    await asksWho()
    assert.equal((await grantOf(server, tokens.access_token))?.paperOnly, true)
    await confirm()
    assert.equal((await grantOf(server, (await exchange(page, visit)).access_token))?.paperOnly, false)
  })
})
