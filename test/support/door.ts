// The sign-in page of the account pages, tried from wherever a test says, as strangers, guessers and returning people do.
import { RawPerson } from './raw-person.ts'
import { noteSecrets } from './secrets.ts'
import type { TestServer } from './server.ts'

/** Whom somebody says they are. */
interface Tried {
  readonly userId: string
  readonly apiToken: string
}

/** A browser at the sign-in page. */
export interface Door {
  readonly browser: RawPerson
  /**
   * Tries to sign in, as if from an address (for a server that trusts proxies on loopback), at a process of this server's. What
   * a sign-in sets is kept by the browser only when `keeps`.
   */
  attempt(tried: Tried, how?: { from?: string; at?: string; keeps?: boolean }): Promise<Response>
  /** The same, so many times at once, as statuses. */
  attempts(count: number, tried: (index: number) => Tried, from?: (index: number) => string): Promise<number[]>
}

/** Opens the sign-in page in a new browser, or in one that has signed out. */
export async function openDoor(server: TestServer, browser = new RawPerson(server)): Promise<Door> {
  const { html } = await browser.open(`${server.origin}/account`)
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
  if (!html.includes('name="apiToken"')) throw new Error('this browser is signed in')

  const attempt: Door['attempt'] = async (
    { userId, apiToken },
    { from = '198.51.100.1', at = server.origin, keeps = false } = {},
  ) => {
    if (!apiToken.startsWith('sandbox-')) noteSecrets({ 'API token': apiToken })
    const url = new URL('/account/sign-in', at)
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: browser.cookiesFor(url), 'x-forwarded-for': from },
      body: new URLSearchParams({ csrf, account: 'own', userId, apiToken }),
    })
    if (keeps) for (const line of response.headers.getSetCookie()) browser.keepCookie(line)
    return response
  }
  return {
    browser,
    attempt,
    async attempts(count, tried, from = () => '198.51.100.1') {
      const all = Array.from({ length: count }, (_, index) => attempt(tried(index), { from: from(index) }))
      return (await Promise.all(all)).map(({ status }) => status)
    },
  }
}
