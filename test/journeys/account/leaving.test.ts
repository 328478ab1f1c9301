// Deleting the account: every connection ends at its next call, and nothing is kept of the person but what ends by itself.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openAccount, overview, said, signInHeading } from '../../support/account-page.ts'
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

describe('deleting the account', () => {
  const server = useServer()
  const browser = useBrowser()
  const newProgram = usePrograms(server)
  let person: Person
  let raw: RawPerson
  let sub: string
  let connected: Awaited<ReturnType<typeof connectAs>>

  /** What the store holds that names the account, by kind of entry. */
  async function kindsNaming(account: string): Promise<string[]> {
    const naming = (await entriesOf(server)).filter(({ key, text }) => `${key} ${text}`.includes(account))
    return [...new Set(naming.map(({ key }) => key.replace(/:?\{.*/, '')))].sort()
  }

  before(async () => {
    person = await browser.newPerson()
    await addVirtualAuthenticator(person)
    await openAccount(person.page, server, ALICE)
    await person.page.getByRole('button', { name: 'Add a passkey' }).click()
    await person.page.getByRole('button', { name: 'Add it' }).click()
    await said(person.page, 'The passkey is added')
    raw = await signedIn(server)
    connected = await connectAs(raw)
    assert.equal(await callOutcome(server, connected.tokens.access_token, 'list_projects'), 'answered')
    sub = JSON.parse(Buffer.from(connected.tokens.access_token.split('.')[1] ?? '', 'base64url').toString()).sub
  })

  it('says beforehand what it ends, and does nothing to whoever goes back', async () => {
    const { page } = person
    await page.goto(`${server.origin}/account`)
    await page.getByRole('link', { name: 'Delete this account' }).click()
    await page.getByText('the one connected assistant').waitFor()
    await page.getByRole('link', { name: 'Back' }).click()
    await overview(page).waitFor()
    assert.equal(await callOutcome(server, connected.tokens.access_token, 'list_projects'), 'answered')
  })

  it('ends every connection, and signs out everywhere', async () => {
    const { page } = person
    const kinds = await kindsNaming(sub)
    assert.ok(kinds.length > 5, kinds.join(', '))
    await page.goto(`${server.origin}/account/delete`)
    await page.getByRole('button', { name: 'Delete everything' }).click()
    await page.getByRole('heading', { name: 'The account is deleted' }).waitFor()
    assert.deepEqual(await connectionState(server, connected.client, connected.tokens), OVER)
    const place = await raw.open(`${server.origin}/account`)
    assert.match(place.html, /Sign in with your QuantConnect account/)
    await page.goto(`${server.origin}/account`)
    await signInHeading(page).waitFor()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('alert').filter({ hasText: 'opens no account here' }).waitFor()
  })

  it('leaves nothing that names the account but what ends by itself and opens nothing', async () => {
    const ends = ['oidc:AuthorizationCode', 'oidc:Interaction', 'oidc:RefreshToken']
    assert.deepEqual(
      (await kindsNaming(sub)).filter((kind) => !ends.includes(kind)),
      [],
    )
  })

  it('begins anew for whoever signs in again', async () => {
    const { page } = person
    await openAccount(page, server, ALICE)
    const text = await page.getByRole('main').innerText()
    assert.match(text, /So far: 0 calls, 0 backtests, 0 trades, 0 refused/)
    assert.match(text, /None\. How to connect one/)
    assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0)
    assert.equal(await page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem').count(), 1)
    const program = await newProgram('v2')
    const client = await program.connect(visitor(page))
    const again = JSON.parse(Buffer.from(program.tokens().access_token.split('.')[1] ?? '', 'base64url').toString()).sub
    assert.notEqual(again, sub)
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
