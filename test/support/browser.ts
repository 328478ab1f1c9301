// The one Chromium of a test run: `npm test` starts it and says where it listens.
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

/** Opens the browser. Throws when there is none: a browser test without a browser has failed. */
export async function openBrowser(): Promise<Browser> {
  const endpoint = process.env.BROWSER_ENDPOINT
  if (!endpoint) throw new Error('no browser: run this file with `npm test -- FILE`')
  return chromium.connect(endpoint)
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
