// A client in a web page on another origin. The browser holds it to CORS at every step: metadata, registration, tokens,
// calls, refusals, revocation.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { useBrowser } from '../support/browser.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'
import { startWebPage } from '../support/web-page.ts'

for (const store of journeyStores('web-page'))
  describe(`a client in a web page on another origin, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    let site: Awaited<ReturnType<typeof startWebPage>>
    before(async () => {
      site = await startWebPage()
    })
    after(() => site.close())

    it('discovers, registers, sends its person to sign in, calls tools, and gives its token back', async () => {
      const { page } = await browser.newPerson()
      await page.goto(`${site.origin}/?mcp=${encodeURIComponent(server.mcp)}`)
      await page.getByRole('button', { name: 'Use the sandbox account' }).click()
      await page.getByRole('button', { name: /^Allow / }).click()
      await page.waitForURL(`${site.origin}/**`)
      await page.getByText(/tools|Failed/).waitFor()
      const said = (await page.locator('#said').textContent()) ?? ''
      assert.match(said, /^\d+ tools \| From a page \| 403 \| insufficient_scope \| 200$/)
    })
  })
