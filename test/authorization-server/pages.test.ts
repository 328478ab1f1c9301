import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { grantIdOf } from '../support/access-token.ts'
import { connectAs } from '../support/connection.ts'
import { newAuthenticator } from '../support/passkeys.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { changeGrant } from '../support/stored.ts'

/** What a program may call itself, a connection or a passkey. */
const BAD = '"><b>1</b>'

describe('every page', () => {
  const server = useServer()
  const pages = new Map<string, Place>()

  /** The pages a person meets, each from a visit of its own. */
  before(async () => {
    const visitor = new RawPerson(server)
    const start = async (metadata?: Record<string, unknown>) =>
      visitor.open(authorizationRequest(server, await register(server, metadata)).url)
    pages.set('home', await visitor.open(`${server.origin}/`))
    pages.set('sign-in', await start())
    pages.set(
      'failed sign-in',
      await visitor.submit(await start(), { userId: '"><b>1', apiToken: 'x', account: 'own' }),
    )
    const client = await register(server)
    pages.set('unknown client', await visitor.open(authorizationRequest(server, { ...client, client_id: 'gone' }).url))
    const astray = { ...client, redirect_uris: ['https://evil.example/cb'] }
    pages.set('unregistered redirect_uri', await visitor.open(authorizationRequest(server, astray).url))
    pages.set('lost visit', await visitor.open(`${server.origin}/interaction/never-was`))
    pages.set(
      'lost form',
      await visitor.open(`${server.origin}/interaction/never-was`, new URLSearchParams({ a: 'b' })),
    )
    const named = await register(server, { client_name: BAD })
    const { tokens } = await connectAs(visitor, { client: named })
    pages.set('consent', await start({ client_name: BAD }))
    pages.set('failed consent', await visitor.submit(await start(), { decision: 'allow' }))
    pages.set('consent again', await visitor.open(authorizationRequest(server, named).url))
    const account = (path = '') => visitor.open(`${server.origin}/account${path}`)
    const send = async (path: string, fields = {}) => visitor.submitTo(path, await account(), fields)
    const connection = `/connections/${grantIdOf(tokens.access_token)}`
    const more = { preset: 'custom', decision: 'allow', scope: 'qc:files:delete', name: `${BAD} too` }
    pages.set('proof', await send(`/account${connection}`, { ...more, [BAD]: BAD }))
    await visitor.prove(pages.get('proof') as Place)
    pages.set('new passkey', await newAuthenticator(visitor).add(BAD))
    await visitor.prove(pages.get('new passkey') as Place)
    const [removal = ''] = /\/account\/passkeys\/[^"]+\/remove/.exec((await account()).html) ?? []
    pages.set('removed passkey', await send(removal))
    for (const path of ['', connection, '/activity', '/token', '/delete'])
      pages.set(`account${path}`, await account(path))
    await changeGrant(server, tokens.access_token, { suspended: true })
    pages.set('review', await account())
    pages.set('proof of the review', await send('/account/review', { keep: grantIdOf(tokens.access_token) }))
  })

  const policyOf = ({ headers }: Place) =>
    new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
        const [name = '', ...sources] = directive.split(' ')
        return [name, sources.join(' ')]
      }),
    )
  const each = (check: (page: Place) => void) => {
    assert.equal(pages.size, 20)
    for (const [name, page] of pages) {
      try {
        check(page)
      } catch (error) {
        throw new Error(`the page "${name}" (${page.status})`, { cause: error })
      }
    }
  }

  it('is one of our own, in HTML, with a heading', () => {
    each(({ html, headers, url }) => {
      assert.equal(url.origin, server.origin)
      assert.equal(headers.get('content-type'), 'text/html; charset=utf-8')
      assert.equal(html.split('<h1>').length, 2)
    })
  })

  it('can be framed by nobody (RFC 9700 §4.16)', () => {
    each((page) => {
      assert.equal(policyOf(page).get('frame-ancestors'), "'none'")
      assert.equal(page.headers.get('x-frame-options'), 'DENY')
    })
  })

  it('runs no script and no style that stands in the page', () => {
    each((page) => {
      const policy = policyOf(page)
      assert.equal(policy.get('default-src'), "'none'")
      assert.equal(policy.get('base-uri'), "'none'")
      assert.equal(
        [...policy.values()].some((sources) => /unsafe|\*/.test(sources)),
        false,
      )
      const ours = page.html.replace(/<script src="\/assets\/[\w.]+\.js" type="module"><\/script>/, '')
      assert.equal(/<script|<style|\sstyle=|\son\w+=|javascript:/i.test(ours), false)
    })
  })

  it('is not kept by any cache, and does not tell others where it was', () => {
    each(({ headers }) => {
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.match(headers.get('referrer-policy') ?? '', /^(same-origin|no-referrer)$/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
    })
  })

  it('says SANDBOX where the sandbox is on, and that qcgate is not QuantConnect', () => {
    each(({ html }) => {
      assert.match(html, />SANDBOX</)
      assert.match(html, /not affiliated with QuantConnect/)
    })
  })

  it('takes its style and its script from files of ours, named by their content', async () => {
    for (const [link, type] of [
      [/rel="stylesheet" href="([^"]+)"/, /^text\/css/],
      [/<script src="([^"]+)"/, /^text\/javascript/],
    ] as const) {
      const paths = new Set([...pages.values()].map(({ html }) => link.exec(html)?.[1] ?? ''))
      assert.equal(paths.size, 1)
      const response = await fetch(server.origin + [...paths][0])
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', type)
      assert.match(response.headers.get('cache-control') ?? '', /immutable/)
    }
  })

  it('escapes what was typed or sent, and what clients, connections and passkeys are called', () => {
    for (const name of [
      'consent',
      'proof',
      'new passkey',
      'removed passkey',
      'account',
      'review',
      'proof of the review',
    ]) {
      assert.ok(pages.get(name)?.html.includes('&lt;b&gt;1'), name)
    }
    assert.ok(pages.get('failed sign-in')?.html.includes('value="&quot;&gt;&lt;b&gt;1"'))
    each(({ html }) => assert.equal(html.includes('<b>'), false))
  })

  for (const [how, redirect, source] of [
    ['loopback', 'http://127.0.0.1:4567/callback', 'http:'],
    ['IPv6 loopback', 'http://[::1]:4567/callback', 'http:'],
    ['a private scheme', 'com.example.app:/callback', 'com.example.app:'],
    ['https', 'https://client.example/cb', 'https:'],
  ] as const) {
    it(`lets its forms lead to us and back to the client, and nowhere by plain http otherwise: ${how}`, async () => {
      const native = redirect.startsWith('https:') ? {} : { application_type: 'native' }
      const client = await register(server, { redirect_uris: [redirect], ...native })
      const person = new RawPerson(server)
      const signIn = await person.open(authorizationRequest(server, client).url)
      const consent = await person.submit(signIn, { account: 'sandbox' })
      assert.match(consent.html, /name="decision"/)
      for (const page of [signIn, consent]) {
        const sources = new Set(policyOf(page).get('form-action')?.split(' '))
        assert.deepEqual(sources, new Set(["'self'", 'https:', source]))
      }
    })
  }
})
