// Coming back never widens. Who comes back is known by a name, by a host or by a key; whose account it will work for, and what
// it is about to get, its person alone can say.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import type { Scope } from '../../src/scopes.ts'
import { grantIdOf } from '../support/access-token.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register, registerHosted } from '../support/raw-client.ts'
import type { Place, RawPerson } from '../support/raw-person.ts'
import { actOf } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { grantsOfAccount, withGrants } from '../support/stored.ts'

const READS: Scope = 'qc:projects:read'
const MONEY: readonly Scope[] = [READS, 'qc:backtests:read', 'qc:live:write', 'qc:live:execute']

describe('a client that comes back', () => {
  const server = useServer()
  let person: RawPerson
  before(async () => {
    person = await signedIn(server)
  })

  const visit = (client: Registration, scope = READS as string) => authorizationRequest(server, client, { scope })
  const open = (client: Registration, scope?: string) => person.open(visit(client, scope).url)
  const find = (id: string) => withGrants(server, (grants) => grants.find(id))
  const code = ({ url }: Place) => url.searchParams.get('code')
  const asksWhich = (place: Place) =>
    assert.match(place.html, /<legend>Which connection is it\?<\/legend>/, place.html.slice(0, 3_000))
  async function connected(client: Registration, allow: readonly string[]) {
    const { tokens } = await connectAs(person, { client, parameters: { scope: READS }, allow })
    return { tokens, id: grantIdOf(tokens.access_token) }
  }
  /** What a client gets by a request, and a way of answering its page. */
  async function granted(client: Registration, scope: string, answer: (page: Place) => Promise<Place>) {
    const request = visit(client, scope)
    const tokens = await redeem(server, client, request, await answer(await person.open(request.url)))
    return { tokens, id: grantIdOf(tokens.access_token) }
  }

  for (const [kind, enroll] of Object.entries({
    'a program on this computer': () => register(server),
    'a program of its own scheme': () => register(server, { redirect_uris: ['com.example.app:/callback'] }),
    'a hosted assistant': () => registerHosted(server),
    'a client with a secret': () => registerHosted(server, { token_endpoint_auth_method: 'client_secret_post' }),
  })) {
    describe(`to a connection with real money: ${kind}`, () => {
      let client: Registration
      let id: string
      let page: Place
      before(async () => {
        client = await enroll()
        const request = visit(client)
        const asked = await person.submit(await person.open(request.url), {
          scope: MONEY,
          paper: 'off',
          decision: 'allow',
        })
        assert.ok(code(await person.prove(asked)))
        const mine = await grantsOf()
        id = mine.find(({ clientId }) => clientId === client.client_id)?.id ?? ''
      })
      beforeEach(async () => {
        page = await open(client)
      })

      it('gets a page with the sentence, the mark of real money, the end and the last use', () => {
        assert.match(page.html, /trade with real money/)
        assert.match(page.html, /class="badge">real money/)
        assert.match(page.html, /ends on <time/)
        assert.match(page.html, /not used yet/)
        assert.match(page.html, /Whoever asks now gets all of this connection/)
        assert.match(page.html, /Connect separately, with only what it asks for/)
      })

      it('gets nothing by one press, whatever it asks for', async () => {
        for (const scope of [READS, MONEY.join(' '), 'qc:live:write']) {
          const again = await open(client, scope)
          const asked = await person.submit(again, { scope: MONEY, paper: 'off', decision: 'allow' })
          assert.ok(actOf(asked))
          assert.equal(code(asked), null)
        }
      })

      it('gets nothing by a form that names no connection: the page says that it must', async () => {
        const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
        const answer = await person.open(
          page.url.href,
          new URLSearchParams([
            ['csrf', csrf],
            ['decision', 'allow'],
            ['scope', READS],
            ['scope', 'qc:live:write'],
          ]),
        )
        assert.equal(answer.status, 422)
        assert.match(answer.html, /say which connection/)
      })

      it('gets it after a proof, as it is and until the same end, whatever it asked for', async () => {
        const before = await find(id)
        const asked = await person.submit(page, { scope: MONEY, paper: 'off', decision: 'allow' })
        assert.ok(code(await person.prove(asked)))
        const { scopes, paperOnly, expiresAt } = (await find(id)) ?? {}
        assert.deepEqual(
          { scopes, paperOnly, expiresAt },
          {
            scopes: before?.scopes,
            paperOnly: false,
            expiresAt: before?.expiresAt,
          },
        )
      })

      it('gets nothing by one press either when everything dangerous is unticked: it could be given back later', async () => {
        const asked = await person.submit(page, { scope: READS, decision: 'allow' })
        assert.ok(actOf(asked))
        assert.deepEqual((await find(id))?.scopes, MONEY)
      })

      it('gets no more than was decided on: the proof is over when the connection was changed meanwhile', async () => {
        const asked = await person.submit(page, { scope: MONEY, paper: 'off', decision: 'allow' })
        await withGrants(server, (grants) => grants.change(id, { scopes: MONEY.slice(0, 3) }))
        assert.equal((await person.prove(asked)).status, 410)
        await withGrants(server, (grants) => grants.change(id, { scopes: MONEY }))
      })
    })
  }
  const grantsOf = async () => {
    const { tokens } = await connectAs(person)
    return grantsOfAccount(server, tokens.access_token)
  }

  it('to what trades on paper, spends, deletes, overwrites or administers is asked as well', async () => {
    for (const scope of [
      'qc:live:execute',
      'qc:optimizations:write',
      'qc:files:delete',
      'qc:objects:write',
      'qc:admin:write',
    ]) {
      const client = await register(server)
      await connectAs(person, { client, parameters: { scope: READS }, allow: [READS, scope] })
      const asked = await person.submit(await open(client), { scope: [READS, scope], paper: 'on', decision: 'allow' })
      assert.ok(actOf(asked), scope)
    }
  })

  it('to what is harmless is let in with one press, its sentence in sight', async () => {
    const client = await register(server)
    const { id } = await connected(client, [READS, 'qc:files:write'])
    const page = await open(client)
    assert.match(page.html.split('<details class="fold">')[0] ?? '', /will be able to look at projects and write code/)
    const answer = (shown: Place) => person.submit(shown, { scope: [READS, 'qc:files:write'], decision: 'allow' })
    const { tokens, id: joined } = await granted(client, READS, answer)
    assert.equal(joined, id)
    assert.equal(tokens.scope, `${READS} qc:files:write`)
  })

  it('gets its harmless connection back without a page when it has a secret, wherever the answer goes', async () => {
    const client = await register(server, { token_endpoint_auth_method: 'client_secret_post' })
    assert.ok(code(await person.allow(visit(client).url, [READS])))
    assert.ok(code(await open(client)))
    const withoutSecret = await register(server)
    assert.ok(code(await person.allow(visit(withoutSecret).url, [READS])))
    assert.equal(code(await open(withoutSecret)), null)
  })

  it('and names fewer permissions than the connection has is not given the rest unsaid, though it is hosted', async () => {
    const client = await registerHosted(server)
    await connected(client, [READS, 'qc:files:read', 'qc:files:write'])
    const page = await open(client)
    assert.equal(code(page), null)
    assert.match(page.html, /write code/)
    assert.ok(code(await open(client, `${READS} qc:files:read qc:files:write`)))
  })

  describe('to whom “Connect separately” is said', () => {
    it('gets a connection of its own with the harmless part of what it asked for, with one press', async () => {
      const client = await register(server)
      const { id } = await connected(client, MONEY)
      const wish = `${READS} qc:files:read qc:live:write qc:files:delete`
      const { tokens, id: own } = await granted(client, wish, (page) => person.submit(page, { decision: 'separate' }))
      assert.notEqual(own, id)
      assert.deepEqual(tokens.scope.split(' ').toSorted(), ['qc:files:read', READS])
      assert.equal((await find(own))?.paperOnly, true)
      assert.deepEqual((await find(id))?.scopes, MONEY)
    })

    it('gets nothing more by boxes that come along', async () => {
      const client = await register(server)
      await connected(client, MONEY)
      const answer = (page: Place) =>
        person.submit(page, { decision: 'separate', scope: MONEY, paper: 'off', expires: 'never' })
      const { id } = await granted(client, READS, answer)
      assert.deepEqual((await find(id))?.scopes, [READS])
    })

    it('is shown the boxes of a new one where it asked for nothing harmless', async () => {
      const client = await register(server)
      await connected(client, MONEY)
      const page = await person.submit(await open(client, 'qc:live:write'), { decision: 'separate' })
      assert.equal(page.status, 422)
      assert.match(page.html, /name="connection" value="new"/)
      const asked = await person.submit(page, { scope: MONEY, paper: 'on', decision: 'allow' })
      assert.ok(actOf(asked))
      assert.ok(code(await person.prove(asked)))
    })
  })

  describe('to one of several', () => {
    let client: Registration
    let money: string
    let harmless: string
    before(async () => {
      client = await register(server)
      money = (await connected(client, MONEY)).id
      harmless = (await granted(client, READS, (page) => person.submit(page, { decision: 'separate' }))).id
    })

    it('gets a page that asks which, with what each may do', async () => {
      const page = await open(client)
      asksWhich(page)
      assert.match(page.html, /trade with real money/)
      for (const id of [money, harmless, 'new']) assert.ok(page.html.includes(`name="connection" value="${id}"`))
    })

    it('gets nothing until it is said which, nor by the name of one that is not among them', async () => {
      const { id: another } = await connected(await register(server), MONEY)
      const bob = await signedIn(server, BOB)
      const bobs = grantIdOf((await connectAs(bob, { client, parameters: { scope: READS } })).tokens.access_token)
      for (const connection of ['', another, bobs, 'nonsense', '__proto__']) {
        const answer = await person.submit(await open(client), { connection, scope: READS, decision: 'allow' })
        assert.equal(answer.status, 422, connection)
        asksWhich(answer)
      }
    })

    it('gets a page that asks which where none of them holds anything dangerous, too', async () => {
      const other = await register(server)
      await connected(other, [READS])
      await granted(other, READS, (page) => person.submit(page, { decision: 'separate' }))
      asksWhich(await open(other))
      const answer = await person.submit(await open(other), { scope: READS, decision: 'allow' })
      assert.equal(answer.status, 422)
      asksWhich(answer)
    })

    it('gets the one that was chosen as it is: after a proof, or with one press', async () => {
      const choose = (connection: string) => async (page: Place) =>
        person.prove(await person.submit(page, { connection, decision: 'allow' }))
      const before = await find(money)
      assert.equal((await granted(client, READS, choose(harmless))).id, harmless)
      assert.ok(actOf(await person.submit(await open(client), { connection: money, decision: 'allow' })))
      assert.equal((await granted(client, READS, choose(money))).id, money)
      assert.deepEqual((await find(money))?.scopes, before?.scopes)
      assert.equal((await find(money))?.expiresAt, before?.expiresAt)
    })

    it('can be looked at first, and changed', async () => {
      const looked = await person.submit(await open(client), { connection: harmless, decision: 'preview' })
      assert.match(looked.html, /name="scope" value="qc:projects:read" checked/)
      const { tokens } = await granted(client, READS, async (page) => {
        const shown = await person.submit(page, { connection: harmless, decision: 'preview' })
        return person.submit(shown, { scope: [READS, 'qc:files:read'], decision: 'allow' })
      })
      assert.equal(grantIdOf(tokens.access_token), harmless)
      assert.equal(tokens.scope, `${READS} qc:files:read`)
    })

    it('or gets a new one, whose permissions are ticked then', async () => {
      const page = await person.submit(await open(client), { connection: 'new', decision: 'allow' })
      assert.equal(page.status, 200)
      assert.match(page.html, /name="connection" value="new"/)
      const { id } = await granted(client, READS, async (shown) => {
        const boxes = await person.submit(shown, { connection: 'new', decision: 'preview' })
        return person.submit(boxes, { scope: READS, decision: 'allow' })
      })
      assert.ok(![money, harmless].includes(id))
    })
  })

  it('in another browser is asked about the same connections', async () => {
    const client = await register(server)
    const { id } = await connected(client, MONEY)
    const elsewhere = await signedIn(server, ALICE)
    const page = await elsewhere.open(visit(client).url)
    assert.match(page.html, new RegExp(`name="connection" value="${id}"`))
    assert.ok(actOf(await elsewhere.submit(page, { scope: MONEY, paper: 'off', decision: 'allow' })))
  })
})
