// Without JavaScript: everything can be said, a button shows what it comes to, and nothing is allowed that was not seen.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { GROUPS } from '../../../src/scopes.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import type { ConsentVisit } from '../../support/consent-page.ts'
import {
  choose,
  listedTools,
  scopeCheckbox,
  scopeParameter,
  summary,
  ticked,
  useConsentPage,
} from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import { countGrants } from '../../support/stored.ts'

describe('the consent page without JavaScript', () => {
  const { server, browser, arrive, allow, press } = useConsentPage()
  let page: Page
  let visit: ConsentVisit
  let connections: number
  before(async () => {
    ;({ page } = await browser.newPerson({ javaScriptEnabled: false }))
  })
  beforeEach(async () => {
    visit = await arrive(page, scopeParameter('qc:projects:read', 'qc:projects:write'))
    connections = await countGrants(server)
  })

  it('has a button that shows what a preset comes to, and grants nothing by it', async () => {
    await choose(page, /^Research/)
    await press(page, 'Preview')
    await summary(page)
      .getByText(/run backtests/)
      .waitFor()
    assert.deepEqual((await ticked(page)).toSorted(), [...GROUPS.research].toSorted())
    assert.ok(await page.getByRole('radio', { name: /^Research/ }).isChecked())
    assert.equal(await countGrants(server), connections)
    assert.equal((await allow(page, visit)).scope, GROUPS.research.join(' '))
  })

  it('shows the boxes of another preset when Allow is pressed, and grants them when it is pressed again', async () => {
    await choose(page, /^Look/)
    await choose(page, /^one day/)
    await press(page, 'Allow')
    await summary(page)
      .getByText(/look at everything/)
      .waitFor()
    assert.equal(await countGrants(server), connections)
    await unfold(page)
    assert.ok(await page.getByRole('radio', { name: /^one day/ }).isChecked()) // nothing is lost
    const tokens = await allow(page, visit)
    assert.equal(tokens.scope, GROUPS.readonly.join(' '))
    assert.equal(
      await permissionOutcome(server, tokens, 'create_project', { name: 'X', language: 'Py' }),
      'needs qc:projects:write',
    )
  })

  it('asks for a proof before anything dangerous, and nothing that was chosen is lost', async () => {
    await scopeCheckbox(page, 'qc:projects:delete').check()
    await choose(page, /^one day/)
    await press(page, 'Allow')
    await page.getByText('delete projects; it will not').waitFor()
    assert.equal(await countGrants(server), connections)
    await press(page, 'Back')
    await unfold(page)
    assert.ok(await page.getByRole('radio', { name: /^one day/ }).isChecked())
    assert.equal(
      (await allow(page, visit)).scope,
      scopeParameter('qc:projects:read', 'qc:projects:write', 'qc:projects:delete'),
    )
  })

  it('lets the boxes decide, whichever preset they began as', async () => {
    await scopeCheckbox(page, 'qc:projects:write').uncheck()
    assert.equal((await allow(page, visit)).scope, 'qc:projects:read')
  })

  it('takes the boxes as they are for the person’s own choice', async () => {
    await choose(page, /^My own choice/)
    await scopeCheckbox(page, 'qc:account:read').check()
    await scopeCheckbox(page, 'qc:projects:write').uncheck()
    await press(page, 'Preview')
    await summary(page)
      .getByText(/look at your account and projects; it will not be able to build/)
      .waitFor()
    await page.locator('summary').filter({ hasText: 'May:' }).click()
    await page.locator('summary').filter({ hasText: '1 of 9 look' }).click()
    assert.ok((await listedTools(page)).includes('Read account'))
    assert.ok(await scopeCheckbox(page, 'qc:account:read').isVisible()) // what was added stays in view
    const tokens = await allow(page, visit)
    assert.equal(tokens.scope, 'qc:account:read qc:projects:read')
    assert.equal(await permissionOutcome(server, tokens, 'read_account'), 'done')
  })

  it('says what is wrong when nothing is ticked, and goes on from there', async () => {
    await scopeCheckbox(page, 'qc:projects:read').uncheck()
    await scopeCheckbox(page, 'qc:projects:write').uncheck()
    await press(page, 'Allow')
    await page.getByRole('alert').getByText('Nothing is ticked. Tick what to allow, or choose Deny.').waitFor()
    assert.deepEqual(await ticked(page), [])
    assert.equal(await countGrants(server), connections)
    await unfold(page)
    await scopeCheckbox(page, 'qc:projects:read').check()
    assert.equal((await allow(page, visit)).scope, 'qc:projects:read')
  })
})
