// Where a client may ask us to send a browser back to. Clients name several addresses at once, some of them for other
// servers' sake, so each is judged by itself; what is left is what the registration is good for.
import { isLoopback } from '../../config.ts'

const LONGEST = 2048
const MOST = 50

/** Schemes that well-known desktop clients claim though they are in no reverse-domain form (RFC 8252 §7.1). */
const KNOWN_SCHEMES = new Set(['cursor:', 'vscode:', 'vscode-insiders:', 'windsurf:', 'grokbot:'])

/** The characters of a URI (RFC 3986 §2): no control characters, no spaces, and no `#`, since fragments are refused. */
const URI = /^[\w\-.~:/?[\]@!$&'()*+,;=%]+$/
const AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/([^/?]*)/i

/**
 * The usable ones among the redirect URIs of a client: each once, in their order. Whatever is no list has none.
 */
export function usableRedirectUris(uris: unknown): string[] {
  if (!Array.isArray(uris)) return []
  const usable = [...new Set(uris)].filter((uri): uri is string => typeof uri === 'string' && isUsable(uri))
  // A native client gets http on loopback; https there is a certificate that anyone on the machine may hold, and the
  // library refuses it.
  const kept = isNative(usable) ? usable.filter((uri) => !(isHttps(uri) && isLoopback(hostOf(uri)))) : usable
  return kept.slice(0, MOST)
}

/**
 * Whether a client with these usable redirect URIs is a native app, whatever it declares or forgets to: its port changes
 * from run to run (RFC 8252 §7.3), and an app's own scheme is no web address (§7.1).
 */
export const isNative = (uris: readonly string[]): boolean => uris.some((uri) => !isHttps(uri))

function isUsable(uri: string): boolean {
  const url = uri.length <= LONGEST && URI.test(uri) ? URL.parse(uri) : null
  if (!url) return false
  // Userinfo makes an address look like another one, and a wildcard stands for hosts that nobody named.
  const authority = AUTHORITY.exec(uri)?.[1] ?? ''
  if (/[@*]/.test(authority) || /\*|%2a/i.test(url.hostname)) return false

  switch (url.protocol) {
    case 'https:':
      return hasPlainHost(url, authority)
    case 'http:': // a code in the clear can be taken on the way; only loopback stays on the machine (OAuth 2.1 §7.5.1)
      return hasPlainHost(url, authority) && isLoopback(url.hostname)
    default: // `javascript:`, `data:`, `file:` and their like have no dot, and are on no list
      return KNOWN_SCHEMES.has(url.protocol) || /^[a-z][\w+-]*(\.[\w+-]+)+:$/.test(url.protocol)
  }
}

/** Browsers read `https:host`, `https://2130706433` and more as addresses that a person would not recognise in them. */
const hasPlainHost = ({ hostname }: URL, authority: string): boolean =>
  /^(\[.+\]|[^.]+(\.[^.]+)*\.?)$/.test(hostname) && authority.replace(/:\d*$/, '').toLowerCase() === hostname

const isHttps = (uri: string): boolean => /^https:/i.test(uri)
const hostOf = (uri: string): string => new URL(uri).hostname
