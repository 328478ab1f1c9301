// Leaving: every connection ends at its next call. The record stays to be read, unless its person proves that they are here
// and erases it; then nothing is kept of them but what ends by itself.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { claimsOf } from '../../support/access-token.ts'
import { openAccount, overview, proofHeading, proveWith, said, signInHeading } from '../../support/account-page.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { visitor } from '../../support/person.ts'
import { refresh, refusal } from '../../support/raw-client.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import { usePrograms } from '../../support/sdk-client.ts'
import { useServer } from '../../support/server.ts'
import { entriesOf } from '../../support/stored.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

describe('leaving', () => {
  const server = useServer()
  const browser = useBrowser()
  const newProgram = usePrograms(server)
  let person: Person
  let raw: RawPerson
  let sub: string
  let connected: Awaited<ReturnType<typeof connectAs>>

  const subOf = (token: string) => String(claimsOf(token).sub)
  /** What the store holds that names the account, by kind of entry. */
  async function kindsNaming(account: string): Promise<string[]> {
    const naming = (await entriesOf(server)).filter(({ key, text }) => `${key} ${text}`.includes(account))
    return [...new Set(naming.map(({ key }) => key.replace(/:?\{.*/, '')))].sort()
  }
  const call = () => callOutcome(server, connected.tokens.access_token, 'list_projects')
  async function leave(button: string): Promise<void> {
    await person.page.goto(`${server.origin}/account`)
    await person.page.getByRole('link', { name: 'Leave' }).click()
    await person.page.getByRole('button', { name: button }).click()
  }
  /** Tries to sign in with the passkey, at which nobody is found. */
  async function passkeyOpensNothing(): Promise<void> {
    const { page } = person
    await page.goto(`${server.origin}/account`)
    await signInHeading(page).waitFor()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('alert').filter({ hasText: 'opens no account here' }).waitFor()
  }

  before(async () => {
    person = await browser.newPerson()
    await addVirtualAuthenticator(person)
    await openAccount(person.page, server, ALICE)
    await person.page.getByRole('button', { name: 'Add it' }).click()
    await said(person.page, 'The passkey is added')
    raw = await signedIn(server)
    connected = await connectAs(raw)
    assert.equal(await call(), 'answered')
    sub = subOf(connected.tokens.access_token)
  })

  it('says beforehand what it ends, and does nothing to whoever goes back', async () => {
    const { page } = person
    await page.goto(`${server.origin}/account`)
    await page.getByRole('link', { name: 'Leave' }).click()
    await page.getByText('the one connected assistant').waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await overview(page).waitFor()
    await leave('Erase the record too')
    await proofHeading(page).waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByRole('heading', { name: 'Leave' }).waitFor()
    assert.equal(await call(), 'answered')
  })

  it('ends every connection, and signs out everywhere, without a proof', async () => {
    const { page } = person
    await leave('End everything')
    await page.getByRole('heading', { name: 'Everything is ended' }).waitFor()
    assert.deepEqual(await connectionState(server, connected.client, connected.tokens), OVER)
    const place = await raw.open(`${server.origin}/account`)
    assert.match(place.html, /Sign in with your QuantConnect account/)
    await passkeyOpensNothing()
  })

  it('keeps the record and the passkeys for whoever signs in anew with the API token', async () => {
    const { page } = person
    await openAccount(page, server, ALICE)
    await page.getByText('So far: 2 calls').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Every connection was ended' }).waitFor()
    await page.getByText('None. How to connect one').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 1)
    await page.getByRole('link', { name: 'See the activity' }).click()
    await page.getByLabel('Show').selectOption({ label: 'everything' })
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByRole('cell').getByText('List projects').first().waitFor()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.goto(`${server.origin}/account`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await overview(page).waitFor()
  })

  it('erases all of it with a proof, and with nothing less', async () => {
    const { page } = person
    raw = await signedIn(server)
    connected = await connectAs(raw)
    assert.equal(subOf(connected.tokens.access_token), sub)
    const kinds = await kindsNaming(sub)
    assert.ok(kinds.length > 5, kinds.join(', '))
    await leave('Erase the record too')
    await proofHeading(page).waitFor()
    await page.getByText('the record of what was done included').waitFor()
    await proveWith(page, BOB.apiToken)
    await page.getByRole('alert').filter({ hasText: 'not the API token' }).waitFor()
    assert.equal(await call(), 'answered')
    await proveWith(page, ALICE.apiToken)
    await page.getByRole('heading', { name: 'The account is erased' }).waitFor()
    assert.deepEqual(await connectionState(server, connected.client, connected.tokens), OVER)
    await passkeyOpensNothing()
  })

  it('leaves nothing then that names the account but what ends by itself and opens nothing', async () => {
    const ends = [
      'act',
      'budget:account',
      'budget:connection',
      'grant-authorization',
      'oidc:AuthorizationCode',
      'oidc:Interaction',
    ]
    assert.deepEqual(
      (await kindsNaming(sub)).filter((kind) => !ends.includes(kind)),
      [],
    )
  })

  it('begins anew for whoever signs in again after that', async () => {
    const { page } = person
    await openAccount(page, server, ALICE)
    const text = await page.getByRole('main').innerText()
    assert.match(text, /So far: 0 calls\./)
    assert.match(text, /None\. How to connect one/)
    assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0)
    assert.equal(await page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem').count(), 1)
    const program = await newProgram('v2')
    const client = await program.connect(visitor(page))
    assert.notEqual(subOf(program.tokens().access_token), sub)
    assert.equal((await client.callTool({ name: 'list_projects' })).isError, undefined)
    assert.equal(
      await refusal(await refresh(server, connected.client, connected.tokens.refresh_token)),
      '400 invalid_grant',
    )
    await client.close()
    await person.context.close()
  })

  it('is nobody else’s business', async () => {
    const bob = await connectAs(await signedIn(server, BOB))
    assert.equal(await callOutcome(server, bob.tokens.access_token, 'list_projects'), 'answered')
  })
})
