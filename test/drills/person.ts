// A person whose browser reaches the service over a worker's line, whichever process answers there.
import type { Account } from '../support/accounts.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { RawPerson } from '../support/raw-person.ts'
import type { TestServer } from '../support/server.ts'
import type { Ledger } from './ledger.ts'
import type { Line } from './line.ts'

const asksToSignIn = ({ html }: Place) => html.includes('name="apiToken"')

/** A person who notes in the ledger whatever they should not have met. */
export class DrilledPerson extends RawPerson {
  readonly #line: Line
  readonly #ledger: Ledger
  readonly #as: Account
  #isSignedIn = false

  constructor(server: TestServer, line: Line, ledger: Ledger, as: Account) {
    super(server)
    this.#line = line
    this.#ledger = ledger
    this.#as = as
  }

  override async open(address: string, form?: URLSearchParams): Promise<Place> {
    let url = new URL(address)
    let body = form
    for (;;) {
      const { status, headers, text } = await this.#line.send(url.pathname + url.search, {
        method: body ? 'POST' : 'GET',
        headers: { accept: 'text/html', cookie: this.cookiesFor(url) },
        ...(body ? { body } : {}),
      })
      for (const line of headers.getSetCookie()) this.keepCookie(line)
      const location = headers.get('location')
      if (!location) return { url, status, html: text, headers }
      url = new URL(location, url)
      body = undefined
      if (url.origin !== this.server.origin) return { url, status, html: '', headers }
    }
  }

  /** Signs in where that is asked, and notes when it is asked again. */
  override async arrive(address: string): Promise<Place> {
    const place = await this.open(address)
    if (!asksToSignIn(place)) return place
    if (this.#isSignedIn) this.#ledger.lose('sign-in', `${this.#as.userId} was asked to sign in again`)
    const next = await this.submit(place, { ...this.#as, account: 'own' })
    this.#isSignedIn = !asksToSignIn(next)
    return next
  }

  /** The code for an authorization request of a client. Throws `Failed` when the visit did not come to its end. */
  async authorize(client: Registration) {
    const request = authorizationRequest(this.server, client)
    const { url, status, html } = await this.allow(request.url)
    const code = url.searchParams.get('code')
    if (code) return { code, code_verifier: request.verifier, redirect_uri: request.redirectUri }
    const error = url.searchParams.get('error')
    if (error === 'temporarily_unavailable') return this.#line.fail(`sent back with ${error}`)
    const heading = /<h1[^>]*>([^<]*)/.exec(html)?.[1]
    this.#ledger.lose('answer', `a visit ended with ${error ?? `HTTP ${status} “${heading}”`}`)
    return this.#line.fail('a visit that led nowhere')
  }

  /** Whether the person could go on without signing in. */
  async isStillSignedIn(client: Registration): Promise<boolean> {
    return !asksToSignIn(await this.open(authorizationRequest(this.server, client).url))
  }
}
