// A person changes what is connected, on the account page, and the very next call of the client obeys. Nothing is
// connected anew: the client in each story keeps the tokens that it had before.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../../support/access-token.ts'
import {
  connection,
  openAccount,
  openConnection,
  proofHeading,
  proveWith,
  said,
  save,
  scopeBox,
  signInHeading,
} from '../../support/account-page.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { message, rpc } from '../../support/mcp-requests.ts'
import { visitor } from '../../support/person.ts'
import { refresh, register } from '../../support/raw-client.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import type { McpClient, Program } from '../../support/sdk-client.ts'
import { usePrograms } from '../../support/sdk-client.ts'
import { useServer } from '../../support/server.ts'

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

describe('a connection on the account page', () => {
  const server = useServer()
  const browser = useBrowser()
  const newProgram = usePrograms(server)
  let person: Person
  let program: Program
  let client: McpClient
  let bob: RawPerson
  before(async () => {
    person = await browser.newPerson()
    program = await newProgram('v2', 'Desk program')
    await openAccount(person.page, server, ALICE)
    client = await program.connect(visitor(person.page))
    bob = await signedIn(server, BOB)
  })

  const call = (name: string, args = {}) => callOutcome(server, program.tokens().access_token, name, args)
  const seesTool = async (name: string) => {
    const { result } = await message(await rpc(server, program.tokens().access_token, LIST))
    return result.tools.some((tool: { name: string }) => tool.name === name)
  }
  const open = (name: string) => openConnection(person.page, server, name)

  it('tells what it is: the client, its permissions in a sentence, its last call, its time left', async () => {
    await person.page.goto(`${server.origin}/account`)
    const item = connection(person.page, 'Desk program')
    const text = await item.innerText()
    assert.match(text, /An app on this computer/)
    assert.match(text, /look at .*run backtests/)
    assert.match(text, /not (be able to )?trade/)
    assert.match(text, /in 30 days/)
    assert.match(text, /none yet/)
    assert.match(text, /\d second|just now/)
    assert.equal(await call('list_projects'), 'answered')
    await person.page.reload()
    assert.doesNotMatch(await item.innerText(), /none yet/)
  })

  it('is made narrower and given a name, and the next call is refused', async () => {
    const { page } = person
    assert.equal(await call('create_project', { name: 'Before', language: 'Py' }), 'answered')
    await open('Desk program')
    await scopeBox(page, 'qc:projects:write').uncheck()
    await page.getByLabel('What you call it').fill('Research desk')
    await save(page)
    await said(page, 'Saved')
    assert.equal(await connection(page, 'Research desk').count(), 1)
    assert.equal(await call('create_project', { name: 'After', language: 'Py' }), '403')
    assert.equal(await call('list_projects'), 'answered')
  })

  it('is made wider, and the client that is connected sees the tool and uses it', async () => {
    const { page } = person
    const { structuredContent } = await client.callTool({ name: 'list_projects' })
    const { projectId } = structuredContent.projects.find(({ name }: { name: string }) => name === 'Before')
    assert.equal(await call('delete_project', { projectId }), '403')
    assert.equal(await seesTool('delete_project'), false)
    await open('Research desk')
    await scopeBox(page, 'qc:projects:delete').check()
    await scopeBox(page, 'qc:projects:write').check()
    await save(page)
    await proveWith(page, ALICE.apiToken)
    await said(page, 'Saved')
    assert.equal(await seesTool('delete_project'), true)
    assert.equal((await client.callTool({ name: 'delete_project', arguments: { projectId } })).isError, undefined)
  })

  it('asks for a proof before anything dangerous; a wrong token changes nothing, the right one loses nothing', async () => {
    const { page } = person
    await open('Research desk')
    await page.getByLabel('What you call it').fill('Trading desk')
    await scopeBox(page, 'qc:live:execute').check()
    await scopeBox(page, 'qc:objects:write').uncheck()
    await page.getByLabel('one day').check()
    await save(page)
    await proofHeading(page).waitFor()
    await proveWith(page, 'sandbox-bob')
    await page.getByRole('alert').filter({ hasText: 'not the API token that is stored here' }).waitFor()
    assert.equal(await page.getByLabel('API token').inputValue(), '')
    assert.equal(await call('stop_live_algorithm', { projectId: 1 }), '403')

    await proveWith(page, ALICE.apiToken)
    await said(page, 'Saved')
    assert.match(await connection(page, 'Trading desk').innerText(), /trade on paper[\s\S]*on .*, in 24 hours/)
    await open('Trading desk')
    assert.equal(await scopeBox(page, 'qc:live:execute').isChecked(), true)
    assert.equal(await scopeBox(page, 'qc:objects:write').isChecked(), false)
    assert.equal(await page.getByLabel('Paper trading only').isChecked(), true)
    assert.match(await call('stop_live_algorithm', { projectId: 1 }), /may only trade on paper/)
  })

  it('asks for another proof before it leaves paper, and for none before it returns to it or is made narrower', async () => {
    const { page } = person
    await open('Trading desk')
    await page.getByLabel('Real money').check()
    await save(page)
    await proofHeading(page).waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor()
    assert.ok(await page.getByLabel('Real money').isChecked())
    assert.match(await call('stop_live_algorithm', { projectId: 1 }), /may only trade on paper/)

    await open('Trading desk')
    await page.getByLabel('Real money').check()
    await save(page)
    await proveWith(page, ALICE.apiToken)
    await said(page, 'Saved')
    assert.match(await connection(page, 'Trading desk').innerText(), /real money/)
    assert.doesNotMatch(await call('stop_live_algorithm', { projectId: 1 }), /paper|403/)

    await open('Trading desk')
    await page.getByLabel('Paper trading only').check()
    await scopeBox(page, 'qc:projects:delete').uncheck()
    await save(page)
    await said(page, 'Saved')
    assert.match(await call('stop_live_algorithm', { projectId: 1 }), /may only trade on paper/)
    assert.match(await call('delete_project', { projectId: 1 }), /not allowed to: "Delete projects"/)
  })

  it('cannot be left with nothing allowed: that is what revoking is for', async () => {
    const { page } = person
    await open('Trading desk')
    await page.evaluate("document.querySelectorAll('input[name=scope]').forEach((one) => { one.checked = false })")
    await save(page)
    await page.getByRole('alert').filter({ hasText: 'Nothing is ticked' }).waitFor()
    assert.equal(await call('list_projects'), 'answered')
  })

  it('is nobody else’s: not to look at, not to change, not to revoke', async () => {
    const { tokens } = await connectAs(bob)
    const address = `${server.origin}/account/connections/${grantIdOf(tokens.access_token)}`
    const { page, context } = person
    await page.goto(`${server.origin}/account`)
    const csrf = await page.locator('input[name=csrf]').first().inputValue()
    const form = { csrf, scope: 'qc:account:read', preset: 'custom', decision: 'allow' }
    assert.equal((await context.request.post(address, { form })).status(), 404)
    assert.equal((await context.request.post(`${address}/revoke`, { form })).status(), 404)
    const shown = await page.goto(address)
    assert.equal(shown?.status(), 404)
    await page.getByRole('heading', { name: 'There is no such connection' }).waitFor()
    assert.equal(await callOutcome(server, tokens.access_token, 'list_projects'), 'answered')
  })

  it('is changed by no form but its own page’s, and by nobody who is not signed in', async () => {
    const { page, context } = person
    await page.goto(`${server.origin}/account`)
    /** What the page says, but for the moment at which it says what runs live. */
    const says = async () => {
      await page.getByText('Nothing runs live').waitFor()
      const said = (await page.getByRole('main').innerText()).replace(/As QuantConnect told it .*/, '')
      return said.replaceAll(/(\d+ seconds?|\d+ minutes?) ago|just now/g, '(ago)')
    }
    const known = await says()
    const own = `/account/connections/${grantIdOf(program.tokens().access_token)}`
    const place = await bob.open(`${server.origin}/account`)
    const foreign = /name="csrf" value="([^"]+)"/.exec(place.html)?.[1] ?? ''
    assert.ok(foreign)
    const form = {
      scope: 'qc:account:read',
      preset: 'custom',
      decision: 'allow',
      userId: ALICE.userId,
      apiToken: ALICE.apiToken,
    }
    const paths = [
      own,
      ...['revoke', 'suspend', 'resume'].map((name) => `${own}/${name}`),
      ...[
        'stop',
        'suspend',
        'resume',
        'pause',
        'running/1/stop',
        'running/1/liquidate',
        'sign-out',
        'sign-out-everywhere',
        'token',
        'review',
        'seen',
        'delete',
        'erase',
      ].map((name) => `/account/${name}`),
      ...['', '/new', '/only', '/x/remove'].map((rest) => `/account/passkeys${rest}`),
    ]
    for (const path of paths) {
      for (const csrf of ['', foreign]) {
        const answer = await context.request.post(`${server.origin}${path}`, { form: { ...form, csrf } })
        assert.equal(answer.status(), 403, path)
        assert.match(await answer.text(), /This page was out of date/, path)
      }
      const stranger = await fetch(`${server.origin}${path}`, { method: 'POST', body: new URLSearchParams(form) })
      assert.match(await stranger.text(), /You were signed out meanwhile\. Nothing was changed/, path)
    }
    await page.reload()
    assert.equal(await says(), known)
    assert.equal(await call('list_projects'), 'answered')
  })

  it('ends when it is revoked, alone', async () => {
    const { page } = person
    const raw = await signedIn(server)
    const other = await connectAs(raw, { client: await register(server, { client_name: 'Short-lived' }) })
    await page.goto(`${server.origin}/account`)
    await connection(page, 'Short-lived').getByRole('button', { name: 'Revoke' }).click()
    await said(page, 'Revoked')
    assert.equal(await connection(page, 'Short-lived').count(), 0)
    assert.deepEqual(await connectionState(server, other.client, other.tokens), OVER)
    assert.equal(await call('list_projects'), 'answered')
  })

  it('all end with one press, this person’s and nobody else’s', async () => {
    const { page } = person
    const raw = await signedIn(server)
    const other = await connectAs(raw)
    const stranger = await connectAs(bob)
    await page.goto(`${server.origin}/account`)
    await page.getByRole('button', { name: 'Disconnect everything' }).click()
    await said(page, 'Everything is disconnected')
    assert.equal(await page.getByRole('region', { name: 'Connected assistants' }).getByRole('listitem').count(), 0)
    assert.equal(await call('list_projects'), '401')
    assert.deepEqual(await connectionState(server, other.client, other.tokens), OVER)
    assert.equal(await callOutcome(server, stranger.tokens.access_token, 'list_projects'), 'answered')
    await client.close()
  })

  it('lives from the change on as long as its person then says', async () => {
    const { page } = person
    const raw = await signedIn(server)
    const wish = { client: await register(server, { client_name: 'For a day' }) }
    const { tokens } = await connectAs(raw, wish)
    await open('For a day')
    await page.getByLabel('one day').check()
    await save(page)
    await said(page, 'Saved')
    assert.match(await connection(page, 'For a day').innerText(), /in 24 hours/)

    await server.advance(23.5 * 3600)
    const refreshed = await refresh(server, wish.client, tokens.refresh_token)
    assert.equal(refreshed.status, 200)
    const later = { ...tokens, ...((await refreshed.json()) as typeof tokens) }
    assert.equal(await callOutcome(server, later.access_token, 'list_projects'), 'answered')
    // Another change leaves the time alone: no lifetime was chosen anew.
    await open('For a day')
    await scopeBox(page, 'qc:projects:write').uncheck()
    await save(page)
    await said(page, 'Saved')
    await server.advance(0.6 * 3600)
    assert.deepEqual(await connectionState(server, wish.client, later), OVER)
    await page.reload()
    assert.equal(await signInHeading(page).count(), 0)
    assert.equal(await connection(page, 'For a day').count(), 0)
    await person.context.close()
  })
})
