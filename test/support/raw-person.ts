// A person without a browser: cookies, redirects and forms over plain HTTP, for rules that need many visits or odd ones.
import type { Account } from './accounts.ts'
import { ALICE } from './accounts.ts'
import { noteSecrets } from './secrets.ts'
import type { TestServer } from './server.ts'

/** Where a visit led: one of our pages, or away to the client. */
export interface Place {
  readonly url: URL
  readonly status: number
  readonly html: string
  readonly headers: Headers
}

/** A person's browser reduced to cookies, redirects and forms. */
export class RawPerson {
  readonly server: TestServer
  /** As whom they signed in last. */
  account: Account = ALICE
  /** By name and path, as browsers keep them: two tabs have an interaction each. */
  readonly cookies = new Map<string, { name: string; value: string; path: string }>()

  constructor(server: TestServer) {
    this.server = server
  }

  /** Follows redirects within the server. A redirect to anywhere else is where it ends, unvisited. */
  async open(address: string, form?: URLSearchParams, follow = true): Promise<Place> {
    let url = new URL(address)
    let body = form
    for (;;) {
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { accept: 'text/html', cookie: this.cookiesFor(url) },
        ...(body ? { body } : {}),
      })
      for (const line of response.headers.getSetCookie()) this.keepCookie(line)
      const location = response.headers.get('location')
      if (!location) return { url, status: response.status, html: await response.text(), headers: response.headers }
      url = new URL(location, url)
      noteSecrets({ 'authorization code': url.searchParams.get('code') })
      body = undefined
      if (!follow || url.origin !== this.server.origin)
        return { url, status: response.status, html: '', headers: response.headers }
    }
  }

  /** Sends the page's form with the hidden fields that every one has, and these. */
  submit({ url, html }: Place, fields: Record<string, string | readonly string[]>, follow = true): Promise<Place> {
    const form = new URLSearchParams()
    for (const [, name = '', value = ''] of html.matchAll(HIDDEN)) {
      if (!(name in fields)) form.set(name, value)
    }
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
    return this.open(url.href, form, follow)
  }

  /** Sends a form of a page to another address of the server. */
  submitTo(path: string, place: Place, fields: Record<string, string | readonly string[]> = {}): Promise<Place> {
    return this.submit({ ...place, url: new URL(path, place.url) }, fields)
  }

  /** Opens an authorization request and signs in if asked, up to the consent page or whatever comes instead. */
  async arrive(address: string, as: Account = ALICE): Promise<Place> {
    const place = await this.open(address)
    if (!place.html.includes('name="apiToken"')) return place
    this.account = as
    return this.submit(place, { ...as, account: 'own' })
  }

  /**
   * Goes all the way and allows what is ticked, or the given scopes, with real money; shows who they are where that is asked,
   * and ends at the client's address.
   */
  async allow(address: string, scopes?: readonly string[], as?: Account): Promise<Place> {
    const place = await this.arrive(address, as)
    if (!place.html.includes('name="decision"')) return place
    const answer = { scope: scopes ?? boxes(place, 'ticked'), paper: 'off', decision: 'allow' }
    return this.prove(await this.submit(place, answer))
  }

  /** Answers the page that asks for a proof with the API token; any other page is left as it is. */
  async prove(place: Place, apiToken = this.account.apiToken, follow = true): Promise<Place> {
    return actOf(place) === undefined ? place : this.submit(place, { apiToken }, follow)
  }

  /** The `cookie` header that a browser would send to an address. */
  cookiesFor({ pathname }: URL): string {
    const fits = (path: string) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/'))
    const sent = [...this.cookies.values()].filter(({ path }) => fits(path))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** Takes a `set-cookie` header as a browser would. */
  keepCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /; path=([^;]+)/i.exec(line)?.[1] ?? '/'
    if (value) this.cookies.set(`${name} ${path}`, { name, value, path })
    else this.cookies.delete(`${name} ${path}`)
  }
}

/** What every form of our pages sends along unseen. */
const HIDDEN = /<input type="hidden" name="(csrf|rendered|connection|act|upTo)" value="([^"]+)"/g

/** The act whose proof a page asks for; undefined when it asks for none. */
export const actOf = ({ html }: Place): string | undefined => /<main data-act="([^"]+)">/.exec(html)?.[1]

/** The scopes of a consent page's boxes: those asked for (or allowed already), the ticked ones, or those nobody asked for. */
export function boxes({ html }: Place, which: 'asked' | 'ticked' | 'more' = 'asked'): string[] {
  const [asked = '', more = ''] = html.split('<details>')
  return [
    ...(which === 'more' ? more : asked).matchAll(/<input type="checkbox" name="scope" value="([^"]+)" (checked)?/g),
  ]
    .filter(([, , checked]) => which !== 'ticked' || checked)
    .map(([, scope = '']) => scope)
}
