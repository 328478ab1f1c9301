import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { RawPerson, Registration, Tokens } from '../support/raw-client.ts'
import { authorizationRequest } from '../support/raw-client.ts'
import type { TestServer } from '../support/server.ts'
import { freePort, startServer } from '../support/server.ts'
import { ALIVE, connectAs, fate, OVER, registerHosted, signedIn } from './support.ts'

const ROUNDS = 30

describe('two processes that share one PUBLIC_URL and one store', () => {
  let one: TestServer
  let two: TestServer
  let addresses: string[]
  let person: RawPerson
  let client: Registration // it returns to https, so that each round gets its code without a page
  before(async () => {
    one = await startServer()
    const port = await freePort()
    two = await startServer({
      PORT: String(port),
      PUBLIC_URL: one.origin,
      DATA_DIR: join(one.folder, 'data'),
      KEYS_DIR: join(one.folder, 'keys'),
    })
    addresses = [one.origin, `http://127.0.0.1:${port}`]
    person = await signedIn(one)
    client = await registerHosted(one)
  })
  after(async () => {
    await two.stop()
    await one.stop()
  })

  /** The same token request several times at once, half of them to each process. */
  const race = (racers: number, parameters: Record<string, string>) =>
    Promise.all(
      Array.from({ length: racers }, (_, i) =>
        fetch(`${addresses[i % 2]}/token`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: client.client_id, ...parameters }),
        }),
      ),
    )

  it('redeem a code once between them, and then end what it gave (OAuth 2.1 §4.1.3)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const request = authorizationRequest(one, client)
      const { url } = await person.allow(request.url)
      const responses = await race(round % 2 ? 12 : 2, {
        grant_type: 'authorization_code',
        code: url.searchParams.get('code') ?? '',
        code_verifier: request.verifier,
        redirect_uri: request.redirectUri,
      })
      const won = responses.filter(({ status }) => status === 200)
      assert.equal(won.length, 1)
      assert.deepEqual(await fate(one, client, (await won[0]?.json()) as Tokens), OVER)
    }
  })

  it('give one successor for a refresh token between them (OAuth 2.1 §4.3.1)', async () => {
    let { tokens } = await connectAs(person, { client })
    for (let round = 0; round < ROUNDS; round++) {
      const responses = await race(12, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
      assert.deepEqual([...new Set(responses.map(({ status }) => status))], [200])
      const answers = await Promise.all(responses.map(async (response) => (await response.json()) as Tokens))
      assert.equal(new Set(answers.map(({ refresh_token }) => refresh_token)).size, 1)
      tokens = answers[0] ?? tokens
    }
    assert.deepEqual(await fate(one, client, tokens), ALIVE)
  })
})
