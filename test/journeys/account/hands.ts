// What a person does on the account pages in a real browser, and how the next call of a connected client fares.
import { decodeJwt } from 'jose'
import type { Locator, Page } from 'playwright-core'
import { messages, rpc, toolCall } from '../../support/mcp-requests.ts'
import type { TestServer } from '../../support/server.ts'

export interface Account {
  readonly userId: string
  readonly apiToken: string
}

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

export const overview = (page: Page): Locator => page.getByRole('heading', { name: 'Your account', exact: true })
export const signInHeading = (page: Page): Locator => page.getByRole('heading', { name: /^Sign in/ })
export const confirmHeading = (page: Page): Locator => page.getByRole('heading', { name: 'Show that it is you' })

/** One connection on the account page, by the name it has there. */
export const connection = (page: Page, name: string): Locator =>
  page.getByRole('region', { name: 'Connected assistants' }).getByRole('listitem').filter({ hasText: name })

/** Opens the page of one connection from the account page. */
export async function openConnection(page: Page, { origin }: TestServer, name: string): Promise<void> {
  await page.goto(`${origin}/account`)
  await connection(page, name).getByRole('link', { name: 'Edit permissions' }).click()
  await page.getByRole('heading', { name: `Permissions of ${name}` }).waitFor()
}

export const box = (page: Page, scope: string): Locator => page.locator(`input[name=scope][value="${scope}"]`)
export const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save' }).click()

/** What the page says has been done. */
export const said = (page: Page, text: string): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor()

/** Answers "Show that it is you" with an API token. */
export async function confirmWith(page: Page, apiToken: string): Promise<void> {
  await page.getByLabel('API token').fill(apiToken)
  await page.getByRole('button', { name: 'Confirm' }).click()
}

/**
 * How a call of a client fares, in a word: `answered`, `error` with what its result says, or the HTTP status that turned it
 * away.
 */
export async function fares(
  server: Pick<TestServer, 'mcp'>,
  token: string,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  const response = await rpc(server, token, toolCall(name, args))
  if (response.status !== 200) return String(response.status)
  const { result, error } = (await messages(response)).at(-1)
  if (error) return `protocol error: ${error.message}`
  return result.isError ? `error: ${result.content[0].text}` : 'answered'
}

/** The connection that a token belongs to. */
export const grantOf = (token: string): string => decodeJwt<{ grant_id: string }>(token).grant_id
