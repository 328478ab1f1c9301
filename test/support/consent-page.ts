// A visit to the consent page, in a real browser: a program that sends its person there, and what the person sees and does.
import type { Locator, Page } from 'playwright-core'
import type { Scope } from '../../src/scopes.ts'
import { SCOPES } from '../../src/scopes.ts'
import { useBrowser } from './browser.ts'
import { useCallback } from './callback.ts'
import { proveIfAsked, unfold } from './person.ts'
import type { AuthorizationRequest, Registration, Tokens } from './raw-client.ts'
import { authorizationRequest, redeem, register } from './raw-client.ts'
import { noteSecrets } from './secrets.ts'
import { useServer } from './server.ts'

/** A program and what it asked for last. */
export interface ConsentVisit {
  readonly client: Registration
  readonly request: AuthorizationRequest
}

/** A server, a browser, and programs that listen on this computer, for the tests of one suite. Call it inside `describe`. */
export function useConsentPage() {
  const server = useServer()
  const browser = useBrowser()
  const returnsTo = useCallback()

  const program = (metadata: Record<string, unknown> = {}): Promise<Registration> =>
    register(server, { redirect_uris: [returnsTo()], ...metadata })

  /** Opens a program's request in the browser and signs in if asked, up to the consent page. A new program unless named. */
  async function arrive(page: Page, scope: string, client?: Registration): Promise<ConsentVisit> {
    const visit = await open(page, scope, client)
    await signIn(page)
    return visit
  }

  async function open(page: Page, scope: string, client?: Registration): Promise<ConsentVisit> {
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

  const press = (page: Page, name: string) =>
    (name === 'Allow' ? allowButton(page) : page.getByRole('button', { name, exact: true })).click()

  /** Presses Allow, shows who is here where that is asked, and redeems the code that the program gets. */
  async function allow(page: Page, { client, request }: ConsentVisit): Promise<Tokens> {
    await press(page, 'Allow')
    await proveIfAsked(page, 'Back in the program.')
    return exchange(page, { client, request })
  }

  const exchange = async (page: Page, { client, request }: ConsentVisit): Promise<Tokens> =>
    redeem(server, client, request, { url: await returned(page), status: 200, html: '', headers: new Headers() })

  return { server, browser, program, open, arrive, returned, press, allow, exchange }
}

/** Signs in with one click when the page asks for it, waits for the question, and unfolds all of it. */
export async function signIn(page: Page): Promise<void> {
  const sandbox = page.getByRole('button', { name: 'Use the sandbox account' })
  const allow = allowButton(page)
  await sandbox.or(allow).first().waitFor()
  if (await sandbox.isVisible()) await sandbox.click()
  await allow.waitFor()
  await unfold(page)
}

/** The button that allows, whatever it says that it does. */
export const allowButton = (page: Page): Locator => page.getByRole('button', { name: /^Allow / })

/** The box of a permission, found by the sentence that a person reads. */
export const scopeCheckbox = (page: Page, scope: Scope): Locator =>
  page.getByRole('checkbox', { name: SCOPES[scope].says, includeHidden: true })

/** The permissions whose boxes are ticked, in the order of the page. */
export const ticked = (page: Page): Promise<string[]> =>
  page
    .locator('input[name=scope]:checked')
    .evaluateAll((boxes) => boxes.map((one) => (one as unknown as { value: string }).value))

/** The permissions that are marked as new. */
export async function markedNew(page: Page): Promise<string[]> {
  const rows = page.locator('label.scope').filter({ has: page.getByText('new', { exact: true }) })
  return rows.locator('input').evaluateAll((boxes) => boxes.map((one) => (one as unknown as { value: string }).value))
}

/** The sentence that sums the form up. */
export const summary = (page: Page): Locator => page.getByRole('region', { name: 'In short' }).locator('p').first()

/** When what is chosen ends, as it stands beside the sentence. */
export const endOn = (page: Page): Locator => page.getByRole('region', { name: 'In short' }).locator('[data-part=end]')
/** An end that is a day. */
export const DAY = /^until \d{1,2} [A-Z][a-z]{2} \d{4}$/

/** A line that unfolds, by what it says. */
export const fold = (page: Page, says: RegExp): Locator => page.locator('summary').filter({ hasText: says })

/** The tools that are listed beneath it, by title. */
export const listedTools = async (page: Page): Promise<string[]> =>
  ((await page.locator('#summary details p').textContent()) ?? '').split(' · ')

/** Chooses a preset or another radio button by what it says. */
export const choose = (page: Page, says: RegExp): Promise<void> => page.getByRole('radio', { name: says }).check()

/** The radio button that keeps a connection to QuantConnect's play money. */
export const paperOnly = (page: Page): Locator => page.getByRole('radio', { name: /^Paper trading only/ })
/** The one that does not. */
export const realMoney = (page: Page): Locator => page.getByRole('radio', { name: /^Real money/ })

/** Chooses a preset, and waits until its boxes are there. */
export async function choosePreset(page: Page, preset: string, says: RegExp): Promise<void> {
  await choose(page, says)
  await page.locator(`input[name=rendered][value=${preset}]`).waitFor({ state: 'attached' })
}

/** A `scope` parameter (RFC 6749 §3.3). */
export const scopeParameter = (...scopes: readonly Scope[]): string => scopes.join(' ')
