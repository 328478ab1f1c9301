// The one Chromium of a test run. Started by the test script, which tells its address; a single file that is run by hand
// starts its own.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

export const LAUNCH = {
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
}

/** Opens the browser. Throws when there is none: a browser test without a browser has failed. */
export async function openBrowser(): Promise<Browser> {
  const { BROWSER_ENDPOINT, CHROMIUM = '/usr/bin/chromium' } = process.env
  return BROWSER_ENDPOINT
    ? chromium.connect(BROWSER_ENDPOINT)
    : chromium.launch({ ...LAUNCH, executablePath: CHROMIUM })
}

export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser's console complained about, and pages that failed. */
  readonly complaints: readonly string[]
}

/** A person with a browser profile of their own. */
export async function newPerson(browser: Browser, viewport = { width: 1100, height: 900 }): Promise<Person> {
  const context = await browser.newContext({ viewport })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, complaints }
}
