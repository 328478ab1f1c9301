// The hand on the brake, on a telephone: a person suspends one assistant or all with one press, and lets them go on
// with a proof; an assistant that repeats itself is suspended without them, and an address that they keep suspends
// everything from anywhere. All of it with scripts, and once more without.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { grantIdOf } from '../../support/access-token.ts'
import { connection, openAccount, proofHeading, proveWith, said, save } from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { useCallback } from '../../support/callback.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { callTool } from '../../support/mcp-requests.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, redeem, refresh, register } from '../../support/raw-client.ts'
import { sandboxOf } from '../../support/sandbox.ts'
import { noteSecrets } from '../../support/secrets.ts'
import { useServer } from '../../support/server.ts'

const PHONE = { viewport: { width: 390, height: 844 } }
const SCOPES = ['qc:projects:read', 'qc:files:read', 'qc:files:write', 'qc:files:delete']
const SUSPENDED = /^error: The person has suspended this connection/
const BRAKED = /^error: This connection was suspended by its brake/
/** So often an assistant may delete the same within a minute. */
const MOST = 5

describe('the hand on the brake', { concurrency: true }, () => {
  const server = useServer({ CALL_BUDGET: '9000,9000,9000,9000' })
  const browser = useBrowser()
  const returnsTo = useCallback()

  /** What somebody has that runs live on paper, beside their assistants. */
  async function runLive(account: Account): Promise<number> {
    const sandbox = sandboxOf(server, account)
    const { projectId } = (await sandbox('/projects/create', { name: 'Live', language: 'Py' })).projects[0]
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const { live } = (await sandbox('/projects/nodes/read', { projectId })).nodes
    const brokerage = { id: 'QuantConnectBrokerage' }
    await sandbox('/live/create', { versionId: '-1', projectId, compileId, nodeId: live[0].id, brokerage })
    return projectId
  }
  /** The project of each that runs live. */
  const running = new Map<Account, number>()
  before(async () => {
    for (const account of [ALICE, BOB]) running.set(account, await runLive(account))
  })

  for (const [how, account, javaScriptEnabled] of [
    ['with scripts', ALICE, true],
    ['without scripts', BOB, false],
  ] as const) {
    describe(how, { concurrency: false }, () => {
      let person: Person
      let page: Page
      let projectId: number
      let desk: { client: Registration; tokens: Tokens }
      let watcher: typeof desk
      before(async () => {
        projectId = running.get(account) ?? 0
        const raw = await signedIn(server, account)
        const named = async (client_name: string, allow: readonly string[]) => {
          const client = await register(server, { client_name, redirect_uris: [returnsTo()] })
          return connectAs(raw, { client, parameters: { scope: allow.join(' ') }, allow })
        }
        desk = await named('Desk', SCOPES)
        watcher = await named('Watcher', ['qc:projects:read'])
        person = await browser.newPerson({ ...PHONE, javaScriptEnabled })
        page = person.page
        await openAccount(page, server, account)
      })
      after(() => person?.context.close())

      const overview = () => page.goto(`${server.origin}/account`)
      const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
      const pressOf = (name: string, button: string) =>
        connection(page, name).getByRole('button', { name: button }).click()
      const call = ({ tokens }: typeof desk) => callOutcome(server, tokens.access_token, 'list_projects')
      const calls = async () => [await call(desk), await call(watcher)]
      const deskAddress = () => `${server.origin}/account/connections/${grantIdOf(desk.tokens.access_token)}`
      /** Deletes a file and makes it again; what the deletion comes to. */
      async function deleteAgain(name = 'again.py'): Promise<string> {
        const file = { projectId, name }
        await callOutcome(server, desk.tokens.access_token, 'create_file', { ...file, content: 'again = True\n' })
        return callOutcome(server, desk.tokens.access_token, 'delete_file', file)
      }
      async function deletions(count: number, name?: string): Promise<string[]> {
        const outcomes: string[] = []
        for (let n = 0; n < count; n += 1) outcomes.push(await deleteAgain(name))
        return outcomes
      }
      const news = async () => {
        await overview()
        return page.getByRole('list', { name: 'News' }).innerText()
      }
      /** The page after a press tells by itself what goes on. */
      async function seesWhatStillRuns(): Promise<void> {
        const running = page.getByRole('region', { name: 'Running now' })
        await running.getByRole('heading', { name: '1 algorithm is still running' }).waitFor()
        for (const name of ['Stop', 'Liquidate']) assert.ok(await running.getByRole('button', { name }).isVisible())
      }
      /** Answers the page that asks for a proof, on which nothing has changed yet. */
      async function prove(stillHolds: RegExp, which = desk): Promise<void> {
        await proofHeading(page).waitFor()
        assert.match(await call(which), stillHolds)
        await proveWith(page, account.apiToken)
      }

      it('suspends one connection with one press, and its client is told where its person lets it go on', async () => {
        await pressOf('Desk', 'Suspend')
        await said(page, 'Suspended.')
        await seesWhatStillRuns()
        const { isError, structuredContent } = await callTool(server, desk.tokens.access_token, 'list_projects')
        assert.deepEqual([isError, structuredContent.rule], [true, 'suspended'])
        assert.ok(structuredContent.next.includes(`let it go on, at ${deskAddress()}.`), structuredContent.next)
        assert.equal(await call(watcher), 'answered')
        const refreshed = await refresh(server, desk.client, desk.tokens.refresh_token)
        assert.equal(refreshed.status, 200)
        desk = { ...desk, tokens: (await refreshed.json()) as Tokens }
        assert.match(await call(desk), SUSPENDED)
      })

      it('lets it go on with a proof, at the address that its client was told', async () => {
        await page.goto(deskAddress())
        await page.getByText('You suspended it').waitFor()
        await press('Resume')
        await proofHeading(page).waitFor()
        await proveWith(page, 'not-the-token')
        await page.getByRole('alert').filter({ hasText: 'not the API token' }).waitFor()
        await prove(SUSPENDED)
        await said(page, 'It goes on')
        assert.equal(await call(desk), 'answered')
      })

      it('suspends everything with one press, says what still runs, and lets it go on with one proof', async () => {
        await overview()
        await press('Suspend everything')
        await said(page, 'Everything is suspended')
        await seesWhatStillRuns()
        for (const outcome of await calls()) assert.match(outcome, SUSPENDED)
        await page.getByRole('region', { name: 'Everything is suspended' }).waitFor()
        await press('Resume everything')
        for (const name of ['Desk', 'Watcher']) {
          assert.ok(
            await page
              .getByRole('listitem')
              .filter({ hasText: `“${name}”` })
              .isVisible(),
          )
        }
        await prove(SUSPENDED, watcher)
        await said(page, 'It goes on')
        assert.equal(await page.getByRole('region', { name: 'Everything is suspended' }).count(), 0)
        assert.deepEqual(await calls(), ['answered', 'answered'])
      })

      it('lets a suspended connection go on that its client connects again, with a proof', async () => {
        await pressOf('Desk', 'Suspend')
        await said(page, 'Suspended.')
        const request = authorizationRequest(server, desk.client, { scope: SCOPES.join(' ') })
        await page.goto(request.url)
        await page.getByText('If you allow it, it goes on').waitFor()
        await page.getByRole('button', { name: /^Allow / }).click()
        await prove(SUSPENDED)
        await page.getByText('Back in the program.').waitFor()
        const url = new URL(page.url())
        noteSecrets({ 'authorization code': url.searchParams.get('code') })
        const place = { url, status: 200, html: '', headers: new Headers() }
        const again = { ...desk, tokens: await redeem(server, desk.client, request, place) }
        assert.equal(grantIdOf(again.tokens.access_token), grantIdOf(desk.tokens.access_token))
        for (const one of [again, desk]) assert.equal(await call(one), 'answered')
        desk = again
      })

      it('suspends by itself what deletes the same a sixth time within a minute, and says why', async () => {
        assert.deepEqual(await deletions(MOST), Array(MOST).fill('answered'))
        const sixth = await deleteAgain()
        assert.match(sixth, BRAKED)
        assert.match(sixth, /more than 5 times within a minute/)
        assert.match(await call(desk), BRAKED)
        assert.equal(await call(watcher), 'answered')
        assert.match(
          await news(),
          /Desk was suspended by its brake[\s\S]*more than 5 times within a minute: .*again\.py/,
        )
        assert.match(await connection(page, 'Desk').innerText(), /Its brake suspended it .*more than 5 times/)
        await pressOf('Desk', 'Resume')
        await prove(BRAKED)
        await said(page, 'It goes on')
        assert.equal(await call(desk), 'answered')
      })

      // Two more radio buttons of a form that works without scripts.
      if (javaScriptEnabled)
        it('does so no more where its person has switched it off, with a proof; to switch it on takes none', async () => {
          await page.goto(deskAddress())
          await page.getByRole('radio', { name: /^Let it / }).check()
          await save(page)
          await prove(/^answered$/)
          await said(page, 'Saved')
          assert.deepEqual(await deletions(MOST + 1, 'free.py'), Array(MOST + 1).fill('answered'))
          await page.goto(deskAddress())
          assert.ok(await page.getByRole('radio', { name: /^Let it / }).isChecked())
          await page.getByRole('radio', { name: /^Suspend it / }).check()
          await save(page)
          await said(page, 'Saved')
          // Those from before were not counted.
          assert.deepEqual(await deletions(MOST, 'free.py'), Array(MOST).fill('answered'))
          assert.match(await deleteAgain('free.py'), BRAKED)
          await overview()
          await pressOf('Desk', 'Resume')
          await proveWith(page, account.apiToken)
          await said(page, 'It goes on')
        })

      it('lies in an address too, shown once: opening it does nothing, its button suspends everything', async () => {
        const first = await madeAddress('Make an address')
        const [, secret] = first.split('/pause/')
        await overview()
        await page.getByText('There is one, made').waitFor()
        assert.ok(!(await page.content()).includes(String(secret)))

        const elsewhere = await browser.newPerson({ ...PHONE, javaScriptEnabled: false })
        assert.equal((await elsewhere.page.goto(first))?.status(), 200)
        assert.equal((await elsewhere.page.goto(first))?.headers()['referrer-policy'], 'no-referrer')
        assert.deepEqual(await calls(), ['answered', 'answered'])
        assert.equal(await pressed(elsewhere.page), 200)
        await elsewhere.page.getByRole('heading', { name: 'Everything is suspended' }).waitFor()
        assert.deepEqual(await elsewhere.context.cookies(), [])
        for (const outcome of await calls()) assert.match(outcome, SUSPENDED)
        assert.match(await news(), /Everything was suspended, by your address for emergencies/)
        assert.match(await connection(page, 'Watcher').innerText(), /suspended by your address for emergencies/)
        await press('Resume everything')
        await prove(SUSPENDED)
        await said(page, 'It goes on')

        await elsewhere.page.goto(first) // in the history of a borrowed browser
        assert.equal(await pressed(elsewhere.page), 404)
        await elsewhere.page.getByRole('heading', { name: 'Nothing was suspended' }).waitFor()
        assert.deepEqual(await calls(), ['answered', 'answered'])

        await overview()
        const unused = await madeAddress('Make a new address')
        await overview()
        await press('Make a new address')
        await prove(/^answered$/)
        const second = await addressShown()
        assert.notEqual(second, unused)
        await elsewhere.page.goto(unused)
        assert.equal(await pressed(elsewhere.page), 404)
        assert.deepEqual(await calls(), ['answered', 'answered'])
        await elsewhere.page.goto(second)
        assert.equal(await pressed(elsewhere.page), 200)
        for (const outcome of await calls()) assert.match(outcome, SUSPENDED)
        await elsewhere.context.close()
      })

      it('disconnects everything for good with one press, suspended or not, and says what still runs', async () => {
        await overview()
        await press('Disconnect everything')
        await said(page, 'Everything is disconnected')
        await seesWhatStillRuns()
        for (const { client, tokens } of [desk, watcher]) {
          assert.deepEqual(await connectionState(server, client, tokens), OVER)
        }
        assert.deepEqual(
          person.complaints.filter((one) => !/status of 422/.test(one)),
          [],
        ) // that is the wrong API token
      })

      async function addressShown(): Promise<string> {
        await page.getByRole('heading', { name: 'Your address for emergencies' }).waitFor()
        const address = await page.locator('code').innerText()
        noteSecrets({ 'address for emergencies': address.split('.').at(-1) })
        return address
      }
      async function madeAddress(button: string): Promise<string> {
        await press(button)
        return addressShown()
      }
      /** Presses the one button of the address that is open, and gives the status of what is answered. */
      async function pressed(there: Page): Promise<number> {
        const answer = there.waitForResponse((response) => response.request().method() === 'POST')
        await there.getByRole('button').click()
        return (await answer).status()
      }
    })
  }
})
