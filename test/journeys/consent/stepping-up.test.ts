// A program that comes back: for more, for the same, or in a loop. It keeps its one connection, and gets what its person
// allows.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import type { Scope } from '../../../src/scopes.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { permissionOutcome } from '../../support/call-outcome.ts'
import { markedNew, scopeCheckbox, scopeParameter, signIn, ticked, useConsentPage } from '../../support/consent-page.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, redeem } from '../../support/raw-client.ts'
import { noteSecrets } from '../../support/secrets.ts'
import { grantOf, grantsOfAccount } from '../../support/stored.ts'

const CREATE = { name: 'Stepped up', language: 'Py' }
const HOSTED = { redirect_uris: ['https://client.example/callback'] }

describe('a program that asks again', () => {
  const { server, browser, program, arrive, allow, press, returned } = useConsentPage()
  let page: Page
  before(async () => {
    ;({ page } = await browser.newPerson())
  })

  /** A program that may do what it asked for. */
  async function connected(scopes: readonly Scope[], client?: Registration) {
    const visit = await arrive(page, scopeParameter(...scopes), client)
    return { client: visit.client, tokens: await allow(page, visit) }
  }

  const sameConnection = async (before: Tokens, after: Tokens, client: Registration) => {
    assert.equal(grantIdOf(after.access_token), grantIdOf(before.access_token))
    const own = (await grantsOfAccount(server, after.access_token)).filter(
      ({ clientId }) => clientId === client.client_id,
    )
    assert.equal(own.length, 1)
  }

  describe('for more', () => {
    it('finds what is harmless ticked and marked as new, and goes on with the call once it is allowed', async () => {
      const { client, tokens } = await connected(['qc:projects:read'])
      const needed = await permissionOutcome(server, tokens, 'create_project', CREATE)
      assert.equal(needed, 'needs qc:projects:write')
      const visit = await arrive(page, needed.replace('needs ', ''), client)
      assert.deepEqual(await ticked(page), ['qc:projects:read', 'qc:projects:write'])
      assert.deepEqual(await markedNew(page), ['qc:projects:write'])
      const more = await allow(page, visit)
      assert.equal(more.scope, 'qc:projects:read qc:projects:write')
      assert.equal(await permissionOutcome(server, more, 'create_project', CREATE), 'done')
      assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'done') // the old token is as good
      await sameConnection(tokens, more, client)
    })

    it('finds what is dangerous marked as new only, and has it once its person ticks it', async () => {
      const { client, tokens } = await connected(['qc:projects:read'])
      const visit = await arrive(page, scopeParameter('qc:projects:delete', 'qc:live:execute'), client)
      assert.deepEqual(await ticked(page), ['qc:projects:read'])
      assert.deepEqual(await markedNew(page), ['qc:live:execute', 'qc:projects:delete'])
      await scopeCheckbox(page, 'qc:projects:delete').check()
      const more = await allow(page, visit)
      assert.equal(more.scope, 'qc:projects:read qc:projects:delete')
      assert.doesNotMatch(await permissionOutcome(server, more, 'delete_project', { projectId: 1 }), /^needs/)
      assert.equal(
        await permissionOutcome(server, more, 'stop_live_algorithm', { projectId: 1 }),
        'needs qc:live:execute',
      )
      await sameConnection(tokens, more, client)
    })

    it('has exactly what it had before when its person says no', async () => {
      const { client, tokens } = await connected(['qc:projects:read'])
      const before = await grantOf(server, tokens.access_token)
      await arrive(page, scopeParameter('qc:projects:write'), client)
      await press(page, 'Deny')
      assert.equal((await returned(page)).searchParams.get('error'), 'access_denied')
      assert.deepEqual(await grantOf(server, tokens.access_token), before)
      assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'done')
      assert.equal(await permissionOutcome(server, tokens, 'create_project', CREATE), 'needs qc:projects:write')
    })

    it('gets what stays allowed the first time, and access_denied when it asks for the same in vain once more', async () => {
      const { client, tokens } = await connected(['qc:projects:read'])
      const inVain = async (scope: Scope) => {
        const visit = await arrive(page, scopeParameter(scope), client)
        await scopeCheckbox(page, scope).uncheck()
        return visit
      }
      const first = await allow(page, await inVain('qc:projects:write'))
      assert.equal(first.scope, 'qc:projects:read')
      await sameConnection(tokens, first, client)
      assert.equal(await permissionOutcome(server, first, 'create_project', CREATE), 'needs qc:projects:write')

      const other = await allow(page, await inVain('qc:files:read')) // another request is no loop
      assert.equal(other.scope, 'qc:projects:read')

      await inVain('qc:projects:write')
      await press(page, 'Allow')
      const { searchParams } = await returned(page)
      assert.deepEqual([searchParams.get('error'), searchParams.get('code')], ['access_denied', null])
      assert.equal(await permissionOutcome(server, first, 'list_projects'), 'done') // the connection did not suffer

      const agreed = await arrive(page, scopeParameter('qc:projects:write'), client)
      assert.equal((await allow(page, agreed)).scope, 'qc:projects:read qc:projects:write')
    })

    it('may ask for the same in vain again after ten minutes', async () => {
      const { client } = await connected(['qc:projects:read'])
      const ask = async () => {
        const visit = await arrive(page, scopeParameter('qc:projects:write'), client)
        await scopeCheckbox(page, 'qc:projects:write').uncheck()
        return visit
      }
      assert.equal((await allow(page, await ask())).scope, 'qc:projects:read')
      await server.advance(10 * 60 - 5)
      await ask()
      await press(page, 'Allow')
      assert.equal((await returned(page)).searchParams.get('error'), 'access_denied')
      await server.advance(10)
      assert.equal((await allow(page, await ask())).scope, 'qc:projects:read')
    })
  })

  describe('for nothing new', () => {
    it('is one click away each time when it listens on this computer', async () => {
      const { client, tokens } = await connected(['qc:projects:read', 'qc:account:read'])
      for (const scopes of [['qc:projects:read'], ['qc:account:read', 'qc:projects:read']] as const) {
        const visit = await arrive(page, scopeParameter(...scopes), client)
        assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /wants to connect .* again$/)
        assert.ok(await page.getByText('it asks for nothing new').isVisible())
        const again = await allow(page, visit)
        assert.equal(again.scope, 'qc:account:read qc:projects:read') // all of it, however little it asks for
        await sameConnection(tokens, again, client)
      }
    })

    it('can be narrowed on that page, and the call after it knows', async () => {
      const { client, tokens } = await connected(['qc:projects:read', 'qc:account:read'])
      const visit = await arrive(page, scopeParameter('qc:projects:read'), client)
      await scopeCheckbox(page, 'qc:account:read').uncheck()
      assert.equal((await allow(page, visit)).scope, 'qc:projects:read')
      assert.equal(await permissionOutcome(server, tokens, 'read_account'), 'needs qc:account:read')
    })

    it('is not asked at all when it returns to its own https host and asks for all that it has, no more and no less', async () => {
      const client = await program(HOSTED)
      const ask = async (...scopes: readonly Scope[]) => {
        const tab = await page.context().newPage() // nobody listens at that host, so each visit is a tab's last
        const request = authorizationRequest(server, client, { scope: scopeParameter(...scopes) })
        const answer = hosted(tab)
        await tab.goto(request.url).catch(() => {})
        return { tab, request, answer }
      }
      const first = await ask('qc:projects:read', 'qc:files:read')
      await signIn(first.tab)
      await press(first.tab, 'Allow')
      const tokens = await redeem(server, client, first.request, await first.answer)

      const silent = await ask('qc:projects:read', 'qc:files:read')
      const more = await redeem(server, client, silent.request, await silent.answer)
      assert.equal(more.scope, 'qc:projects:read qc:files:read')
      await sameConnection(tokens, more, client)

      const less = await ask('qc:projects:read')
      await signIn(less.tab)
      await press(less.tab, 'Allow')
      const all = await redeem(server, client, less.request, await less.answer)
      assert.equal(all.scope, 'qc:projects:read qc:files:read')
      await sameConnection(tokens, all, client)

      const wider = await ask('qc:projects:write')
      await signIn(wider.tab)
      assert.deepEqual(await markedNew(wider.tab), ['qc:projects:write'])
      await press(wider.tab, 'Deny')
      assert.equal((await wider.answer).url.searchParams.get('error'), 'access_denied')
      for (const { tab } of [first, silent, less, wider]) await tab.close()
    })
  })
})

/** Where the browser is sent when that is a host on the web, which is not there. */
async function hosted(page: Page) {
  const request = await page.waitForRequest((one) => one.url().startsWith('https://client.example/callback?'))
  const url = new URL(request.url())
  noteSecrets({ 'authorization code': url.searchParams.get('code') })
  return { url, status: 303, html: '', headers: new Headers() }
}
