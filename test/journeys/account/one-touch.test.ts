// A person who has nothing to hide: the first passkey is offered on the way of a client, a day later a proof with the API token
// names it, and from then on whatever is dangerous takes one touch.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Locator } from 'playwright-core'
import {
  openConnection,
  overview,
  proofHeading,
  proveWith,
  said,
  save,
  scopeBox,
  signInAs,
  signInHeading,
} from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { useCallback } from '../../support/callback.ts'
import { allowButton } from '../../support/consent-page.ts'
import { unfold } from '../../support/person.ts'
import { useQuantConnectStandIn } from '../../support/quantconnect-stand-in.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, redeem, refresh, register } from '../../support/raw-client.ts'
import { noteSecrets } from '../../support/secrets.ts'
import { useServer } from '../../support/server.ts'
import type { VirtualAuthenticator } from '../../support/virtual-authenticator.ts'
import { addVirtualAuthenticator } from '../../support/virtual-authenticator.ts'

const FIRST: Account = { userId: '123456', apiToken: 'token-for-tests-first' }
const SECOND: Account = { userId: '123456', apiToken: 'token-for-tests-second' }
const DAY = 24 * 60 * 60

describe('one touch', () => {
  const quantConnect = useQuantConnectStandIn()
  before(() => quantConnect.accept(FIRST.apiToken))
  const server = useServer(() => quantConnect.env())
  const browser = useBrowser()
  const returnsTo = useCallback()
  let person: Person
  let device: VirtualAuthenticator
  let client: Registration
  let tokens: Tokens
  before(async () => {
    person = await browser.newPerson()
    device = await addVirtualAuthenticator(person)
  })

  const button = (name: string): Locator => person.page.getByRole('button', { name, exact: true })
  const touch = () => button('Use a passkey').click()
  const account = () => person.page.goto(`${server.origin}/account`)
  /** The passkeys that can be removed. */
  const listed = () =>
    person.page
      .getByRole('listitem')
      .filter({ has: button('Remove') })
      .locator('strong')
      .allInnerTexts()
  const mayDelete = async () =>
    !/^403|not allowed/.test(await callOutcome(server, tokens.access_token, 'delete_project'))
  /** Opens the page of the connection, ticks some of its boxes, and saves. */
  async function tick(...scopes: readonly string[]): Promise<void> {
    await openConnection(person.page, server, 'Desk')
    for (const scope of scopes) await scopeBox(person.page, scope).check()
    await save(person.page)
  }

  it('adds a first passkey on the way of a client, which gets its code in the same visit', async () => {
    const { page } = person
    client = await register(server, { client_name: 'Desk', redirect_uris: [returnsTo()] })
    const request = authorizationRequest(server, client, { scope: 'qc:projects:read qc:files:read' })
    await page.goto(request.url)
    await signInAs(page, FIRST)
    await allowButton(page).waitFor()
    await unfold(page)
    await scopeBox(page, 'qc:files:read').uncheck()
    await button('Add a passkey').click()
    await said(page, 'The passkey is added')
    assert.equal(await scopeBox(page, 'qc:files:read').isChecked(), false) // nothing that was chosen is lost
    assert.equal(await button('Add a passkey').count(), 0)
    await allowButton(page).click()
    await page.waitForURL(`${returnsTo()}?**`)
    const url = new URL(page.url())
    noteSecrets({ 'authorization code': url.searchParams.get('code') })
    tokens = await redeem(server, client, request, { url, status: 200, html: '', headers: new Headers() })
    assert.equal(tokens.scope, 'qc:projects:read')
    assert.equal((await device.credentials()).length, 1)
  })

  it('needs the API token in the first day; what waits for it outlives the end of the process', async () => {
    const { page } = person
    await tick('qc:projects:delete')
    await proofHeading(page).waitFor()
    assert.equal(await button('Use a passkey').count(), 0)
    await server.crashAndRestart()
    await proveWith(page, FIRST.apiToken)
    await said(page, 'Saved')
    assert.ok(await mayDelete())
    await page.getByText('what trades or deletes it cannot confirm in its first day').waitFor()
  })

  it('begins with a proof a day later, whose page names the passkey', async () => {
    const { page } = person
    await server.advance(DAY)
    tokens = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
    await account()
    await page.getByText('once you have confirmed something with your API token').waitFor()
    await tick('qc:backtests:delete')
    await page.getByText('From then on the passkey “Chrome on Linux”').waitFor()
    assert.equal(await button('Use a passkey').count(), 0)
    await proveWith(page, FIRST.apiToken)
    await said(page, 'Saved')
    await page
      .getByRole('listitem')
      .filter({ hasText: /passkey Chrome on Linux confirms from now on/ })
      .waitFor()
  })

  it('widens a connection from then on', async () => {
    await tick('qc:files:delete')
    await touch()
    await said(person.page, 'Saved')
    await openConnection(person.page, server, 'Desk')
    assert.ok(await scopeBox(person.page, 'qc:files:delete').isChecked())
  })

  it('signs in', async () => {
    await account()
    await button('Sign out').click()
    await account()
    await touch()
    await overview(person.page).waitFor()
  })

  it('adds another passkey, and removes one', async () => {
    const { page } = person
    const add = async (name: string) => {
      await account()
      await button('Add a passkey').click()
      await page.getByLabel('What you call it').fill(name)
      const held = await device.exchange()
      await button('Add it').click()
      await proofHeading(page).waitFor()
      await device.exchange(held)
      await touch()
      await said(page, 'The passkey is added')
    }
    await add('Key ring')
    await add('Lost one')
    const ofLostOne = page.getByRole('listitem').filter({ hasText: 'Lost one', has: button('Remove') })
    await ofLostOne.getByRole('button').click()
    await touch()
    await said(page, 'The passkey is removed')
    assert.deepEqual((await listed()).toSorted(), ['Chrome on Linux', 'Key ring'])
  })

  it('is all that confirms once there are two and their person says so', async () => {
    const { page } = person
    await button('Only a passkey confirms').click()
    await touch()
    await said(page, 'From now on only a passkey confirms.')
    await tick('qc:objects:delete')
    await page.getByText('You chose that only a passkey confirms').waitFor()
    assert.equal(await page.getByLabel('API token').count(), 0)
    await touch()
    await said(page, 'Saved')
  })

  it('is undone by a new API token, and then everything waits until the person has looked', async () => {
    const { page } = person
    quantConnect.accept(FIRST.apiToken, SECOND.apiToken) // also when the old one still works
    await page.getByRole('link', { name: 'Replace it' }).click()
    await page.getByLabel('New API token').fill(SECOND.apiToken)
    await button('Save').click()
    await page.getByRole('heading', { name: /^Your API token was replaced/ }).waitFor()
    assert.match(await callOutcome(server, tokens.access_token, 'list_projects'), /this connection waits/)
    for (const keep of await page.getByRole('radio', { name: 'Keep' }).all()) await keep.check()
    await button('Go on').click()
    await page.getByText('“Desk”').filter({ hasText: 'goes on' }).waitFor()
    assert.equal(await button('Use a passkey').count(), 0) // they wait as well
    await proveWith(page, SECOND.apiToken)
    await said(page, 'Done')
    assert.equal(await callOutcome(server, tokens.access_token, 'list_projects'), 'answered')
    assert.deepEqual((await listed()).toSorted(), ['Chrome on Linux', 'Key ring'])
    await button('Only a passkey confirms').waitFor() // it can be chosen again
  })

  it('erases all there is', async () => {
    const { page } = person
    await page.getByRole('link', { name: 'Leave' }).click()
    await button('Erase the record too').click()
    await touch()
    await page.getByRole('heading', { name: 'The account is erased' }).waitFor()
    await account()
    await signInHeading(page).waitFor()
    await person.context.close()
  })
})
