// The one Chromium of a test run: `npm test` starts it and says where it listens.
import { after, before } from 'node:test'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'

/** A person and their browser profile. */
export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser's console complained about, and pages that failed. */
  readonly complaints: string[]
}

/**
 * The browser for the tests of one suite. Call it inside `describe`. The suite fails when there is none: a browser test
 * without a browser has failed.
 */
export function useBrowser() {
  let browser: Browser | undefined
  before(async () => {
    const endpoint = process.env.BROWSER_ENDPOINT
    if (!endpoint) throw new Error('no browser: run this file with `npm test -- FILE`')
    browser = await chromium.connect(endpoint)
  })
  after(() => browser?.close())

  return {
    /** A person with a browser profile of their own. */
    async newPerson(options: BrowserContextOptions = { viewport: { width: 1100, height: 900 } }): Promise<Person> {
      if (!browser) throw new Error('the browser runs only while tests do')
      const context = await browser.newContext(options)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(`${page.url()}: ${message.text()}`))
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      return { page, context, complaints }
    },
  }
}
