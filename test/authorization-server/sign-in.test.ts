import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE } from '../support/accounts.ts'
import { connectAs } from '../support/connection.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const WRONG = 'a-wrong-token-nobody-should-see-again'

describe('sign-in', () => {
  const server = useServer({ QUANTCONNECT_API_URL: 'http://127.0.0.1:1' }) // nobody listens there

  /** A new browser at the sign-in page. */
  async function arrive() {
    const person = new RawPerson(server)
    return { person, page: await person.open(authorizationRequest(server, await register(server)).url) }
  }
  async function attempt(userId: string, apiToken: string): Promise<Place> {
    const { person, page } = await arrive()
    return person.submit(page, { userId, apiToken, account: 'own' })
  }
  /** A page that asks again, with what was typed but never the token. */
  function asksAgain(page: Place, status: number, words: RegExp, userId: string) {
    assert.equal(page.status, status)
    assert.match(/role="alert"[^>]*>([^<]+)/.exec(page.html)?.[1] ?? '', words)
    assert.ok(page.html.includes(`name="userId" inputmode="numeric" value="${userId}"`))
    assert.equal(/name="apiToken"[^>]*value=/.test(page.html), false)
    assert.equal(page.html.includes(WRONG), false)
  }

  it('says where to find user id and token, what is kept, and that this is not QuantConnect', async () => {
    const { html } = (await arrive()).page
    for (const words of [/My Account/, /Security/, /mails you/, /kept here encrypted/, /not QuantConnect/]) {
      assert.match(html, words)
    }
    assert.match(html, /<button[^>]*>Sign in<\/button>/)
    assert.match(html, /<button[^>]*>Use the sandbox account<\/button>/)
  })

  it('goes on to consent with the right user id and token, and with spaces around them', async () => {
    assert.match((await attempt(ALICE.userId, ALICE.apiToken)).html, /name="decision"/)
    assert.match((await attempt(` ${ALICE.userId} `, ` ${ALICE.apiToken}\n`)).html, /name="decision"/)
  })

  it('goes on as 100001 with one click on the sandbox account', async () => {
    const { person, page } = await arrive()
    assert.match((await person.submit(page, { account: 'sandbox' })).html, /<strong>100001<\/strong>/)
  })

  it('says that QuantConnect does not accept a wrong token', async () => {
    asksAgain(await attempt(ALICE.userId, WRONG), 422, /does not accept this user id and API token/, ALICE.userId)
  })

  it("accepts nobody with another person's token", async () => {
    asksAgain(await attempt('100002', ALICE.apiToken), 422, /does not accept/, '100002')
  })

  for (const userId of ['alice', '12x', '-1', '1.5', '0x1', '']) {
    it(`says that a user id is a number, without asking QuantConnect: "${userId}"`, async () => {
      asksAgain(await attempt(userId, WRONG), 422, /user id is a number/, userId)
    })
  }

  it('says that the token is missing', async () => {
    asksAgain(await attempt('100001', ''), 422, /enter the API token/, '100001')
    asksAgain(await attempt('100001', '   '), 422, /enter the API token/, '100001')
  })

  it('says that QuantConnect cannot be reached, and that nothing is wrong with the input', async () => {
    asksAgain(await attempt('424242', WRONG), 503, /cannot be reached/, '424242')
  })

  it('lets nobody in after a failure, and lets them in on the next try', async () => {
    const { person, page } = await arrive()
    await person.submit(page, { userId: ALICE.userId, apiToken: WRONG, account: 'own' })
    const reopened = await person.open(page.url.href)
    assert.match(reopened.html, /name="apiToken"/)
    const next = await person.submit(page, { ...ALICE, account: 'own' })
    assert.match(next.html, /name="decision"/)
  })

  it('decides nothing about consent: a sign-in form cannot carry it', async () => {
    const { person, page } = await arrive()
    const fields = { ...ALICE, account: 'own', decision: 'allow', scope: ['qc:account:read'] }
    assert.match((await person.submit(page, fields)).html, /name="decision"/)
  })

  it('signs nobody in without the form token (login CSRF)', async () => {
    const { person, page } = await arrive()
    const form = new URLSearchParams({ ...ALICE, account: 'own', csrf: 'wrong' })
    assert.equal((await person.open(page.url.href, form)).status, 410)
    assert.match((await person.open(page.url.href)).html, /name="apiToken"/)
  })

  it('leaves no API token in what the process writes', async () => {
    const { person, page } = await arrive()
    await person.submit(page, { ...ALICE, account: 'own' })
    await connectAs(person)
    const banner = 'The sandbox is on' // the one line that is meant to name the sandbox's token
    const lines = server
      .output()
      .split('\n')
      .filter((line) => !line.includes(banner))
    for (const secret of [WRONG, ALICE.apiToken]) assert.equal(lines.filter((line) => line.includes(secret)).length, 0)
  })
})
