// What a person lets a program do: by a preset, or box by box, less than it asks for or more. The tokens and the very next
// call know it.
import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../../src/scopes.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import {
  choosePreset,
  listedTools,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  summary,
  ticked,
  useConsentPage,
} from '../../support/consent-page.ts'
import { grantOf } from '../../support/stored.ts'

const EVERYTHING = ALL_SCOPES.join(' ')
const HARMLESS = ALL_SCOPES.filter((scope) => isHarmless(SCOPES[scope].risk))
/** Arguments of the calls below that take any. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  create_project: { name: 'Made', language: 'Py' },
  delete_project: { projectId: 1 },
}

/** What each preset says, what it comes to, and how some calls fare under it. */
const PRESETS = {
  readonly: {
    says: /^Look/,
    scopes: GROUPS.readonly,
    sentence: /will be able to look at everything .*not be able to build or test anything, trade, spend credit, delete/,
    calls: {
      list_projects: 'done',
      create_project: 'needs qc:projects:write',
      delete_project: 'needs qc:projects:delete',
    },
  },
  research: {
    says: /^Research/,
    scopes: GROUPS.research,
    sentence: /write code, compile, run backtests .*not be able to trade, spend credit, delete/,
    calls: { list_projects: 'done', create_project: 'done', stop_live_algorithm: 'needs qc:live:execute' },
  },
  paper: {
    says: /^Paper also/,
    scopes: GROUPS.trader.filter((scope) => !['qc:optimizations:write', 'qc:objects:write'].includes(scope)),
    sentence: /trade on paper; .*not be able to trade with real money, spend credit, delete or manage/,
    calls: { create_project: 'done', create_optimization: 'needs qc:optimizations:write' },
  },
  live: {
    says: /^Live/,
    scopes: GROUPS.trader,
    sentence:
      /trade with real money, spend your QuantConnect credit and upload or overwrite files; .*not be able to manage/,
    calls: { create_project: 'done', delete_project: 'needs qc:projects:delete' },
  },
  trader: {
    says: /^Trader/,
    scopes: GROUPS.trader,
    sentence:
      /trade on paper, spend your QuantConnect credit and upload or overwrite files; .*not be able to trade with real money or manage/,
    calls: { list_live_algorithms: 'done', create_project: 'done', delete_project: 'needs qc:projects:delete' },
  },
  admin: {
    says: /^Everything/,
    scopes: ALL_SCOPES,
    sentence:
      /delete for good, upload or overwrite files and manage people or organizations; .*not be able to trade with real money\./,
    calls: { read_lean_versions: 'done', create_project: 'done', list_live_algorithms: 'done' },
  },
} as const

