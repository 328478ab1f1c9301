// Passkeys, as a person has them: Chromium with an authenticator of its own (WebAuthn §11), which makes, keeps and uses
// them like a phone or a password manager.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  openAccount,
  openConnection,
  overview,
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
import { connectAs, signedIn } from '../../support/connection.ts'
import { register } from '../../support/raw-client.ts'
import { useServer } from '../../support/server.ts'
import type { VirtualAuthenticator } from '../../support/virtual-authenticator.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

/** A second more than a sign-in offers a first passkey for. */
const OFFER_OVER = 60 * 60 + 1

describe('a passkey', () => {
  const server = useServer()
  const browser = useBrowser()
  let here: Person
  let device: VirtualAuthenticator
  let there: Person
  before(async () => {
    here = await browser.newPerson()
    device = await addVirtualAuthenticator(here)
    await openAccount(here.page, server, ALICE)
  })

  /** Another browser of the same person, with the passkeys of the first. */
  async function elsewhere() {
    const person = await browser.newPerson()
    const other = await addVirtualAuthenticator(person)
    for (const credential of await device.credentials()) await other.add(credential)
    return { person, other }
  }
  /** A passkey in the list of the account page. */
  const listed = ({ page }: Person, name: string) =>
    page
      .getByRole('listitem')
      .filter({ hasText: name })
      .filter({ has: page.getByRole('button', { name: 'Remove' }) })
  const askForPasskey = ({ page }: Person) => page.getByRole('button', { name: 'Use a passkey' }).click()

  it('is made in the browser first, is added with a proof, and has the name that its person gives it', async () => {
    const { page, complaints } = here
    await server.advance(OFFER_OVER)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('heading', { name: 'Add a passkey' }).waitFor()
    await page.getByLabel('What you call it').fill('My telephone')
    await page.getByRole('button', { name: 'Add it' }).click()
    await proofHeading(page).waitFor()
    await page.getByText('Before the passkey “My telephone” is added').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0) // there is none yet
    await proveWith(page, 'not the token')
    await page.getByRole('alert').filter({ hasText: 'not the API token' }).waitFor()
    await proveWith(page, ALICE.apiToken)
    await said(page, 'The passkey is added')
    assert.equal(await listed(here, 'My telephone').count(), 1)
    assert.equal((await device.credentials()).length, 1)
    assert.deepEqual(
      complaints.filter((one) => !one.includes('422')),
      [],
    )
  })

  it('is not made twice on one device', async () => {
    const { page } = here
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('alert').filter({ hasText: 'has a passkey for this account already' }).waitFor()
    assert.equal((await device.credentials()).length, 1)
  })

  it('signs in elsewhere, where no API token was ever typed', async () => {
    const { person, other } = await elsewhere()
    there = person
    const { page } = person
    await page.goto(`${server.origin}/account/activity`)
    await other.verifies(false)
    await askForPasskey(person)
    await page.getByRole('alert').filter({ hasText: 'gave no passkey' }).waitFor()
    await other.verifies(true)
    await askForPasskey(person)
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    await page.getByText('QuantConnect user 100001').waitFor()
  })

  it('confirms something dangerous in place of the API token, and only for its own account', async () => {
    const { page } = there
    const raw = await signedIn(server)
    const { tokens } = await connectAs(raw, { client: await register(server, { client_name: 'Desk' }) })
    await openConnection(page, server, 'Desk')
    await scopeBox(page, 'qc:projects:delete').check()
    await save(page)
    await proofHeading(page).waitFor()
    assert.equal(await callOutcome(server, tokens.access_token, 'delete_project', { projectId: 1 }), '403')
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await said(page, 'Saved')
    assert.match(
      await callOutcome(server, tokens.access_token, 'delete_project', { projectId: 1 }),
      /Project not found/,
    )

    const bob = await browser.newPerson()
    const device = await addVirtualAuthenticator(bob)
    await openAccount(bob.page, server, BOB)
    await bob.page.getByRole('link', { name: 'Leave' }).click()
    await bob.page.getByRole('button', { name: 'Erase the record too' }).click()
    await proofHeading(bob.page).waitFor()
    assert.equal(await bob.page.getByRole('button', { name: 'Use a passkey' }).count(), 0)
    assert.deepEqual(await device.credentials(), [])
    await bob.context.close()
  })

  it('is removed with a proof, and signs nobody in from then on', async () => {
    const { page } = there
    await page.goto(`${server.origin}/account`)
    await listed(there, 'My telephone').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Before the passkey “My telephone” is removed').waitFor()
    await askForPasskey(there) // it proves for the last time
    await said(page, 'The passkey is removed')
    assert.equal(await listed(there, 'My telephone').count(), 0)
    const { person } = await elsewhere()
    await person.page.goto(`${server.origin}/account`)
    await askForPasskey(person)
    await person.page.getByRole('alert').filter({ hasText: 'opens no account here' }).waitFor()
    await signInHeading(person.page).waitFor()
    // Who is signed in with it stays so: a browser is signed out by signing it out.
    await there.page.goto(`${server.origin}/account`)
    await overview(there.page).waitFor()
    for (const { context } of [here, there, person]) await context.close()
  })
})
