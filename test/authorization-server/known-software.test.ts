// What a program says of itself beside its name: the id of its software (RFC 7591 §2), and where its rules stand.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { knownSoftware } from '../../src/authorization-server/clients/known-software.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import { REGISTRATIONS } from '../support/known-clients.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { grantOf } from '../support/stored.ts'

const MCP_REMOTE = REGISTRATIONS['mcp-remote']
const HOSTED = ['https://client.example/cb']

describe('a registration', () => {
  const server = useServer()
  const person = useSignedIn(server)

  const consentFor = async (metadata: Record<string, unknown>): Promise<string> =>
    (await person.open(authorizationRequest(server, await register(server, metadata)).url)).html

  describe('with the software_id of mcp-remote', () => {
    it('is shown as what it is: mcp-remote, which connects Claude Desktop and others', async () => {
      const html = await consentFor(MCP_REMOTE)
      assert.match(html, /<h1>mcp-remote asks to use/)
      assert.match(
        html,
        /It says it is “mcp-remote, which connects Claude Desktop and others”; any program here could\./,
      )
      assert.match(html, /An app on this computer</)
      assert.doesNotMatch(html, /MCP CLI Proxy|Look twice/)
    })

    it('is shown so whatever it calls itself', async () => {
      for (const client_name of ['Claude', '', '<b>QuantConnect</b>']) {
        const html = await consentFor({ ...MCP_REMOTE, client_name })
        assert.match(html, /<h1>mcp-remote asks to use/)
        assert.doesNotMatch(html, /QuantConnect&lt;|“Claude”/)
      }
    })

    it('goes by that name in its grant and on the account page', async () => {
      const client = await register(server, MCP_REMOTE)
      const { tokens } = await connectAs(person, { client })
      const grant = await grantOf(server, tokens.access_token)
      assert.deepEqual([grant?.client?.name, grant?.client?.standing], ['mcp-remote', 'computer'])
      const { html } = await person.open(`${server.origin}/account`)
      assert.ok(html.includes('mcp-remote'))
      assert.ok(!html.includes('MCP CLI Proxy'))
      assert.match(
        (await person.open(`${server.origin}/account/connections/${grant?.id}`)).html,
        /<h1>Permissions of mcp-remote</,
      )
    })

    it('is answered with that id (RFC 7591 §3.2.1), and without the version, which is not kept', async () => {
      const { software_id, software_version, client_name } = await register(server, MCP_REMOTE)
      assert.deepEqual(
        [software_id, software_version, client_name],
        [MCP_REMOTE.software_id, undefined, 'MCP CLI Proxy'],
      )
    })

    it('is another client than one that says the same without it', async () => {
      const { software_id: _, ...without } = MCP_REMOTE
      assert.notEqual((await register(server, MCP_REMOTE)).client_id, (await register(server, without)).client_id)
    })

    it('keeps the name that it registered where it returns to a host on the web, as anybody could state the id', async () => {
      const html = await consentFor({ ...MCP_REMOTE, client_name: 'Somebody', redirect_uris: HOSTED })
      assert.match(html, /<h1>Somebody asks to use/)
      assert.match(html, /It calls itself “Somebody”/)
      assert.doesNotMatch(html, /mcp-remote|Claude Desktop/)
    })

    it('is told by where this visit returns to, of a program that has addresses of both kinds', async () => {
      const redirect_uris = [...MCP_REMOTE.redirect_uris, ...HOSTED]
      const client = await register(server, { ...MCP_REMOTE, client_name: 'Somebody', redirect_uris })
      for (const [redirect_uri, name] of [
        [MCP_REMOTE.redirect_uris[0], 'mcp-remote'],
        [HOSTED[0], 'Somebody'],
      ]) {
        const { html } = await person.open(authorizationRequest(server, client, { redirect_uri }).url)
        assert.ok(html.includes(`<h1>${name} asks to use`), redirect_uri)
      }
    })
  })

  describe('with another software_id', () => {
    const SAME = { client_name: 'Same', redirect_uris: ['http://localhost:3335/oauth/callback'] }
    const OTHERS = [
      '4e11ab0c-0b8c-4fb2-8d1f-6d7b9ac7b9d9',
      MCP_REMOTE.software_id.toUpperCase(),
      ` ${MCP_REMOTE.software_id}`,
      [MCP_REMOTE.software_id],
      { toString: MCP_REMOTE.software_id },
      '__proto__',
      'a'.repeat(10_000),
      7,
      null,
      '',
    ]

    it('keeps and answers nothing of it: what says the same beside is one client', async () => {
      const { client_id } = await register(server, SAME)
      for (const software_id of OTHERS) {
        const answer = await register(server, { ...SAME, software_id })
        const what = JSON.stringify(software_id).slice(0, 60)
        assert.equal('software_id' in answer, false, what)
        assert.equal(answer.client_id, client_id, what)
      }
    })

    it('is shown by the name that it registered', async () => {
      const html = await consentFor({ ...SAME, software_id: OTHERS[0] })
      assert.match(html, /<h1>Same asks to use/)
      assert.match(html, /It says it is “Same”;/)
    })

    it('is known by nothing, whatever it is', () => {
      for (const software_id of [...OTHERS, undefined]) assert.equal(knownSoftware(software_id), undefined)
    })
  })

  describe('with addresses of a privacy policy and of terms', () => {
    const says = (what: string, address: string) =>
      `It names as its ${what} <code>${address}</code>, which nobody here has checked.`
    const consentOf = (policy_uri: unknown, tos_uri?: unknown) =>
      consentFor({ policy_uri, tos_uri, redirect_uris: HOSTED })

    it('has them on the consent page as text: nobody is led there', async () => {
      const html = await consentOf('https://client.example/privacy?a=1&b=2', 'http://client.example/terms')
      assert.ok(html.includes(says('privacy policy', 'https://client.example/privacy?a=1&amp;b=2')))
      assert.ok(html.includes(says('terms', 'http://client.example/terms')))
      assert.doesNotMatch(html, /(href|src|action)="[^"]*client\.example/)
      assert.doesNotMatch(html, /<a [^>]*>[^<]*client\.example/)
    })

    it('names only the one that there is', async () => {
      const html = await consentOf(undefined, 'https://client.example/terms')
      assert.ok(html.includes(says('terms', 'https://client.example/terms')))
      assert.ok(!html.includes('privacy policy <code>'))
    })

    for (const address of [
      'javascript:alert(1)',
      'data:text/html,hello',
      'ftp://client.example/',
      'file:///etc/hostname',
      'client.example/privacy',
      'https://claude.ai@evil.example/privacy', // which reads as if it were the other
      'https://a:b@client.example/privacy',
      '//client.example/privacy',
      'https://',
      '',
      ['https://client.example/privacy'],
      { href: 'https://client.example/privacy' },
      7,
    ]) {
      it(`names none that is no address on the web: ${JSON.stringify(address)}`, async () => {
        const html = await consentOf(address, address)
        assert.match(html, /data-page="consent"/)
        assert.ok(!html.includes('It names as its'))
      })
    }

    it('cannot break out of the text that it stands in', async () => {
      const html = await consentOf(
        `https://client.example/"><img src=x onerror=alert(1)></code><script>alert('x')</script>`,
        `https://client.example/?'"><b>&amp;</b>#<i>"'`,
      )
      assert.match(html, /It names as its privacy policy <code>https:\/\/client\.example\/[^<"]*<\/code>/)
      assert.match(html, /It names as its terms <code>https:\/\/client\.example\/[^<"]*<\/code>/)
      assert.doesNotMatch(html, /<img|<b>|<i>|<script(?! src="\/assets\/)/)
    })

    it('is named in the letters of the network where its host would look like another', async () => {
      const html = await consentOf('https://cl\u0430ude.ai/privacy', 'https://CLIENT.example\u3002com/terms')
      assert.ok(html.includes(says('privacy policy', 'https://xn--clude-5ve.ai/privacy')))
      assert.ok(html.includes(says('terms', 'https://client.example.com/terms')))
      assert.doesNotMatch(html, /cl\u0430ude/)
    })

    it('turns no direction and hides nothing in a path', async () => {
      const html = await consentOf('https://client.example/\u202Egnp.\u200B\u2066x')
      assert.ok(html.includes(says('privacy policy', 'https://client.example/%E2%80%AEgnp.%E2%80%8B%E2%81%A6x')))
    })

    it('leaves an overlong one out, as long as it is when it is written out', async () => {
      const base = 'https://client.example/'
      const longest = base + 'a'.repeat(200 - base.length)
      const html = await consentOf(longest, `${longest}a`)
      assert.ok(html.includes(says('privacy policy', longest)))
      assert.ok(!html.includes('its terms <code>'))
      assert.ok(!(await consentOf(`${base}${'\u00e9'.repeat(30)}`)).includes('It names as its')) // six letters each
    })
  })
})
