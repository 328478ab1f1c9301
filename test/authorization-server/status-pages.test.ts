// Natural mistakes: what a browser is shown where a program gets a status. The status and the challenge are the same for both.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const PROGRAM = { accept: 'application/json, text/event-stream' }

/** Ways in which a person ends where there is no page, and what their browser sends. */
const MISTAKES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/mcp'],
  ['GET', '/nothing'],
  ['GET', '/.well-known/nothing'],
  ['GET', '/docs/nothing'],
  ['GET', '/docs/__proto__'],
  ['GET', '/interaction'],
  ['GET', '/interaction/never-was'],
  ['GET', '/authorize'],
  ['GET', '/authorize/never-was'],
  ['GET', '/token'],
  ['GET', '/register'],
  ['GET', '/revoke'],
  ['GET', '/introspect'],
  ['GET', '/par'],
  ['PUT', '/'],
  ['PUT', '/authorize'],
  ['POST', '/authorize'],
  ['OPTIONS', '/authorize'],
  ['OPTIONS', '/token'],
  ['POST', '/authorize/never-was'],
  ['DELETE', '/jwks'],
  ['POST', '/nothing'],
  ['POST', '/docs'],
]

describe('what a browser is shown where there is no page', () => {
  const server = useServer()
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    fetch(`${server.origin}${path}`, { method, headers, redirect: 'manual' })

  for (const [method, path] of MISTAKES) {
    it(`is a page, of the status that a program gets: ${method} ${path}`, async () => {
      const [page, program] = [await ask(method, path, BROWSER), await ask(method, path, PROGRAM)]
      assert.equal(page.status, program.status)
      assert.ok(page.status >= 400, `${page.status}`)
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
      assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
      assert.equal(page.headers.get('cache-control'), 'no-store')
      const html = await page.text()
      assert.match(html, /<body data-page="problem">[\s\S]*<h1>[^<]{5,}<\/h1>[\s\S]*<footer>/)
      // What only people come to is a page for everybody.
      const isForPeople = /^\/(authorize|interaction\/)/.test(path)
      assert.equal(/html/.test(program.headers.get('content-type') ?? ''), isForPeople && method === 'GET')
    })
  }

  it('is what to do with the MCP address, and the challenge that a program gets (RFC 9728 §5.1)', async () => {
    const [page, program] = [await ask('GET', '/mcp', BROWSER), await ask('GET', '/mcp', PROGRAM)]
    assert.equal(page.status, 401)
    assert.equal(page.headers.get('www-authenticate'), program.headers.get('www-authenticate'))
    const html = await page.text()
    assert.match(html, /This address is for your assistant/)
    assert.ok(html.includes(`${server.origin}/mcp`))
    assert.match(html, /<a class="button" href="\/">How to connect an assistant<\/a>/)
    assert.match(await (await ask('GET', '/authorize', BROWSER)).text(), /Paste http:\/\/localhost:\d+\/mcp into your/)
  })

  it('is nothing else at the MCP address for what is sent there, whatever it says that it reads', async () => {
    const answer = await ask('POST', '/mcp', { ...BROWSER, 'content-type': 'application/json' })
    assert.equal(answer.status, 401)
    assert.doesNotMatch(answer.headers.get('content-type') ?? '', /html/)
  })

  it('is nothing else where programs send what is theirs, whatever they say that they read', async () => {
    for (const path of ['/token', '/register', '/revoke', '/introspect', '/par']) {
      const { status, headers } = await rawRequest(server.port, path, { host: 'evil.example', ...BROWSER }, {})
      assert.equal(status, 403)
      assert.doesNotMatch(String(headers['content-type']), /html/, path)
    }
  })

  it('says where it does not answer, on a page, when a name was pointed at it that is not its own', async () => {
    const { status, headers, text } = await rawRequest(server.port, '/', { host: 'evil.example', ...BROWSER })
    assert.equal(status, 403)
    assert.match(String(headers['content-type']), /^text\/html/)
    assert.match(text, /This server answers as localhost:\d+ only/)
    assert.equal(text.includes('evil.example'), false)
  })

  it('has what was typed as text', async () => {
    const html = await (await ask('GET', '/%3Cb%3Ex', BROWSER)).text()
    assert.equal(html.includes('<b>x'), false)
    const raw = await rawRequest(server.port, '/<b>"x', { host: `localhost:${server.port}`, ...BROWSER })
    assert.equal(raw.text.includes('<b>"x'), false)
  })
})

describe('pages to read', () => {
  const server = useServer()
  const open = async (path: string) => {
    const response = await fetch(`${server.origin}${path}`, { headers: BROWSER })
    return { status: response.status, type: response.headers.get('content-type') ?? '', html: await response.text() }
  }

  it('are the documents for people, and lead to one another and nowhere in vain', async () => {
    const seen = new Set<string>()
    const toOpen = ['/', '/docs', '/docs/stay-in-charge', '/privacy']
    while (toOpen.length) {
      const path = toOpen.pop() ?? ''
      if (seen.has(path)) continue
      seen.add(path)
      const { status, html } = await open(path)
      assert.equal(status, 200, path)
      if (path.startsWith('/account')) continue
      for (const [, to = ''] of html.matchAll(/href="(\/[^"#]*)[^"]*"/g)) toOpen.push(to)
      assert.doesNotMatch(html, /href="[\w-]+\.md|src="pictures/)
    }
    for (const path of ['/docs', '/docs/stay-in-charge', '/privacy', '/favicon.ico']) assert.ok(seen.has(path), path)
  })

  it('say what docs/ says, in our own words and headings', async () => {
    assert.match(
      (await open('/privacy')).html,
      /<h1 id="[\w-]+">What is kept about people<\/h1>[\s\S]*<h2 id="deleting">/,
    )
    assert.match((await open('/docs/stay-in-charge')).html, /href="\/privacy#deleting"/)
    assert.match((await open('/favicon.ico')).type, /^image\//)
  })
})
