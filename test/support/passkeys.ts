// Passkeys without a browser: a software authenticator (WebAuthn) that answers what our pages ask, as a person's or as that of
// a program which drives their browser.
import { createAuthenticator } from './authenticator.ts'
import type { Place, RawPerson } from './raw-person.ts'

/** An authenticator for a server's pages. */
export function newAuthenticator(person: RawPerson, chosenId?: string) {
  const authenticator = createAuthenticator(person.server.origin, chosenId)
  const account = () => person.open(`${person.server.origin}/account`)
  return {
    /** What the page's offer or form to make a passkey gets as its answer. */
    create: (page: Place): string => authenticator.create(optionsOf(page, 'create') as never),
    /** What the page's question for a passkey gets as its answer. */
    get: (page: Place): string => authenticator.get(optionsOf(page, 'get') as never),
    /** Adds a passkey on the account page, as far as the page that follows. */
    async add(name = 'Phone'): Promise<Place> {
      const page = await person.submitTo('/account/passkeys/new', await account())
      const passkey = authenticator.create(optionsOf(page, 'create') as never)
      return person.submitTo('/account/passkeys', page, { passkey, name })
    },
    /** Answers a page that asks for a proof. */
    prove: (page: Place): Promise<Place> =>
      person.submit(page, { passkey: authenticator.get(optionsOf(page, 'get') as never) }),
    /** Signs in on the account page. */
    async signIn(): Promise<Place> {
      const page = await account()
      const passkey = authenticator.get(optionsOf(page, 'get') as never)
      return person.submitTo('/account/sign-in', page, { passkey })
    },
  }
}

/** What a page asks the browser for (WebAuthn §5.4, §5.5). Throws when it asks for no passkey. */
export function optionsOf({ html }: Place, ceremony: 'create' | 'get'): object {
  const found = new RegExp(`data-passkey="${ceremony}"\\s+data-options="([^"]+)"`).exec(html)?.[1]
  if (!found) throw new Error(`the page asks for no passkey: ${ceremony}`)
  return JSON.parse(found.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&#39;', "'"))
}

/** Whether a page asks for a passkey. */
export const asksForPasskey = ({ html }: Place, ceremony: 'create' | 'get'): boolean =>
  html.includes(`data-passkey="${ceremony}"`)
