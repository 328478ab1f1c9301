import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { useServer } from '../support/server.ts'
import { rawRequest } from './raw-request.ts'

/** Signs in and opens the consent page, as a proxy in front of the server would pass it on; keeps every cookie that was set. */
async function visit(port: number, origin: string) {
  const lines: string[] = []
  const jar = new Map<string, string>()
  const headers = () => ({ host: new URL(origin).host, cookie: [...jar].map((pair) => pair.join('=')).join('; ') })

  /** Follows redirects, which all have to stay at the public origin. */
  async function send(path: string, form?: URLSearchParams) {
    let answer = await rawRequest(port, path, headers(), form)
    for (let at = path; ; ) {
      for (const line of answer.headers['set-cookie'] ?? []) {
        lines.push(line)
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      if (!answer.headers.location) return { ...answer, at }
      const next = new URL(String(answer.headers.location), origin + at)
      assert.equal(next.origin, origin)
      at = next.pathname + next.search
      answer = await rawRequest(port, at, headers())
    }
  }

  const redirect_uri = 'https://client.example/cb'
  const metadata = { redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' }
  const { client_id } = JSON.parse((await rawRequest(port, '/register', headers(), metadata)).text)
  const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' }
  const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri, ...challenge })
  const signIn = await send(`/authorize?${query}`)
  const csrf = /name="csrf" value="([^"]+)"/.exec(signIn.text)?.[1] ?? ''
  const consent = await send(signIn.at, new URLSearchParams({ csrf, account: 'sandbox' }))
  assert.match(consent.text, /name="decision"/)
  return { lines, names: [...jar.keys()], consent }
}

for (const scheme of ['https', 'http'] as const) {
  const secure = scheme === 'https'
  describe(`cookies where PUBLIC_URL is ${scheme}, RFC 6265bis`, () => {
    const server = useServer(secure ? { PUBLIC_URL: 'https://qcgate.example', SANDBOX: 'on' } : {})
    let seen: Awaited<ReturnType<typeof visit>>
    before(async () => {
      seen = await visit(server.port, server.origin)
    })

    const all = (check: RegExp) => seen.lines.every((line) => check.test(line))
    const none = (check: RegExp) => !seen.lines.some((line) => check.test(line))

    it('are out of the reach of scripts and of other sites', () => {
      assert.ok(seen.lines.length >= 4)
      assert.ok(all(/; httponly/i))
      assert.ok(all(/; samesite=lax/i))
      assert.ok(none(/; domain=/i))
    })

    it('hold what is about the browser for the whole host, and the visit for its own path only', () => {
      const paths = new Map(seen.lines.map((line) => [/^[^=]+/.exec(line)?.[0], /; path=([^;]+)/i.exec(line)?.[1]]))
      for (const [name, path] of paths) {
        if (/session|known/.test(name ?? '')) assert.equal(path, '/')
        else assert.match(path ?? '', /^\/(interaction|authorize)\/[\w-]+$/)
      }
    })

    it('are signed', () => {
      for (const name of seen.names.filter((one) => !one.endsWith('.sig'))) {
        assert.ok(seen.names.includes(`${name}.sig`), name)
      }
    })

    if (secure) {
      it('travel over TLS only, and carry __Host-, or __Secure- where they have a path (§4.1.3)', () => {
        assert.ok(all(/; secure/i))
        assert.ok(seen.names.includes('__Host-qcgate-session'))
        assert.ok(seen.names.includes('__Host-qcgate-known'))
        for (const line of seen.lines) assert.match(line, /session|known/.test(line) ? /^__Host-/ : /^__Secure-/)
      })
    } else {
      it('are neither Secure nor prefixed, since a browser would drop them', () => {
        assert.ok(none(/; secure/i))
        assert.ok(none(/^__/))
      })
    }
  })
}