describe('the consent page, first visit', () => {
  const { server, browser, arrive, allow, press, returned } = useConsentPage()
  let page: Page
  let complaints: string[]
  before(async () => {
    ;({ page, complaints } = await browser.newPerson())
  })
  afterEach(() => assert.deepEqual(complaints.splice(0), []))

  for (const [preset, { says, scopes, sentence, calls }] of Object.entries(PRESETS)) {
    it(`gives what the preset says, whatever was asked for: ${preset}`, async () => {
      const visit = await arrive(page, scopeParameter('qc:account:read'))
      assert.deepEqual(await ticked(page), ['qc:account:read'])
      await choosePreset(page, preset, says)
      assert.deepEqual(await ticked(page).then((all) => all.toSorted()), [...scopes].toSorted())
      await summary(page).getByText(sentence).waitFor()

      const tokens = await allow(page, visit)
      assert.equal(tokens.scope, scopes.join(' '))
      for (const [tool, expected] of Object.entries(calls)) {
        assert.equal(await permissionOutcome(server, tokens, tool, ARGUMENTS[tool]), expected, tool)
      }
    })
  }

  it('has ticked what is asked for, but nothing that trades, spends, deletes or administers', async () => {
    const visit = await arrive(page, EVERYTHING)
    assert.deepEqual((await ticked(page)).toSorted(), [...HARMLESS].toSorted())
    assert.ok(await page.getByRole('radio', { name: /^What it asks for/ }).isChecked())
    await choosePreset(page, 'admin', PRESETS.admin.says)
    await choosePreset(page, 'requested', /^What it asks for/) // the way back is open
    const tokens = await allow(page, visit)
    assert.equal(tokens.scope, HARMLESS.join(' '))
    assert.equal(await permissionOutcome(server, tokens, 'delete_project'), 'needs qc:projects:delete')
  })

  it('becomes the person’s own choice as soon as they touch a box: less than was asked for', async () => {
    const visit = await arrive(page, scopeParameter('qc:account:read', 'qc:projects:read', 'qc:projects:write'))
    await scopeCheckbox(page, 'qc:projects:write').uncheck()
    assert.ok(await page.getByRole('radio', { name: /^My own choice/ }).isChecked())
    const tokens = await allow(page, visit)
    assert.equal(tokens.scope, scopeParameter('qc:account:read', 'qc:projects:read'))
    assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'done')
    assert.equal(
      await permissionOutcome(server, tokens, 'create_project', ARGUMENTS.create_project),
      'needs qc:projects:write',
    )
  })

  it('lets a person give more than was asked for, a dangerous permission too, and the token says so', async () => {
    const visit = await arrive(page, scopeParameter('qc:projects:read'))
    await scopeCheckbox(page, 'qc:projects:write').check()
    await scopeCheckbox(page, 'qc:projects:delete').check()
    const tokens = await allow(page, visit)
    assert.equal(tokens.scope, scopeParameter('qc:projects:read', 'qc:projects:write', 'qc:projects:delete'))
    assert.equal(await permissionOutcome(server, tokens, 'create_project', ARGUMENTS.create_project), 'done')
    assert.doesNotMatch(await permissionOutcome(server, tokens, 'delete_project', ARGUMENTS.delete_project), /^needs/)
    assert.equal(await permissionOutcome(server, tokens, 'read_account'), 'needs qc:account:read')
  })

  it('says at once, without loading anew, what the boxes come to and which tools they bring', async () => {
    await arrive(page, scopeParameter('qc:projects:read'))
    await page.evaluate('window.sameAsBefore = true')
    assert.match(
      await summary(page).innerText(),
      /look at projects; it will not be able to build or test anything, trade/,
    )
    assert.ok((await listedTools(page)).includes('List projects'))
    assert.ok(!(await listedTools(page)).includes('Create project'))

    await page.locator('#summary summary').click()
    await scopeCheckbox(page, 'qc:projects:write').check()
    await summary(page)
      .getByText(/look at projects and change projects; it will not be able to trade/)
      .waitFor()
    await page.locator('#summary').getByText('Create project').waitFor() // the list stays unfolded

    await scopeCheckbox(page, 'qc:live:write').check()
    await summary(page)
      .getByText(/trade on paper; .*not be able to trade with real money/)
      .waitFor()
    await realMoney(page).check()
    await summary(page)
      .getByText(/trade with real money;/)
      .waitFor()
    assert.ok(await summary(page).getByText('real money', { exact: true }).isVisible())

    await scopeCheckbox(page, 'qc:live:write').uncheck()
    await summary(page)
      .getByText(/change projects; it will not be able to trade, spend/)
      .waitFor()
    assert.equal(await page.evaluate('window.sameAsBefore'), true)
    await scopeCheckbox(page, 'qc:projects:write').uncheck()
    await scopeCheckbox(page, 'qc:projects:read').uncheck()
    await summary(page)
      .getByText(/will be able to do nothing/)
      .waitFor()
    assert.deepEqual(await listedTools(page), ['None.'])
  })

  it('ends with access_denied and no connection when the person says no', async () => {
    const { client } = await arrive(page, EVERYTHING)
    await press(page, 'Deny')
    const { searchParams } = await returned(page)
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('code'), searchParams.get('state')],
      ['access_denied', null, 'some state'],
    )
    // Saying no is remembered by nobody: the same program may ask again, and be allowed.
    const again = await arrive(page, scopeParameter('qc:account:read'), client)
    const tokens = await allow(page, again)
    const { scopes, clientId } = (await grantOf(server, tokens.access_token)) ?? {}
    assert.deepEqual([clientId, scopes], [client.client_id, ['qc:account:read']])
  })
})
