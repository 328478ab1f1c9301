// A person gives this server a token that can do everything. So every page says whose server it is, and so does its metadata.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { whoRuns } from '../../src/authorization-server/views/server-words.ts'
import { ALICE } from '../support/accounts.ts'
import { signedIn, useSignedIn } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { tableRows } from '../support/table-rows.ts'
import { rawRequest } from './raw-request.ts'

const pageName = ({ html }: Pick<Place, 'html'>) => /<body data-page="([\w-]+)">/.exec(html)?.[1]
/** The words at the foot of a page, and where its links lead. */
const footOf = ({ html }: Pick<Place, 'html'>) => /<footer>[\s\S]*<\/footer>/.exec(html)?.[0] ?? ''
const linksIn = (html: string) => [...html.matchAll(/ href="([^"]*)"/g)].map(([, to = '']) => to)

/** The four members that tell of an operator, as far as they are there (RFC 8414 §2, RFC 9728 §2). */
async function policiesIn(origin: string, path: string): Promise<Json> {
  const metadata: Json = await (await fetch(`${origin}/.well-known/${path}`)).json()
  assert.ok(metadata.issuer ?? metadata.resource)
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => /(policy|tos)_uri$/.test(name)))
}
const AUTHORIZATION_SERVER = ['oauth-authorization-server', 'openid-configuration']
const RESOURCE = ['oauth-protected-resource/mcp', 'oauth-protected-resource']

