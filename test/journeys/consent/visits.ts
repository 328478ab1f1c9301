// What the journeys to the consent page share: a program that sends its person there, what the person sees and does, and
// what the program can do afterwards.
import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { Grant } from '../../../src/grants/grants.ts'
import type { Scope } from '../../../src/scopes.ts'
import { SCOPES } from '../../../src/scopes.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { useBrowser } from '../../support/browser.ts'
import { useCallback } from '../../support/callback.ts'
import type { Json } from '../../support/json.ts'
import { challengeOf, message, rpc, toolCall } from '../../support/mcp-requests.ts'
import type { AuthorizationRequest, Registration, Tokens } from '../../support/raw-client.ts'
import { authorizationRequest, redeem, register } from '../../support/raw-client.ts'
import { noteSecrets } from '../../support/secrets.ts'
import type { TestServer } from '../../support/server.ts'
import { useServer } from '../../support/server.ts'
import { grantOf, withGrants } from '../../support/stored.ts'

/** A program and what it asked for last. */
export interface Visit {
  readonly client: Registration
  readonly request: AuthorizationRequest
}

/** A server, a browser, and programs that listen on this computer, for the tests of one suite. Call it inside `describe`. */
export function useConsent() {
  const server = useServer()
  const browser = useBrowser()
  const returnsTo = useCallback()

  const program = (metadata: Record<string, unknown> = {}): Promise<Registration> =>
    register(server, { redirect_uris: [returnsTo()], ...metadata })

  /** Opens a program's request in the browser and signs in if asked, up to the consent page. A new program unless named. */
  async function arrive(page: Page, scope: string, client?: Registration): Promise<Visit> {
    const visit = await open(page, scope, client)
    await signIn(page)
    return visit
  }

  async function open(page: Page, scope: string, client?: Registration): Promise<Visit> {
    const known = client ?? (await program())
    const request = authorizationRequest(server, known, { scope })
    await page.goto(request.url)
    return { client: known, request }
  }

  /** What came back to the program, once the browser is there. */
  async function returned(page: Page): Promise<URL> {
    await page.waitForURL(`${returnsTo()}?**`)
    const url = new URL(page.url())
    noteSecrets({ 'authorization code': url.searchParams.get('code') })
    return url
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  /** Presses Allow, and redeems the code that the program gets. */
  async function allow(page: Page, { client, request }: Visit): Promise<Tokens> {
    await press(page, 'Allow')
    return exchange(page, { client, request })
  }

  const exchange = async (page: Page, { client, request }: Visit): Promise<Tokens> =>
    redeem(server, client, request, { url: await returned(page), status: 200, html: '', headers: new Headers() })

  return { server, browser, program, open, arrive, returned, press, allow, exchange }
}

/** Signs in with one click when the page asks for it, and waits for the question. */
export async function signIn(page: Page): Promise<void> {
  const sandbox = page.getByRole('button', { name: 'Use the sandbox account' })
  const allow = page.getByRole('button', { name: 'Allow', exact: true })
  await sandbox.or(allow).first().waitFor()
  if (await sandbox.isVisible()) await sandbox.click()
  await allow.waitFor()
}

/** The box of a permission, found by the sentence that a person reads. */
export const box = (page: Page, scope: Scope): Locator =>
  page.getByRole('checkbox', { name: SCOPES[scope].says, includeHidden: true })

/** The permissions whose boxes are ticked, in the order of the page. */
export const ticked = (page: Page): Promise<string[]> =>
  page
    .locator('input[name=scope]:checked')
    .evaluateAll((boxes) => boxes.map((one) => (one as unknown as { value: string }).value))

/** The permissions that are marked as new. */
export async function markedNew(page: Page): Promise<string[]> {
  const rows = page.locator('label.scope').filter({ has: page.getByText('new', { exact: true }) })
  return rows.locator('code').allInnerTexts()
}

/** The sentence that sums the form up. */
export const summary = (page: Page): Locator => page.getByRole('region', { name: 'In short' }).locator('p').first()

/** The tools that are listed beneath it, by title. */
export const listedTools = async (page: Page): Promise<string[]> =>
  ((await page.locator('#summary details p').textContent()) ?? '').split(' · ')

/** Chooses a preset or another radio button by what it says. */
export const choose = (page: Page, says: RegExp): Promise<void> => page.getByRole('radio', { name: says }).check()

/** Chooses a preset, and waits until its boxes are there. */
export async function choosePreset(page: Page, preset: string, says: RegExp): Promise<void> {
  await choose(page, says)
  await page.locator(`input[name=rendered][value=${preset}]`).waitFor({ state: 'attached' })
}

/** What a call comes to: `done`, the scope that is asked for with HTTP 403, `over` with 401, or the words of a refusal. */
export async function outcome(server: TestServer, { access_token }: Tokens, tool: string, args: Json = {}) {
  const response = await rpc(server, access_token, toolCall(tool, args))
  if (response.status === 401) return 'over'
  if (response.status === 403) return `needs ${challengeOf(response).scope}`
  assert.equal(response.status, 200)
  const { result } = await message(response)
  return result.isError ? String(result.content[0].text) : 'done'
}

/** The connections of the account behind some tokens. */
export const connectionsOf = (server: TestServer, tokens: Tokens): Promise<Grant[]> =>
  withGrants(server, async (grants) => {
    const own = await grants.find(grantIdOf(tokens.access_token))
    return own ? grants.list(own.accountId) : []
  })

/** The connection behind some tokens, as it stands. */
export const connectionOf = (server: TestServer, tokens: Tokens): Promise<Grant | undefined> =>
  grantOf(server, tokens.access_token)

export const words = (...scopes: readonly Scope[]): string => scopes.join(' ')
