// An order went out, and nobody knows whether it was done: what its person reads of that, where they find out, and how long it
// stays.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createAuditLog } from '../../../src/audit/audit-log.ts'
import { ALL_SCOPES } from '../../../src/scopes.ts'
import { openAccount } from '../../support/account-page.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import { callTool } from '../../support/mcp-requests.ts'
import { register } from '../../support/raw-client.ts'
import { useServer } from '../../support/server.ts'
import { changeGrant, grantOf, withStore } from '../../support/stored.ts'
import { cut, held, json, type Reply, startUpstream, text } from '../../support/upstream.ts'

const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
const DONE = json(200, { success: true })

const upstream = await startUpstream()
after(() => upstream.close())

describe('an order of which nobody knows whether it was done', () => {
  const server = useServer({ QUANTCONNECT_API_URL: upstream.url, SANDBOX: 'off' })
  const browser = useBrowser()
  let person: Person
  let token: string
  before(async () => {
    const raw = await signedIn(server, PERSON)
    const client = await register(server, { client_name: 'Desk' })
    token = (await connectAs(raw, { client, allow: ALL_SCOPES })).tokens.access_token
    await changeGrant(server, token, { paperOnly: false })
    person = await browser.newPerson()
    // What runs live is asked of the same stand-in, whose answers come in turn.
    const nothing = { contentType: 'text/html', body: '<div data-running></div>' }
    await person.context.route('**/account/running', (route) => route.fulfill(nothing))
    await openAccount(person.page, server, PERSON)
    await seen()
  })
  after(() => person?.context.close())

  let orders = 0
  const order = () => callTool(server, token, 'create_live_command', { projectId: 7, command: { quantity: ++orders } })
  /** An order that waits for QuantConnect. */
  async function underWay(reply: Reply) {
    const { reply: later, release } = held(reply)
    upstream.replies.push(later)
    const arrived = upstream.next()
    const answer = order()
    await arrived
    return { answer, release }
  }
  const calls = async () => {
    const accountId = (await grantOf(server, token))?.accountId ?? ''
    return withStore(server, (store) => createAuditLog(store).calls(accountId))
  }
  const news = async (): Promise<string[]> => {
    await person.page.goto(`${server.origin}/account`)
    return person.page.getByRole('list', { name: 'News' }).getByRole('listitem').allInnerTexts()
  }
  async function seen(): Promise<void> {
    await news()
    const button = person.page.getByRole('button', { name: 'Seen' })
    await button.click()
    await button.waitFor({ state: 'detached' })
  }
  const UNKNOWN = /Desk sent something, and nobody knows whether it was done/
  const FIND_OUT = /Ask your assistant to find out: read_live_logs shows what the algorithm did with it/

  it('is news with its words and reference, and the call that finds out; and counts as a trade', async () => {
    upstream.replies.push(text(502, 'Bad Gateway'))
    assert.equal((await order()).isError, true)
    const [item = '', ...others] = await news()
    assert.deepEqual(others, [])
    const [{ ref } = { ref: '' }] = await calls()
    assert.match(item, UNKNOWN)
    assert.ok(item.includes(`project 7 (reference ${ref})`), item)
    assert.match(item, FIND_OUT)
    const { page } = person
    assert.match(
      await page.getByText(/^\s*Since you last pressed Seen/).innerText(),
      /1 call: 1 (command|order) sent\./,
    )
    await picture('overview')
  })

  it('is in the activity with the same words, can be filtered for, and is in the file', async () => {
    const { page } = person
    await page.goto(`${server.origin}/account/activity`)
    await page.getByLabel('Outcome').selectOption({ label: 'unknown' })
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('Page 1 of 1, 1 record').waitFor()
    assert.match(
      await page.getByRole('row').nth(1).innerText(),
      /Send live command\s+7\s+unknown .*gave no usable answer \(HTTP 502\)/,
    )
    assert.match(await page.getByRole('row').nth(1).innerText(), FIND_OUT)
    await picture('activity')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ])
    const [, line = ''] = (await textOf(await file.createReadStream())).split('\r\n')
    assert.match(line, /"create_live_command".*"unknown"/)
  })

  it('is no news any more once its person has seen it, though it had waited before it was sent', async () => {
    await seen()
    assert.deepEqual(await news(), [])
    const { answer, release } = await underWay(DONE)
    upstream.replies.push(cut)
    const next = order() // waits, since the one before is at work on the same project
    await person.page.goto(`${server.origin}/account/activity`)
    await person.page.getByText('under way').waitFor()
    release()
    await Promise.all([answer, next])
    const [last] = (await calls()).filter(({ outcome }) => outcome === 'unknown')
    assert.ok(last && last.at + (last.ms ?? 0) <= Date.now(), 'it is said to have ended later than it did')
    assert.equal((await news()).length, 1)
    await seen()
    assert.deepEqual(await news(), [])
  })

  it('is news when it becomes so after its person has pressed Seen, and none when it was done after all', async () => {
    const lost = await underWay(cut)
    assert.deepEqual(await news(), [])
    upstream.replies.push(cut)
    await callTool(server, token, 'broadcast_live_command', { organizationId: 'o', command: {} })
    await seen()
    lost.release()
    await lost.answer
    assert.match((await news())[0] ?? '', UNKNOWN)
    await seen()
    const late = await underWay(DONE)
    late.release()
    assert.equal((await late.answer).isError, undefined)
    assert.deepEqual(await news(), [])
    assert.deepEqual(person.complaints, [])
  })

  async function picture(name: string): Promise<void> {
    if (!process.env.PICTURES) return
    mkdirSync('screenshots', { recursive: true })
    for (const width of [390, 1280]) {
      await person.page.setViewportSize({ width, height: 900 })
      await person.page.screenshot({ path: `screenshots/unknown-${name}-${width}.png`, fullPage: true })
    }
  }
})
