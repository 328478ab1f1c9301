import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectAs, signedIn } from '../support/connection.ts'
import { authorizationRequest, register, registerHosted } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'

const DAY = 24 * 60 * 60

describe('the browser session', () => {
  const server = useServer()

  /** What a new request meets: the sign-in page, the consent page, or an error at the client. */
  async function meets(person: RawPerson, parameters: Record<string, string> = {}): Promise<string> {
    const { html, url } = await person.open(authorizationRequest(server, await register(server), parameters).url)
    if (html.includes('name="apiToken"')) return 'sign-in'
    return html.includes('name="decision"') ? 'consent' : (url.searchParams.get('error') ?? url.href)
  }

  it('does not exist before the sign-in', async () => {
    assert.equal(await meets(new RawPerson(server)), 'sign-in')
  })

  it('spares the next sign-in, for other clients too, and after kill -9', async () => {
    const person = await signedIn(server)
    assert.equal(await meets(person), 'consent')
    await server.crashAndRestart()
    assert.equal(await meets(person), 'consent')
  })

  it('is not in the way of a person who wants to sign in anew (prompt=login)', async () => {
    assert.equal(await meets(await signedIn(server), { prompt: 'login' }), 'sign-in')
  })

  it('belongs to one browser', async () => {
    await signedIn(server)
    assert.equal(await meets(new RawPerson(server)), 'sign-in')
  })

  it('gets a new name at sign-in, so that a cookie planted before opens nothing (session fixation)', async () => {
    const person = new RawPerson(server)
    const page = await person.open(authorizationRequest(server, await register(server)).url)
    const before = person.cookies.get('qcgate-session /')?.value
    await person.submit(page, { account: 'sandbox' })
    const after = person.cookies.get('qcgate-session /')?.value
    assert.ok(after)
    assert.notEqual(after, before)
  })

  it('is nothing that another value of the cookie would open', async () => {
    const person = await signedIn(server)
    const cookie = person.cookies.get('qcgate-session /')
    assert.ok(cookie)
    person.cookies.set('qcgate-session /', { ...cookie, value: `${cookie.value}x` })
    assert.equal(await meets(person), 'sign-in')
  })

  it('answers prompt=none without a page: login_required where nobody is signed in', async () => {
    assert.equal(await meets(new RawPerson(server), { prompt: 'none' }), 'login_required')
  })

  it('answers prompt=none without a page: consent_required where nothing was allowed yet', async () => {
    assert.equal(await meets(await signedIn(server), { prompt: 'none' }), 'consent_required')
  })

  it('answers prompt=none with a code where a client on https wants nothing new', async () => {
    const person = await signedIn(server)
    const client = await registerHosted(server)
    await connectAs(person, { client })
    const { url } = await person.open(authorizationRequest(server, client, { prompt: 'none' }).url)
    assert.ok(url.searchParams.get('code'))
  })

  it('lasts for 14 days', async () => {
    const person = await signedIn(server)
    await server.advance(13 * DAY)
    assert.equal(await meets(person), 'consent')
    await server.advance(15 * DAY)
    assert.equal(await meets(person), 'sign-in')
  })
})
