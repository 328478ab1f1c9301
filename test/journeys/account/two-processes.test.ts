// What a person changes at one process, every process obeys at the very next call: they look at the same Redis each time.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  connection,
  openAccount,
  openConnection,
  proveWith,
  said,
  save,
  scopeBox,
  signInHeading,
} from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, connectionState, OVER, signedIn } from '../../support/connection.ts'
import { usePair } from '../../support/pair.ts'
import { useQuantConnectStandIn } from '../../support/quantconnect-stand-in.ts'
import { register } from '../../support/raw-client.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import { storeEnv } from '../../support/stores.ts'

const OLD: Account = { userId: '123456', apiToken: 'token-for-tests-old' }
const NEW: Account = { userId: '123456', apiToken: 'token-for-tests-new' }
const WAITS = /token of this account was replaced, and this connection waits/

describe('two processes on one Redis, and the account page at the first', () => {
  const quantConnect = useQuantConnectStandIn()
  const pair = usePair(() => ({ ...storeEnv('Redis', 'account-page:'), ...quantConnect.env() }))
  const browser = useBrowser()
  let person: Person
  let raw: RawPerson
  before(async () => {
    quantConnect.accept(OLD.apiToken)
    person = await browser.newPerson()
    await openAccount(person.page, pair.one, OLD)
    raw = await signedIn(pair.one, OLD)
  })

  const connect = async (client_name: string) => connectAs(raw, { client: await register(pair.one, { client_name }) })
  type Connected = Awaited<ReturnType<typeof connect>>
  /** The next call at the second process, then one at the first. */
  async function calls({ tokens }: Connected, name = 'list_projects', args = {}): Promise<[string, string]> {
    const at = (address: string) => callOutcome({ mcp: `${address}/mcp` }, tokens.access_token, name, args)
    const [one, two] = pair.addresses
    const there = await at(two)
    return [there, await at(one)]
  }
  const both = (word: string) => [word, word]

  it('obey a permission that is taken away, and one that is given', async () => {
    const { page } = person
    const connected = await connect('Edited')
    assert.deepEqual(await calls(connected), both('answered'))
    await openConnection(page, pair.one, 'Edited')
    await scopeBox(page, 'qc:projects:read').uncheck()
    await save(page)
    await said(page, 'Saved')
    // The second call in vain is told in a result, also when another process had refused the first.
    const [refused, again] = await calls(connected)
    assert.equal(refused, '403')
    assert.match(again, /not allowed to: "See your projects/)
    await openConnection(page, pair.one, 'Edited')
    await scopeBox(page, 'qc:projects:read').check()
    await save(page)
    await said(page, 'Saved')
    assert.deepEqual(await calls(connected), both('answered'))
  })

  it('obey what leaves paper, and what returns to it', async () => {
    const { page } = person
    const connected = await connect('Trader')
    await openConnection(page, pair.one, 'Trader')
    await scopeBox(page, 'qc:live:execute').check()
    await page.getByLabel('Real money').check()
    await save(page)
    await proveWith(page, OLD.apiToken)
    await said(page, 'Saved')
    const stop = async () =>
      (await calls(connected, 'stop_live_algorithm', { projectId: 1 })).map((one) => /only trade on paper/.test(one))
    assert.deepEqual(await stop(), [false, false])
    await openConnection(page, pair.one, 'Trader')
    await page.getByLabel('Paper trading only').check()
    await save(page)
    await said(page, 'Saved')
    assert.deepEqual(await stop(), [true, true])
  })

  it('obey a lifetime that is made shorter, when it is over', async () => {
    const { page } = person
    const [hour, month] = [await connect('For an hour'), await connect('For a month')]
    await openConnection(page, pair.one, 'For an hour')
    await page.getByRole('radio', { name: 'one hour' }).check()
    await save(page)
    await said(page, 'Saved')
    assert.deepEqual(await calls(hour), both('answered'))
    await Promise.all([pair.one.advance(3601), pair.two.advance(3601)])
    assert.deepEqual(await calls(hour), both('401'))
    assert.deepEqual(await connectionState(pair.two, hour.client, hour.tokens), OVER)
    assert.equal((await connectionState(pair.two, month.client, month.tokens)).refresh, '200')
  })

  it('obey a revocation, and leave other connections alone', async () => {
    const [revoked, other] = [await connect('Revoked'), await connect('Other')]
    await person.page.goto(`${pair.one.origin}/account`)
    await connection(person.page, 'Revoked').getByRole('button', { name: 'Revoke' }).click()
    await said(person.page, 'Revoked')
    assert.deepEqual(await calls(revoked), both('401'))
    assert.deepEqual(await calls(other), both('answered'))
  })

  it('obey when everything is stopped', async () => {
    const connected = [await connect('One'), await connect('Another')]
    await person.page.goto(`${pair.one.origin}/account`)
    await person.page.getByRole('button', { name: 'Disconnect everything' }).click()
    await said(person.page, 'Everything is disconnected')
    for (const one of connected) assert.deepEqual(await calls(one), both('401'))
  })

  it('suspend together, and let go on together what is kept', async () => {
    const { page } = person
    const [kept, ended] = [await connect('Kept'), await connect('Ended')]
    quantConnect.accept(NEW.apiToken)
    await page.goto(`${pair.one.origin}/account/token`)
    await page.getByLabel('New API token').fill(NEW.apiToken)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: /^Your API token was replaced/ }).waitFor()
    for (const one of [kept, ended]) for (const heard of await calls(one)) assert.match(heard, WAITS)
    await page.getByRole('group', { name: 'Kept' }).getByLabel('Keep').check()
    await page.getByRole('group', { name: 'Ended' }).getByLabel('End').check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'End 1 connection' }).click()
    await proveWith(page, NEW.apiToken)
    await said(page, 'Done')
    assert.deepEqual(await calls(kept), both('answered'))
    assert.deepEqual(await calls(ended), both('401'))
  })

  it('let nobody in who is signed out everywhere', async () => {
    const { page } = person
    const other = await signedIn(pair.one, NEW)
    const heading = async (address: string) => {
      const response = await fetch(`${address}/account`, {
        headers: { cookie: other.cookiesFor(new URL('/account', address)) },
      })
      return /<h1>([^<]+)/.exec(await response.text())?.[1]
    }
    assert.deepEqual(await Promise.all(pair.addresses.map(heading)), both('Your account'))
    await page.goto(`${pair.one.origin}/account`)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await signInHeading(page).waitFor()
    assert.deepEqual(await Promise.all(pair.addresses.map(heading)), both('Sign in with your QuantConnect account'))
    await openAccount(page, pair.one, NEW)
  })

  it('know nobody any more when everything is ended', async () => {
    raw = await signedIn(pair.one, NEW)
    const connected = await connect('Left')
    assert.deepEqual(await calls(connected), both('answered'))
    await person.page.goto(`${pair.one.origin}/account/delete`)
    await person.page.getByRole('button', { name: 'End everything' }).click()
    await person.page.getByRole('heading', { name: 'Everything is ended' }).waitFor()
    assert.deepEqual(await calls(connected), both('401'))
    assert.deepEqual(await connectionState(pair.two, connected.client, connected.tokens), OVER)
    await person.context.close()
  })
})
