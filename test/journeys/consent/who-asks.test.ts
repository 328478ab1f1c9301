// Who asks, as far as anyone can know: names are a stranger's words, and where the answer goes is a fact.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { signIn, useConsentPage } from '../../support/consent-page.ts'
import { authorizationRequest, register } from '../../support/raw-client.ts'

const WARNED = 'Look twice.'

describe('the consent page says who asks', () => {
  const { server, browser, program } = useConsentPage()
  let page: Page
  const asked: string[] = []
  before(async () => {
    ;({ page } = await browser.newPerson())
    page.on('request', (request) => asked.push(new URL(request.url()).host))
  })

  async function see(metadata: Record<string, unknown>): Promise<string> {
    const client = await ('redirect_uris' in metadata ? register(server, metadata) : program(metadata))
    await page.goto(authorizationRequest(server, client, { scope: 'qc:projects:read' }).url)
    await signIn(page)
    return page.locator('main').innerText()
  }

  for (const name of ['Claude', 'Сlaude', 'ＣhatGPT', 'CIaude', 'Perplexity AI']) {
    it(`warns of a program on this computer that is called ${name}, which works on the web`, async () => {
      const seen = await see({ client_name: name })
      assert.ok(seen.includes(WARNED))
      assert.match(seen, /An app on this computer/)
      assert.match(seen, /This one stays on this computer. If you were connecting \w+, choose Deny/)
    })
  }

  for (const name of ['Claude Code', 'Cursor', 'Visual Studio Code', 'Clauset Notes']) {
    it(`does not warn of ${name}, which may well be on this computer`, async () => {
      assert.ok(!(await see({ client_name: name })).includes(WARNED))
    })
  }

  it('warns of a well-known name that returns to somebody else’s host, and not when it returns to its own', async () => {
    const elsewhere = await see({ client_name: 'Claude', redirect_uris: ['https://claude.ai.example/callback'] })
    assert.match(elsewhere, /Look twice\..*would return to claude\.ai\. This one returns somewhere else/)
    assert.match(elsewhere, /Unverified/)
    assert.match(elsewhere, /claude\.ai\.example/)
    const own = await see({ client_name: 'Claude', redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] })
    assert.ok(!own.includes(WARNED))
    assert.match(own, /Unverified/) // anyone can register the name, even with this address
  })

  it('shows the host that is returned to in full: its port, and both spellings of a look-alike', async () => {
    assert.match(await see({ redirect_uris: ['https://client.example:8443/callback'] }), /client\.example:8443/)
    const seen = await see({ redirect_uris: [new URL('https://сlaude.ai/callback').href] }) // not the Latin letter
    assert.match(seen, /xn--laude-[\w]+\.ai \(which can be displayed as сlaude\.ai\)/)
    const scheme = { redirect_uris: ['com.example.app:/callback'], application_type: 'native' }
    assert.match(await see(scheme), /the app that opens com\.example\.app:\/\/ links on this computer/)
  })

  it('shows a name as one short line of text: nothing that turns, hides, breaks or runs', async () => {
    const seen = await see({
      client_name: 'Good\u202Eedoc\u2066\u200B\u0007\nApp <img src=https://evil.example/x.png>',
    })
    assert.match(seen, /Goodedoc ?App <img src=https:\/\/evil\.example\/x\.png>/)
    assert.doesNotMatch(seen.replaceAll(/[\n\t]/g, ' '), /[\p{Cc}\p{Cf}]/u)
    assert.equal(await page.locator('img').count(), 0)
    const long = await see({ client_name: 'N'.repeat(300) })
    assert.ok(long.includes(`${'N'.repeat(60)}…`) && !long.includes('N'.repeat(61)))
  })

  it('loads nothing from anybody’s host, whatever the program names', async () => {
    asked.splice(0)
    const seen = await see({ client_name: 'With pictures', logo_uri: 'https://evil.example/logo.png' })
    assert.match(seen, /With pictures/)
    assert.deepEqual([...new Set(asked)], [new URL(server.origin).host])
  })
})
