// A new API token in place of one that had stopped working: whatever was there before does nothing until its person has
// looked at it, in this browser and in every other place.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  connection,
  openAccount,
  overview,
  proofHeading,
  proveWith,
  said,
  signInAs,
  signInHeading,
} from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { useQuantConnectStandIn } from '../../support/quantconnect-stand-in.ts'
import { register } from '../../support/raw-client.ts'
import { usePrograms } from '../../support/sdk-client.ts'
import { useServer } from '../../support/server.ts'
import type { VirtualAuthenticator } from '../../support/virtual-authenticator.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

/** One person, as whom they sign in with their latest API token. */
const withToken = (name: string): Account => ({ userId: '123456', apiToken: `token-for-tests-${name}` })
const [FIRST, SECOND, THIRD, FOURTH] = [
  withToken('first'),
  withToken('second'),
  withToken('third'),
  withToken('fourth'),
] as const
const WAITS = /token of this account was replaced, and this connection waits/
const DANGEROUS = ['qc:projects:read', 'qc:projects:delete']

describe('a replaced API token', () => {
  const quantConnect = useQuantConnectStandIn()
  const server = useServer(() => quantConnect.env())
  const browser = useBrowser()
  const newProgram = usePrograms(server)
  let here: Person
  let device: VirtualAuthenticator
  let there: Person
  let kept: Awaited<ReturnType<typeof connectAs>>
  let ended: Awaited<ReturnType<typeof connectAs>>
  before(async () => {
    quantConnect.accept(FIRST.apiToken)
    ;[here, there] = await Promise.all([browser.newPerson(), browser.newPerson()])
    device = await addVirtualAuthenticator(here)
    await openAccount(there.page, server, FIRST)
    await openAccount(here.page, server, FIRST)
    const raw = await signedIn(server, FIRST)
    const named = async (client_name: string, allow?: readonly string[]) =>
      connectAs(raw, { client: await register(server, { client_name }), ...(allow ? { allow } : {}) })
    kept = await named('Known', DANGEROUS)
    ended = await named('Stranger')
  })

  const call = ({ tokens }: typeof kept) => callOutcome(server, tokens.access_token, 'list_projects')
  const replaceWith = async ({ page }: Person, { apiToken }: Account) => {
    await page.goto(`${server.origin}/account/token`)
    await page.getByLabel('New API token').fill(apiToken)
    await page.getByRole('button', { name: 'Save' }).click()
  }
  const review = ({ page }: Person) => page.getByRole('heading', { name: /^Your API token was replaced/ })
  /** A browser with the passkey, which asks to sign in with it. */
  async function withPasskey() {
    const person = await browser.newPerson()
    const other = await addVirtualAuthenticator(person)
    for (const credential of await device.credentials()) await other.add(credential)
    await person.page.goto(`${server.origin}/account`)
    await person.page.getByRole('button', { name: 'Use a passkey' }).click()
    return person
  }

  it('suspends nothing as long as the old one works; other browsers sign in with the new one', async () => {
    const { page } = here
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Add it' }).click()
    await said(page, 'The passkey is added')

    quantConnect.accept(FIRST.apiToken, SECOND.apiToken)
    await replaceWith(here, FOURTH) // which QuantConnect does not know
    await page.getByRole('alert').filter({ hasText: 'does not accept' }).waitFor()
    await replaceWith(here, SECOND)
    await said(page, 'The new API token is saved')
    quantConnect.accept(SECOND.apiToken)
    for (const one of [kept, ended]) assert.equal(await call(one), 'answered')
    await there.page.reload()
    await signInAs(there.page, SECOND)
    await overview(there.page).waitFor()
  })

  it('suspends what there is when the old one had stopped working: connections, browsers and passkeys', async () => {
    quantConnect.accept(THIRD.apiToken)
    assert.match(await call(kept), /^error: QuantConnect does(n’t| not)/)
    await replaceWith(here, THIRD)
    await review(here).waitFor()
    for (const one of [kept, ended]) assert.match(await call(one), WAITS)
    for (const path of ['', '/review', '/activity']) {
      await there.page.goto(`${server.origin}/account${path}`)
      await signInHeading(there.page).waitFor()
    }
    const third = await withPasskey()
    await third.page.getByRole('alert').filter({ hasText: 'opens no account here' }).waitFor()
    await third.context.close()
  })

  it('leads every account page to the list, until the person has kept or ended each', async () => {
    const { page } = here
    for (const path of ['/activity', '/connections/any', '']) {
      await page.goto(`${server.origin}/account${path}`)
      await review(here).waitFor()
    }
    for (const [group, items] of Object.entries({
      'Connected assistants': ['Known', 'Stranger'],
      'Signed-in browsers': ['Chrome on Linux'],
      Passkeys: ['Chrome on Linux'],
    })) {
      const listed = page.getByRole('region', { name: group })
      const choices = await listed.getByRole('radio', { checked: true }).all()
      assert.equal(choices.length, items.length, group)
      for (const one of choices) assert.equal(await one.inputValue(), 'later') // no thief’s connection is kept by habit
      for (const item of items) await listed.getByText(item).first().waitFor()
    }
  })

  it('lets go on what is kept, and ends the rest', async () => {
    const { page } = here
    await page.getByRole('group', { name: 'Known' }).getByLabel('Keep').check()
    await page.getByRole('group', { name: 'Stranger' }).getByLabel('End').check()
    await page.getByRole('region', { name: 'Signed-in browsers' }).getByLabel('End').check()
    await page.getByRole('region', { name: 'Passkeys' }).getByLabel('Keep').check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'End 1 connection and 1 browser?' }).waitFor()
    assert.match(await call(ended), WAITS)
    await page.getByRole('button', { name: 'End 1 connection and 1 browser' }).click()
    await proofHeading(page).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0) // it is suspended itself
    await proveWith(page, SECOND.apiToken)
    await page.getByRole('alert').filter({ hasText: 'not the API token' }).waitFor()
    assert.match(await call(kept), WAITS)
    assert.equal(await call(ended), '401') // ending waits for no proof
    await proveWith(page, THIRD.apiToken)
    await said(page, 'Done')
    assert.equal(await connection(page, 'Known').count(), 1)
    assert.equal(await connection(page, 'Stranger').count(), 0)
    assert.equal(await call(kept), 'answered')
    assert.deepEqual(await connectionState(server, ended.client, ended.tokens), OVER)
    await there.page.goto(`${server.origin}/account`)
    await signInHeading(there.page).waitFor()
    const third = await withPasskey()
    await overview(third.page).waitFor()
    await third.context.close()
  })

  it('does the same when it comes with a visit to the consent page', async () => {
    quantConnect.accept(FOURTH.apiToken)
    const { page } = there
    const program = await newProgram('v2', 'Newcomer')
    const client = await program.connect(async (url) => {
      await page.goto(url)
      await signInAs(page, FOURTH)
      await page.getByRole('button', { name: /^Allow / }).click()
      await page.getByText('Back in the program.').waitFor()
    })
    assert.equal((await client.callTool({ name: 'list_projects' })).isError, undefined)
    assert.match(await call(kept), WAITS)
    await here.page.goto(`${server.origin}/account`)
    await signInHeading(here.page).waitFor()
    await page.goto(`${server.origin}/account`)
    await review(there).waitFor()
    assert.equal(await page.getByRole('group', { name: 'Newcomer' }).count(), 0)
    for (const end of await page.getByLabel('End').all()) await end.check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: /^End / }).click()
    await page.getByText('The passkey “Chrome on Linux” is removed').waitFor() // which takes a proof
    assert.equal(await call(kept), '401')
    await proveWith(page, FOURTH.apiToken)
    await said(page, 'Done')
    assert.equal((await client.callTool({ name: 'list_projects' })).isError, undefined)
    await client.close()
    for (const { context } of [here, there]) await context.close()
  })
})
