import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE, BOB } from '../support/accounts.ts'
import { authorizationRequest, refusal, register } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

describe('a server without the sandbox', () => {
  const server = useServer({ SANDBOX: 'off', QUANTCONNECT_API_URL: 'http://127.0.0.1:1' })

  const visit = async () => {
    const person = new RawPerson(server)
    return { person, page: await person.open(authorizationRequest(server, await register(server)).url) }
  }

  it('shows no sandbox anywhere', async () => {
    const { person, page } = await visit()
    const home = await person.open(`${server.origin}/`)
    for (const { html } of [page, home]) assert.equal(/sandbox|100001/i.test(html), false)
    assert.match(page.html, /<button[^>]*>Sign in<\/button>/)
  })

  it('signs nobody in by the button that is not there', async () => {
    const { person, page } = await visit()
    for (const fields of [{ account: 'sandbox' }, { account: 'sandbox', userId: '', apiToken: '' }]) {
      const again = await person.submit(page, fields)
      assert.equal(again.status, 422)
      assert.match(again.html, /name="apiToken"/)
    }
  })

  it('asks the real QuantConnect about the sandbox accounts, like about any other', async () => {
    for (const account of [ALICE, BOB]) {
      const { person, page } = await visit()
      const again = await person.submit(page, { ...account, account: 'own' })
      assert.equal(again.status, 503)
      assert.match(again.html, /name="apiToken"/)
      assert.equal(again.html.includes(account.apiToken), false)
    }
  })

  it('still answers clients as it should', async () => {
    const { client_id } = await register(server)
    const body = new URLSearchParams({ grant_type: 'authorization_code', client_id, code: 'x', redirect_uri: 'x' })
    assert.equal(await refusal(await fetch(`${server.origin}/token`, { method: 'POST', body })), '400 invalid_grant')
  })
})
