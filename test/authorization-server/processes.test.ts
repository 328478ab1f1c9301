// What must be true of several processes as of one, on every store they can share.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ALIVE, connectAs, connectionState, signedIn } from '../support/connection.ts'
import { rpc } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest, redemption, registerHosted, tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { STORE_NAMES, storeEnv } from '../support/stores.ts'

for (const name of STORE_NAMES) {
  describe(`two processes that share ${name}`, () => {
    const pair = usePair(() => ({ ...storeEnv(name, 'processes:'), TRUSTED_PROXIES: '127.0.0.1/8,::1' }))
    let person: RawPerson
    let client: Registration // it returns to https, so that each round gets its code without a page
    before(async () => {
      person = await signedIn(pair.one)
      client = await registerHosted(pair.one)
    })

    const at = (i: number) => pair.addresses[i % 2] ?? ''
    const ask = (origin: string, parameters: Record<string, string>, from = '198.51.100.7') =>
      tokenRequest({ origin }, { client_id: client.client_id, ...parameters }, { 'x-forwarded-for': from })
    const refreshAt = (address: string, { refresh_token }: Tokens, from?: string) =>
      ask(address, { grant_type: 'refresh_token', refresh_token }, from)
    /** The same request many times at once, half of them to each process. */
    const race = (racers: number, parameters: Record<string, string>) =>
      Promise.all(Array.from({ length: racers }, (_, i) => ask(at(i), parameters)))

    async function raceForCode(racers: number): Promise<Response[]> {
      const request = authorizationRequest(pair.one, client)
      const { url } = await person.allow(request.url)
      return race(racers, {
        ...redemption(request, { url }),
      })
    }

    it('redeem a code once for 200 who come at once from one place, and leave it what it gave', async () => {
      for (const racers of [200, 2, 2, 3, 8]) {
        const responses = await raceForCode(racers)
        const won = responses.filter(({ status }) => status === 200)
        const lost = responses.filter(({ status }) => status === 400)
        assert.deepEqual([won.length, lost.length], [1, racers - 1])
        assert.deepEqual(await connectionState(pair.one, client, (await won[0]?.json()) as Tokens), ALIVE)
      }
    })

    it('end what a code gave when it comes again from elsewhere, and nothing else (OAuth 2.1 §4.1.3)', async () => {
      const other = await connectAs(person, { client })
      for (const at of pair.addresses) {
        const request = authorizationRequest(pair.one, client)
        const parameters = redemption(request, await person.allow(request.url))
        const tokens = (await (await ask(pair.addresses[0], parameters)).json()) as Tokens
        assert.equal((await ask(at, parameters, '203.0.113.9')).status, 400)
        assert.equal((await callAt(0, tokens)).status, 401)
        assert.equal((await refreshAt(pair.addresses[1], tokens)).status, 400)
      }
      assert.deepEqual(await connectionState(pair.one, client, other.tokens), ALIVE)
    })

    it('give 50 who refresh one token at once one chain, and leave nobody behind (OAuth 2.1 §4.3.1)', async () => {
      let { tokens } = await connectAs(person, { client })
      for (const racers of [50, 2, 12, 50]) {
        const responses = await race(racers, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
        assert.deepEqual([...new Set(responses.map(({ status }) => status))], [200])
        const answers = await Promise.all(responses.map(async (response) => (await response.json()) as Tokens))
        assert.equal(new Set(answers.map(({ refresh_token }) => refresh_token)).size, 1)
        for (const answer of answers) assert.equal((await callAt(1, answer)).status, 200)
        tokens = answers[0] ?? tokens
      }
      assert.deepEqual(await connectionState(pair.one, client, tokens), ALIVE)
    })

    it('refuse a stale refresh token, and spare the connection when the rotation came from the same address', async () => {
      const { tokens } = await connectAs(person, { client })
      const newest = (await (await refreshAt(at(0), tokens)).json()) as Tokens
      assert.equal((await callAt(1, newest)).status, 200)
      await Promise.all([pair.one.advance(31), pair.two.advance(31)])
      const stale = await refreshAt(at(1), tokens)
      assert.deepEqual([stale.status, ((await stale.json()) as { error: string }).error], [400, 'invalid_grant'])
      assert.equal((await callAt(0, newest)).status, 200)
      assert.equal((await refreshAt(at(1), newest)).status, 200)
    })

    it('end the connection when a stale refresh token comes from anywhere else (RFC 9700 §4.14.2)', async () => {
      const { tokens } = await connectAs(person, { client })
      const newest = (await (await refreshAt(at(0), tokens)).json()) as Tokens
      assert.equal((await callAt(1, newest)).status, 200)
      await Promise.all([pair.one.advance(31), pair.two.advance(31)])
      assert.equal((await refreshAt(at(1), tokens, '203.0.113.9')).status, 400)
      assert.equal((await callAt(0, newest)).status, 401)
      assert.equal((await refreshAt(at(0), newest)).status, 400)
    })

    it('see what one of them revoked at the next call to the other, 50 times of 50', async () => {
      for (let round = 0; round < 50; round++) {
        const { tokens } = await connectAs(person, { client })
        assert.equal((await callAt(round, tokens)).status, 200)
        const revoked = await fetch(`${at(round + 1)}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: client.client_id, token: tokens.refresh_token }),
        })
        assert.equal(revoked.status, 200)
        assert.equal((await callAt(round, tokens)).status, 401)
      }
    })

    const callAt = (i: number, { access_token }: Tokens) =>
      rpc({ mcp: `${at(i)}/mcp` }, access_token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })
  })
}
