// What a person does on our pages, in a real browser.
import type { Page } from 'playwright-core'
import type { Account } from './accounts.ts'
import { ALICE } from './accounts.ts'
import type { Visit } from './sdk-client.ts'

/** How a visit goes. */
export interface Conduct {
  /** Signs in with these, or with one click on the sandbox account. */
  readonly as?: Account
  /** Boxes to untick before allowing. */
  readonly untick?: readonly string[]
  readonly decision?: 'Allow' | 'Deny'
}

/** Shows with the API token that it is them, where a page asks for that before the one with this text. */
export async function proveIfAsked(page: Page, then: string, { apiToken }: Account = ALICE): Promise<void> {
  const asks = page.getByRole('heading', { name: 'Show that it is you' })
  await asks.or(page.getByText(then)).first().waitFor()
  if (!(await asks.isVisible())) return
  await page.getByLabel('API token').fill(apiToken)
  await page.getByRole('button', { name: 'Confirm' }).click()
}

/** Opens whatever is folded in the form of the page, as a person would who looks at everything. */
export const unfold = (page: Page): Promise<void> =>
  page.evaluate('for (const fold of document.querySelectorAll("form details:not(.tools)")) fold.open = true')

/** Goes where the client sent the browser, signs in if asked, decides, and waits to be back at the client. */
export const visitor =
  (page: Page, { as, untick = [], decision = 'Allow' }: Conduct = {}): Visit =>
  async (authorizationUrl) => {
    await page.goto(authorizationUrl)
    if (await page.getByLabel('API token').isVisible()) {
      if (as) {
        await page.getByLabel('QuantConnect user id').fill(as.userId)
        await page.getByLabel('API token').fill(as.apiToken)
        await page.getByRole('button', { name: 'Sign in' }).click()
      } else await page.getByRole('button', { name: 'Use the sandbox account' }).click()
    }
    const button = page.getByRole('button', { name: new RegExp(`^${decision}`) })
    await button.waitFor()
    if (untick.length) await unfold(page)
    for (const scope of untick) await page.locator(`input[name=scope][value="${scope}"]`).uncheck()
    await button.click()
    await proveIfAsked(page, 'Back in the program.', as)
    await page.getByText('Back in the program.').waitFor()
  }
