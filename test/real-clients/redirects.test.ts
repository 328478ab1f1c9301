// How the answer comes back to real clients: the addresses they use, and a browser that blocks what a page did not announce.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { useBrowser } from '../support/browser.ts'
import { useSignedIn } from '../support/connection.ts'
import { anyPort, documented, REGISTRATIONS } from '../support/known-clients.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import { boxes, RawPerson } from '../support/raw-person.ts'
import { noteSecrets } from '../support/secrets.ts'
import { useWeb } from '../support/web.ts'

describe('real clients: redirects', () => {
  const { server } = useWeb() // where every document is refused with 403, so that the copies we ship are used
  const browser = useBrowser()
  const person = useSignedIn(server)

  describe('requirement 6: loopback redirects match whatever the port, and their path exactly', () => {
    /** How a client is known, and the ways back that it may then use or not, each at another port. */
    const registered = (name: keyof typeof REGISTRATIONS) => () => register(server, REGISTRATIONS[name])
    const CASES: Record<string, { known(): Promise<Registration> | Registration; good: string[]; bad: string[] }> = {
      'Claude Code, by its document: http://localhost:<random>/callback': {
        known: () => documented('Claude Code'),
        good: ['http://localhost:PORT/callback', 'http://127.0.0.1:PORT/callback'],
        bad: ['http://localhost:PORT/', 'http://localhost:PORT/callback/', 'http://localhost:PORT/callback/x'],
      },
      'Codex, by its document: http://127.0.0.1:<random>/callback': {
        known: () => documented('Codex'),
        good: ['http://127.0.0.1:PORT/callback', 'http://localhost:PORT/callback'],
        bad: ['http://127.0.0.1:PORT/callback/a1b2c3d4e5f6', 'http://127.0.0.1:PORT/Callback'],
      },
      'Zed, by its document: http://127.0.0.1:<random>/callback': {
        known: () => documented('Zed'),
        good: ['http://127.0.0.1:PORT/callback'],
        bad: ['http://127.0.0.1:PORT/callback?x=1', 'http://127.0.0.1:PORT/oauth/callback'],
      },
      'VS Code, by its document: http://127.0.0.1:<random>/ with the path / exact': {
        known: () => documented('VS Code'),
        good: ['http://127.0.0.1:PORT/', 'http://127.0.0.1:33418/'],
        bad: ['http://127.0.0.1:PORT/callback', 'http://127.0.0.1:PORT//'],
      },
      'VS Code, registered: http://127.0.0.1:<random>/ with the path / exact': {
        known: registered('VS Code'),
        good: ['http://127.0.0.1:PORT/', 'http://127.0.0.1:33418/', 'http://127.0.0.1/'],
        bad: ['http://127.0.0.1:PORT/callback', 'http://127.0.0.1:PORT/redirect'],
      },
      'Claude Code, registered at one port and back at another': {
        known: registered('Claude Code'),
        good: ['http://localhost:PORT/callback'],
        bad: ['http://localhost:PORT/', 'http://localhost:PORT/callback/'],
      },
      'Codex, registered at one port and back at another': {
        known: registered('Codex'),
        good: ['http://127.0.0.1:PORT/callback'],
        bad: ['http://127.0.0.1:PORT/callback/a1b2c3d4e5f6'],
      },
      'Gemini CLI, registered: http://localhost:<random>/oauth/callback': {
        known: registered('Gemini CLI'),
        good: ['http://localhost:PORT/oauth/callback'],
        bad: ['http://localhost:PORT/callback'],
      },
      'Goose, registered: http://127.0.0.1:<random>/oauth_callback': {
        known: registered('Goose'),
        good: ['http://127.0.0.1:PORT/oauth_callback'],
        bad: ['http://127.0.0.1:PORT/oauth/callback'],
      },
      'mcpc, registered: http://localhost:8000..8099/callback': {
        known: registered('mcpc'),
        good: ['http://localhost:8000/callback', 'http://localhost:8099/callback'],
        bad: ['http://localhost:8001/'],
      },
    }
    const at = (uri: string) => uri.replace('PORT', String(anyPort()))

    for (const [name, { known, good, bad }] of Object.entries(CASES)) {
      it(name, async () => {
        const client = await known()
        for (const redirect_uri of good.map(at)) {
          const request = authorizationRequest(server, client, { redirect_uri })
          const place = await person.allow(request.url)
          assert.ok(place.url.href.startsWith(`${redirect_uri}?code=`), `${redirect_uri}: ${place.url}`)
          assert.ok((await redeem(server, client, request, place)).access_token)
        }
        for (const redirect_uri of bad.map(at)) {
          const place = await person.open(authorizationRequest(server, client, { redirect_uri }).url)
          assert.equal(place.url.origin, server.origin, redirect_uri)
          assert.equal(place.status, 400, redirect_uri)
        }
      })
    }
  })

  describe('requirement 13: no page blocks the way back, redirects are 302 or 303, state comes back exactly, and opening the address again is harmless', () => {
    const BACK = '<!doctype html><title>Done</title><link rel="icon" href="data:,"><p>Back in the program.'

    /** A person whose browser finds, on every https address, a redirect that the test names, or else the page of a client. */
    async function newVisitor(redirects: Readonly<Record<string, string>> = {}) {
      const visitor = await browser.newPerson()
      const { page, context } = visitor
      // Not by `page.route`, which sees no redirect: what matters here comes after one.
      const devtools = await context.newCDPSession(page)
      await devtools.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*' }] })
      devtools.on('Fetch.requestPaused', ({ requestId, request }) => {
        const location = redirects[request.url.replace(/\?.*/, '')]
        const answer = location
          ? { responseCode: 302, responseHeaders: [{ name: 'location', value: location }] }
          : {
              responseCode: 200,
              responseHeaders: [{ name: 'content-type', value: 'text/html' }],
              body: Buffer.from(BACK).toString('base64'),
            }
        devtools.send('Fetch.fulfillRequest', { requestId, ...answer }).catch(() => {})
      })
      const hops: { status: number; location: string }[] = []
      page.on('response', (response) => {
        const location = response.headers().location
        if (location === undefined) return
        hops.push({ status: response.status(), location })
        noteSecrets({ 'authorization code': URL.parse(location, server.origin)?.searchParams.get('code') })
      })
      return { ...visitor, hops }
    }

    /** A program that listens on loopback, and whose page at `/` leads on to `next`, where PORT stands for its own. */
    async function startProgram(next: string) {
      const listener = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? '', 'http://program')
        if (pathname === '/') response.writeHead(302, { location: next.replace('PORT', port) }).end()
        else response.writeHead(200, { 'content-type': 'text/html' }).end(BACK)
      }).listen(0, '127.0.0.1')
      await once(listener, 'listening')
      const port = String((listener.address() as AddressInfo).port)
      return {
        port,
        close() {
          listener.close()
          listener.closeAllConnections()
        },
      }
    }

    const signIn = (page: Page) => page.getByRole('button', { name: 'Use the sandbox account' }).click()
    const decide = (page: Page, decision: 'Allow' | 'Deny') =>
      page.locator(`button[name=decision][value=${decision.toLowerCase()}]`).click()
    const arrived = (page: Page) => page.getByText('Back in the program.').waitFor()
    const assertKind = (hops: readonly { status: number }[]) => {
      assert.ok(hops.length >= 3)
      for (const { status } of hops) assert.ok(status === 302 || status === 303, `${status}`)
    }

    it('claude.ai: https, and its page leads on to another', async () => {
      const { page, context, complaints, hops } = await newVisitor({
        'https://claude.ai/api/mcp/auth_callback': 'https://claude.com/connectors',
      })
      await page.goto(authorizationRequest(server, documented('claude.ai')).url)
      await signIn(page)
      await decide(page, 'Allow')
      await arrived(page)
      assert.equal(page.url(), 'https://claude.com/connectors')
      assertKind(hops)
      assert.deepEqual(complaints, [])
      await context.close()
    })

    for (const next of ['https://docs.example/signed-in', 'http://localhost:PORT/signed-in']) {
      it(`VS Code: http on loopback, and its page leads on to ${next}`, async () => {
        const program = await startProgram(next)
        try {
          const redirect_uri = `http://127.0.0.1:${program.port}/`
          const { page, context, complaints, hops } = await newVisitor()
          await page.goto(authorizationRequest(server, documented('VS Code'), { redirect_uri }).url)
          await signIn(page)
          await decide(page, 'Allow')
          await arrived(page)
          assert.equal(page.url(), next.replace('PORT', program.port))
          assertKind(hops)
          assert.deepEqual(complaints, [])
          await context.close()
        } finally {
          program.close()
        }
      })
    }

    for (const [name, redirect_uri, decision] of [
      ['Cursor', 'cursor://anysphere.cursor-mcp/oauth/callback', 'Allow'],
      ['Cursor', 'cursor://anysphere.cursor-mcp/oauth/callback', 'Deny'],
      ['an app of its own', 'com.example.app:/oauth/callback', 'Allow'],
    ] as const) {
      it(`${name}: the private scheme of ${redirect_uri} leaves the browser (${decision})`, async () => {
        const redirect_uris = [...REGISTRATIONS.Cursor.redirect_uris, redirect_uri]
        const client = await register(server, { ...REGISTRATIONS.Cursor, redirect_uris })
        const { page, context, complaints, hops } = await newVisitor()
        await page.goto(authorizationRequest(server, client, { redirect_uri }).url)
        await signIn(page)
        // The browser asks for an address that it cannot load, and leaves it to the app: a blocked one is not asked for.
        const left = page.waitForEvent('requestfailed', (request) => request.url().startsWith(`${redirect_uri}?`))
        await decide(page, decision)
        assert.equal((await left).failure()?.errorText, 'net::ERR_ABORTED')
        assertKind(hops)
        const answer = new URL(hops.at(-1)?.location ?? '')
        assert.ok(answer.href.startsWith(`${redirect_uri}?`))
        assert.ok(answer.searchParams.has(decision === 'Allow' ? 'code' : 'error'))
        assert.deepEqual(complaints, [])
        await context.close()
      })
    }

    it('claude.ai: from the sign-in page straight back, when the person has to show who they are and allows nothing new', async () => {
      const client = documented('claude.ai')
      const { page, context, complaints, hops } = await newVisitor()
      await page.goto(authorizationRequest(server, client).url)
      await signIn(page)
      await decide(page, 'Allow')
      await arrived(page)
      await page.goto(authorizationRequest(server, client, { prompt: 'login' }).url)
      await signIn(page)
      await arrived(page)
      assert.ok(page.url().startsWith('https://claude.ai/api/mcp/auth_callback?code='))
      assertKind(hops)
      assert.deepEqual(complaints, [])
      await context.close()
    })

    for (const [name, state] of [
      ['any client', 'a%20b%2Bc%3D%26'],
      ['claude.ai', 'kW3v_Qn-2hB8sYd0'],
      ['VS Code', 'q3%2F9%2Bw%3D%3D'],
      [
        'VS Code by vscode.dev',
        'vscode%3A%2F%2Fdynamicauthprovider%2Flocalhost%2Fauthorize%3Fnonce%3Dq3%252F9%252Bw%253D',
      ],
      ['a client that sends JSON', '%7B%22server%22%3A%22my%20server%22%2C%22n%22%3A1%7D'],
      ['a client with a name in it', 'gr%C3%BC%C3%9Fe%20%E2%98%83'],
    ] as const) {
      it(`${name}: state comes back percent-encoded exactly, ${state}`, async () => {
        const client = await register(server, REGISTRATIONS['Claude Code'])
        const url = `${authorizationRequest(server, client, { state: undefined }).url}&state=${state}`
        const answers = [
          await person.allow(url),
          await person.submit(await person.arrive(url), { decision: 'deny' }),
          await person.open(`${url}&prompt=none`),
        ]
        for (const answer of answers) assert.equal(/[?&]state=([^&]*)/.exec(answer.url.search)?.[1], state)
      })
    }

    it('clients that fetch the authorization URL first, without a browser: the person who comes after them gets through', async () => {
      const client = await register(server, REGISTRATIONS['Gemini CLI'])
      const request = authorizationRequest(server, client)
      for (const method of ['GET', 'GET', 'HEAD']) {
        const response = await fetch(request.url, { method, redirect: 'manual' })
        assert.ok(response.status === 302 || response.status === 303, `${method}: ${response.status}`)
      }
      assert.ok((await redeem(server, client, request, await person.allow(request.url))).access_token)
    })

    it('browsers that open it three times: the last can be finished, and the first after it', async () => {
      const client = await register(server, REGISTRATIONS['mcp-remote'])
      const request = authorizationRequest(server, client)
      const pages = [await person.open(request.url), await person.open(request.url), await person.open(request.url)]
      for (const page of [pages[2], pages[0]]) {
        assert.ok(page)
        const place = await person.submit(page, { decision: 'allow', scope: boxes(page, 'ticked') })
        const tokens = await redeem(server, client, request, place)
        assert.equal((await rpc(server, tokens.access_token, toolCall('list_projects'))).status, 200)
      }
    })

    it('three tabs before anyone is signed in: the last can be finished, and the first after it', async () => {
      const client = await register(server, REGISTRATIONS.mcpc)
      const request = authorizationRequest(server, client)
      const newcomer = new RawPerson(server)
      const tabs = [
        await newcomer.open(request.url),
        await newcomer.open(request.url),
        await newcomer.open(request.url),
      ]
      for (const tab of [tabs[2], tabs[0]]) {
        assert.ok(tab)
        const page = await newcomer.submit(tab, { account: 'sandbox' })
        const place = await newcomer.submit(page, { decision: 'allow', scope: boxes(page, 'ticked') })
        assert.ok((await redeem(server, client, request, place)).access_token)
      }
    })
  })
})
