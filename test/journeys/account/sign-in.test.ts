// Coming to the account page and leaving it: in this browser, and in all of them.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openAccount, overview, signInAs, signInHeading } from '../../support/account-page.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'
import { useServer } from '../../support/server.ts'

describe('the account page', () => {
  const server = useServer()
  const browser = useBrowser()

  it('refuses a wrong token, keeps nothing of it, and leads on to the page that was wanted', async () => {
    const { page, context } = await browser.newPerson()
    await page.goto(`${server.origin}/account/activity?outcome=failed`)
    await signInAs(page, { ...ALICE, apiToken: 'not the token' })
    await page.getByRole('alert').filter({ hasText: 'does not accept this user id and API token' }).waitFor()
    assert.equal(await page.getByLabel('QuantConnect user id').inputValue(), ALICE.userId)
    assert.equal(await page.getByLabel('API token').inputValue(), '')
    await signInAs(page, ALICE)
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    assert.equal(page.url(), `${server.origin}/account/activity?outcome=failed`)
    assert.equal(await page.getByLabel('Outcome').inputValue(), 'failed')
    await context.close()
  })

  it('takes the sandbox account with one press, and says whose it is', async () => {
    const { page, context, complaints } = await browser.newPerson()
    await page.goto(`${server.origin}/account`)
    await page.getByRole('button', { name: 'Use the sandbox account' }).click()
    await overview(page).waitFor()
    assert.match(await page.getByRole('navigation', { name: 'Your account' }).innerText(), /QuantConnect user 100001/)
    assert.match(await page.getByRole('main').innerText(), /reaches every organization of user 100001/)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  it('sends whoever signs in to no place but its own pages', async () => {
    const { page, context } = await browser.newPerson()
    await page.goto(`${server.origin}/account`)
    for (const elsewhere of ['https://evil.example/account', '//evil.example', '/authorize', '/account/../token']) {
      const csrf = await page.locator('input[name=csrf]').first().inputValue()
      const form = { csrf, to: elsewhere, account: 'sandbox' }
      const answer = await context.request.post(`${server.origin}/account/sign-in`, { form, maxRedirects: 0 })
      assert.deepEqual([answer.status(), answer.headers().location], [303, '/account'], elsewhere)
    }
    await context.close()
  })

  it('signs nobody in whose browser lacks the cookie of the sign-in page, or has another one', async () => {
    const [one, other] = [await browser.newPerson(), await browser.newPerson()]
    await one.page.goto(`${server.origin}/account`)
    await other.page.goto(`${server.origin}/account`)
    const foreign = await other.context.cookies()
    for (const cookies of [[], foreign]) {
      await one.page.goto(`${server.origin}/account`)
      await one.context.clearCookies()
      await one.context.addCookies(cookies)
      await signInAs(one.page, ALICE)
      await one.page.getByRole('heading', { name: 'This page was out of date' }).waitFor()
      await one.page.getByRole('link', { name: 'Open the account page' }).click()
      await signInHeading(one.page).waitFor()
    }
    await one.context.close()
    await other.context.close()
  })

  it('signs this browser out, and shows nothing again when it goes back', async () => {
    const [here, there] = [await browser.newPerson(), await browser.newPerson()]
    await openAccount(here.page, server, BOB)
    await openAccount(there.page, server, BOB)
    await here.page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await here.page.waitForURL(`${server.origin}/`)
    await here.page.goBack()
    await signInHeading(here.page).waitFor()
    await there.page.reload()
    await overview(there.page).waitFor()
    await here.context.close()
    await there.context.close()
  })

  it('signs out everywhere with one press, consent page included, and leaves connections alone', async () => {
    const person = await signedIn(server, BOB)
    const { tokens } = await connectAs(person)
    const [here, there] = [await browser.newPerson(), await browser.newPerson()]
    await openAccount(there.page, server, BOB)
    await openAccount(here.page, server, BOB)
    const sessions = here.page.getByRole('region', { name: 'Where you are signed in' })
    assert.ok((await sessions.getByRole('listitem').count()) >= 3)
    assert.equal(await sessions.getByText('this browser').count(), 1)
    await sessions.getByRole('button', { name: 'Sign out everywhere' }).click()
    await signInHeading(here.page).waitFor()
    await there.page.reload()
    await signInHeading(there.page).waitFor()
    await there.page.goto(authorizationRequest(server, await register(server)).url)
    await signInHeading(there.page).waitFor()
    assert.equal(await callOutcome(server, tokens.access_token, 'list_projects'), 'answered')

    await openAccount(here.page, server, BOB)
    assert.equal(await sessions.getByRole('listitem').count(), 1)
    await here.context.close()
    await there.context.close()
  })
})
