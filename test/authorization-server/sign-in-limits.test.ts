import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const QUARTER_OF_AN_HOUR = 15 * 60

describe('how often someone may try to sign in', () => {
  const server = useServer({ QUANTCONNECT_API_URL: 'http://127.0.0.1:1' })
  let person: RawPerson
  let page: Place
  before(async () => {
    person = new RawPerson(server)
    page = await person.open(authorizationRequest(server, await register(server)).url)
  })

  /** One attempt that says it comes from somewhere else, as an attacker would. */
  const attempt = (fields: Record<string, string>, from = '198.51.100.1') => {
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    return fetch(page.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: person.cookiesFor(page.url),
        'x-forwarded-for': from,
        forwarded: `for=${from}`,
      },
      body: new URLSearchParams({ csrf, account: 'own', ...fields }),
    })
  }
  const statuses = (count: number, fields: (i: number) => Record<string, string>) =>
    Promise.all(Array.from({ length: count }, (_, i) => attempt(fields(i), `198.51.100.${i}`))).then((all) =>
      all.map(({ status }) => status),
    )

  it('stops after ten attempts for one account, and says when to come back (RFC 6585 §4)', async () => {
    assert.deepEqual(new Set(await statuses(10, () => ({ userId: ALICE.userId, apiToken: 'wrong' }))), new Set([422]))
    const eleventh = await attempt({ userId: ALICE.userId, apiToken: 'wrong' })
    assert.equal(eleventh.status, 429)
    const wait = Number(eleventh.headers.get('retry-after'))
    assert.ok(wait > 0 && wait <= QUARTER_OF_AN_HOUR)
    assert.match(await eleventh.text(), /Too many attempts/)
  })

  it('then refuses the right token too, so that guessing gains nothing', async () => {
    assert.equal((await attempt(ALICE)).status, 429)
    assert.equal((await attempt({ ...ALICE, userId: ` ${ALICE.userId} ` })).status, 429)
  })

  it('takes leading zeros for no other account: QuantConnect is not asked again', async () => {
    const { status } = await attempt({ ...ALICE, userId: `000${ALICE.userId}` })
    assert.ok([422, 429].includes(status), `${status}`)
  })

  it('leaves other accounts alone', async () => {
    assert.equal((await attempt({ userId: BOB.userId, apiToken: 'wrong' })).status, 422)
  })

  it('counts accounts that do not exist in the same way', async () => {
    await statuses(10, () => ({ userId: '999', apiToken: 'wrong' }))
    assert.equal((await attempt({ userId: '999', apiToken: 'wrong' })).status, 429)
  })

  it('survives a restart, so that nobody starts counting anew', async () => {
    await server.crashAndRestart()
    assert.equal((await attempt(ALICE)).status, 429)
  })

  it('lets the account in again after a quarter of an hour', async () => {
    await server.advance(QUARTER_OF_AN_HOUR + 1)
    assert.equal((await attempt(ALICE)).status, 303)
    page = await person.open(authorizationRequest(server, await register(server)).url)
  })

  it('stops an address after sixty attempts, whatever account, and whatever address it claims to come from', async () => {
    await server.advance(QUARTER_OF_AN_HOUR + 1)
    const fields = (i: number) => ({ userId: `${7000 + i}`, apiToken: 'wrong' })
    assert.deepEqual(new Set(await statuses(60, fields)), new Set([503]))
    assert.equal((await attempt(BOB, '203.0.113.9')).status, 429)
  })
})