describe('a server whose operator says who they are', () => {
  const PRIVACY = 'https://example.com/privacy?of=us&lang=en'
  const TERMS = 'https://example.com/terms'
  const server = useServer({
    OPERATOR_NAME: `<b>Example</b> & "Sons"`,
    OPERATOR_CONTACT: `<script>alert('x')</script>`,
    OPERATOR_PRIVACY_URL: PRIVACY,
    OPERATOR_TERMS_URL: TERMS,
  })
  const pages = new Map<string, Place>()

  before(async () => {
    const stranger = new RawPerson(server)
    const person = await signedIn(server)
    const at = (path: string, as = stranger) => as.open(server.origin + path)
    const request = async () => authorizationRequest(server, await register(server)).url
    const more = { preset: 'custom', decision: 'allow', scope: ['qc:files:delete'] }
    const consent = await person.open(await request())
    const signIn = await stranger.open(await request())
    pages.set('home', await at('/'))
    pages.set('privacy', await at('/privacy'))
    pages.set('sign-in', signIn)
    pages.set('failed sign-in', await stranger.submit(signIn, { ...ALICE, apiToken: 'wrong', account: 'own' }))
    pages.set('sign-in to the account', await at('/account'))
    pages.set('consent', consent)
    pages.set('consent once more', await person.submit(consent, { decision: 'allow' }))
    pages.set('proof', await person.submit(consent, more))
    pages.set('account', await at('/account', person))
    pages.set('activity', await at('/account/activity', person))
    pages.set('a visit that is over', await at('/interaction/never-was'))
    pages.set('an OAuth error', await at('/authorize?client_id=nobody&response_type=code'))
  })

  it('says so at the foot of every page, with the two addresses', () => {
    const names = [...pages.values()].map((page) => pageName(page))
    assert.deepEqual([...new Set(names)].sort(), [
      'account',
      'activity',
      'consent',
      'home',
      'privacy',
      'problem',
      'proof',
      'sign-in',
    ])
    assert.ok(actOf(pages.get('proof') as Place))
    for (const [name, page] of pages) {
      const foot = footOf(page)
      assert.match(foot, /This server is run by <strong>/, name)
      for (const to of [PRIVACY.replace('&', '&amp;'), TERMS]) assert.ok(linksIn(foot).includes(to), `${name}: ${foot}`)
      assert.doesNotMatch(page.html, /runs on this computer\.|Nobody has said who runs/, name)
    }
  })

  it('says it as text, whatever is in it', () => {
    const words =
      'This server is run by <strong>&lt;b&gt;Example&lt;/b&gt; &amp; &quot;Sons&quot;</strong> (&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;).'
    for (const [name, page] of pages) {
      assert.ok(footOf(page).includes(words), `${name}: ${footOf(page)}`)
      assert.doesNotMatch(page.html, /<b>Example|<script(?! src="\/assets\/)/, name)
    }
  })

  it('says it once more where a person decides', () => {
    for (const name of ['consent', 'consent once more']) {
      assert.match(pages.get(name)?.html.split('<footer>')[0] ?? '', /This server is run by <strong>/, name)
    }
  })

  for (const path of AUTHORIZATION_SERVER) {
    it(`has both addresses in ${path} (RFC 8414 §2)`, async () => {
      assert.deepEqual(await policiesIn(server.origin, path), { op_policy_uri: PRIVACY, op_tos_uri: TERMS })
    })
  }
  for (const path of RESOURCE) {
    it(`has both addresses in ${path} (RFC 9728 §2)`, async () => {
      assert.deepEqual(await policiesIn(server.origin, path), { resource_policy_uri: PRIVACY, resource_tos_uri: TERMS })
    })
  }
})

describe('a server of which nobody has said who runs it', () => {
  const server = useServer()
  const person = useSignedIn(server)

  it('says on every page that it runs on this computer, where it does', async () => {
    const consent = await person.open(authorizationRequest(server, await register(server)).url)
    const others = [
      '/',
      '/privacy',
      '/account',
      '/interaction/never-was',
      '/authorize?client_id=nobody&response_type=code',
    ]
    for (const page of [consent, ...(await Promise.all(others.map((path) => person.open(server.origin + path))))]) {
      const foot = footOf(page)
      assert.match(foot, /This server runs on this computer\./, page.url.href)
      for (const to of linksIn(foot)) assert.match(to, /^\/(?!\/)/, page.url.href)
    }
  })

  it('has no address of an operator in its metadata', async () => {
    for (const path of [...AUTHORIZATION_SERVER, ...RESOURCE]) {
      assert.deepEqual(await policiesIn(server.origin, path), {}, path)
    }
  })

  describe('and which is reached by a name', () => {
    const shared = useServer({ PUBLIC_URL: 'https://qcgate.example:8443' })

    it('says of that name that nobody has said it', async () => {
      for (const path of ['/', '/account', '/privacy', '/authorize?client_id=nobody&response_type=code']) {
        const { text } = await rawRequest(shared.port, path, { host: 'qcgate.example:8443', accept: 'text/html' })
        const foot = footOf({ html: text })
        assert.match(foot, /Nobody has said who runs <strong>qcgate\.example:8443<\/strong>\./, path)
        assert.doesNotMatch(text, /on this computer\./, path)
      }
    })
  })

  it('says how its operator is reached where they said only that', async () => {
    const place = { host: 'qcgate.example', local: false }
    const says = async (operator: object) => String(await whoRuns({ ...place, ...operator }))
    assert.equal(
      await says({ contact: 'a@b.example & co' }),
      'Whoever runs this server is reached at a@b.example &amp; co.',
    )
    assert.equal(await says({ name: 'Example' }), 'This server is run by <strong>Example</strong>.')
    assert.equal(await says({ name: 'Example', local: true }), 'This server is run by <strong>Example</strong>.')
  })

  describe('and its page /privacy', () => {
    const TEXT = readFileSync(new URL('../../docs/privacy.md', import.meta.url), 'utf8')
    let words: string
    let content: string
    before(async () => {
      const response = await fetch(`${server.origin}/privacy`)
      assert.equal(response.status, 200)
      content = /<main>([\s\S]*)<\/main>/.exec(await response.text())?.[1] ?? ''
      words = plain(content.replace(/<[^>]*>/g, ''))
    })
    const plain = (text: string) =>
      text
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[*`]/g, '')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&')
        .replace(/\s+/g, ' ')
        .trim()

    it('has the headings of docs/privacy.md, and no other', () => {
      const headings = [...TEXT.matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', text = '']) => [
        marks.length,
        plain(text),
      ])
      const shown = [...content.matchAll(/<h(\d)[^>]*>([\s\S]*?)<\/h\1>/g)].map(([, depth, text = '']) => [
        Number(depth),
        plain(text),
      ])
      assert.ok(headings.length >= 3)
      assert.deepEqual(shown, headings)
    })

    it('has each row of its table: what is kept, and who can read it', () => {
      const rows = tableRows(TEXT)
      assert.ok(rows.length > 10)
      const shown = [...content.matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
        .map(([, row = '']) =>
          [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => plain(cell.replace(/<[^>]*>/g, ''))),
        )
        .filter((cells) => cells.length)
      assert.deepEqual(
        shown,
        rows.map((row) => row.map(plain)),
      )
    })

    it('has its text from the first word to the last', () => {
      const paragraphs = TEXT.split(/\n\n+/).filter((part) => !/^[#|-]/.test(part))
      assert.ok(paragraphs.length > 5)
      for (const paragraph of paragraphs) assert.ok(words.includes(plain(paragraph)), plain(paragraph))
    })

    it('leads to no document that is not served, and away from here only by https', async () => {
      assert.ok(TEXT.includes('](storage.md)') && words.includes('storage.md has every record'))
      for (const to of linksIn(content)) {
        assert.match(to, /^(https:\/\/|\/(?!\/)|#)/)
        if (to.startsWith('/')) assert.equal((await fetch(server.origin + to)).status, 200, to)
      }
    })
  })
})
