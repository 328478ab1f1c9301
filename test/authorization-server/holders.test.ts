// Everybody who was given tokens of a connection holds it: what it has, and what it is given later. So each time is counted,
// told of, and said again before the connection is given more.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, registerHosted } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

const READS = 'qc:projects:read'
const MONEY = { scope: [READS, 'qc:live:write'], paper: 'off', decision: 'allow' }

describe('who holds a connection is told', () => {
  const server = useServer()
  const person = useSignedIn(server)
  let client: Registration
  let id: string
  before(async () => {
    client = await registerHosted(server, { client_name: 'Newsworthy' })
    id = grantIdOf(
      (await connectAs(person, { client, parameters: { scope: READS }, allow: [READS] })).tokens.access_token,
    )
  })

  const visit = (scope = READS) => authorizationRequest(server, client, { scope })
  const account = () => person.open(`${server.origin}/account`)
  const widen = async () =>
    person.submitTo(`/account/connections/${id}`, await account(), {
      ...MONEY,
      preset: 'custom',
      name: 'My desk',
    })

  it('on the page that asks for a proof before it is given more, beside who it is and where it returns to', async () => {
    const { html } = await widen()
    assert.match(html, /<dt>Client<\/dt><dd>Newsworthy, returns to <strong>[^<]*client\.example/)
    assert.match(html, /Before “Newsworthy”, from now on called “My desk”, may do more/)
    assert.match(html, /Whoever connected it gets this too: it was connected 1 time, last <time/)
  })

  it('also when it came back without a page, and that is news', async () => {
    await person.submitTo('/account/seen', await account())
    const request = visit()
    const place = await person.open(request.url)
    assert.ok(place.url.searchParams.get('code'))
    assert.doesNotMatch((await account()).html, /connected again/)
    assert.equal(grantIdOf((await redeem(server, client, request, place)).access_token), id)
    assert.match((await account()).html, /<strong>Newsworthy<\/strong> connected again/)
    assert.match((await widen()).html, /it was connected 2 times, last <time/)
  })

  it('on the page that its person sees when it comes back with one', async () => {
    const page = await person.open(visit(`${READS} qc:files:read`).url)
    assert.match(page.html, /connected 2 times/)
    const { html } = await person.submit(page, MONEY)
    assert.match(html, /<dt>Client<\/dt><dd>Newsworthy, returns to <strong>[^<]*client\.example/)
    assert.match(html, /it was connected 2 times/)
  })

  it('and is grave news where it gets anything dangerous', async () => {
    await person.prove(await widen())
    const request = visit()
    const asked = await person.submit(await person.open(request.url), { ...MONEY, paper: 'on' })
    await redeem(server, client, request, await person.prove(asked))
    assert.match((await account()).html, /▲ <\/span><strong>My desk<\/strong> connected again/)
  })
})
