// A person at the account page, in a real browser: what they see there and what they do.
import type { Locator, Page } from 'playwright-core'
import type { Account } from './accounts.ts'
import type { TestServer } from './server.ts'

/** Fills in the sign-in page that is open, and sends it. */
export async function signInAs(page: Page, { userId, apiToken }: Account): Promise<void> {
  await page.getByLabel('QuantConnect user id').fill(userId)
  await page.getByLabel('API token').fill(apiToken)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Opens the account page as somebody who is not signed in yet. */
export async function openAccount(page: Page, { origin }: TestServer, as: Account): Promise<void> {
  await page.goto(`${origin}/account`)
  await signInAs(page, as)
  await overview(page).waitFor()
}

/** The heading of the account page. */
export const overview = (page: Page): Locator => page.getByRole('heading', { name: 'Your account', exact: true })
/** The heading of the sign-in page. */
export const signInHeading = (page: Page): Locator => page.getByRole('heading', { name: /^Sign in/ })
/** The heading of the page that asks for a proof. */
export const proofHeading = (page: Page): Locator => page.getByRole('heading', { name: 'Show that it is you' })

/** One connection on the account page, by the name it has there. */
export const connection = (page: Page, name: string): Locator =>
  page.getByRole('region', { name: 'Connected assistants' }).getByRole('listitem').filter({ hasText: name })

/** Opens the page of one connection from the account page. */
export async function openConnection(page: Page, { origin }: TestServer, name: string): Promise<void> {
  await page.goto(`${origin}/account`)
  await connection(page, name).getByRole('link', { name: 'Edit permissions' }).click()
  await page.getByRole('heading', { name: `Permissions of ${name}` }).waitFor()
}

/** The box of a permission. */
export const scopeBox = (page: Page, scope: string): Locator => page.locator(`input[name=scope][value="${scope}"]`)
/** Saves the page that is open. */
export const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save' }).click()

/** What the page says has been done. */
export const said = (page: Page, text: string): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor()

/** Answers the page that asks for a proof with an API token. */
export async function proveWith(page: Page, apiToken: string): Promise<void> {
  await page.getByLabel('API token').fill(apiToken)
  await page.getByRole('button', { name: 'Confirm' }).click()
}
