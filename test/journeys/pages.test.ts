// Every page as a person sees it, on a desk and on a phone, light and dark: nothing the accessibility checker minds,
// nothing the console complains about, nothing wider than the screen. The pictures are left in screenshots/.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { GROUPS } from '../../src/scopes.ts'
import { useBrowser } from '../support/browser.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'

const SCREENS = {
  desktop: { viewport: { width: 1100, height: 900 }, colorScheme: 'light' },
  phone: { viewport: { width: 375, height: 740 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 375, height: 740 }, colorScheme: 'dark' },
} as const

for (const store of journeyStores('pages'))
  describe(`pages, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    before(() => mkdirSync('screenshots', { recursive: true }))

    for (const [screen, options] of Object.entries(SCREENS)) {
      it(`are right on a screen: ${screen}`, async () => {
        const { page, context, complaints } = await browser.newPerson(options)
        const look = (name: string) => inspect(page, `screenshots/${name}-${screen}.png`)

        await page.goto(server.origin)
        for (const folded of await page.locator('summary').all()) await folded.click()
        await look('home')

        const client = await register(server, { client_name: 'Claude Code' })
        await page.goto(authorizationRequest(server, client, { scope: GROUPS.admin.join(' ') }).url)
        await look('sign-in')
        await page.getByLabel('QuantConnect user id').fill('100001')
        await page.getByLabel('API token').fill('wrong')
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.getByRole('alert').waitFor()
        assert.equal(await page.getByLabel('API token').inputValue(), '')
        assert.equal(await page.getByLabel('QuantConnect user id').inputValue(), '100001')
        await look('sign-in-refused')
        complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('422'))) // the refusal itself

        await page.getByRole('button', { name: 'Use the sandbox account' }).click()
        await page.getByRole('button', { name: 'Allow' }).waitFor()
        await look('consent')

        const modest = await register(server, { client_name: 'Modest' })
        await page.goto(authorizationRequest(server, modest, { scope: 'qc:account:read' }).url)
        await page.locator('summary').click()
        await look('consent-more')
        const lost = new URL(page.url())

        await page.goto(`${server.origin}/account`)
        await look('account')
        await page.getByLabel('QuantConnect user id').fill('100001')
        await page.getByLabel('API token').fill('sandbox-alice')
        await page.getByRole('button', { name: 'Save' }).click()
        await page.getByRole('heading', { name: 'is saved' }).waitFor()
        await look('account-saved')
        assert.deepEqual(complaints, [])

        await context.clearCookies()
        await page.goto(lost.href)
        await look('lost-visit')
        await page.goto(`${server.origin}/authorize?client_id=nobody&response_type=code`)
        await look('unknown-client')
        await context.close()
      })
    }
  })

async function inspect(page: Page, picture: string): Promise<void> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'],
    }),
  )
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${page.url()}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`),
    [],
  )
  // Written as text, since it runs in the page: our types are those of a server.
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  assert.equal(overflow, 0, `${page.url()} is wider than the screen`)
  await page.screenshot({ path: picture, fullPage: true })
}
