// Which addresses of a stranger's choice we would visit: an https page of a host that has a name on the public internet.
// Everything else may be a door in our own network (draft-ietf-oauth-client-id-metadata-document-02 §8.6).
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Names that never mean a public host (RFC 6761, RFC 6762, RFC 8375), and the one that ICANN keeps for private use. */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa|onion|alt)$/

/** All of the public IPv6 internet (RFC 4291 §2.4). What else ipaddr.js calls unicast has not been given to anyone. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** What speaks against visiting a URL, for the log; undefined when nothing does. `ownHost` is ours: no visits to ourselves. */
export function objectionTo(url: URL, ownHost: string): string | undefined {
  const { protocol, hostname, port, username, password, href } = url
  if (protocol !== 'https:') return 'it is not https'
  if (port) return 'it names a port'
  if (username || password) return 'it carries credentials'
  if (href.includes('#')) return 'it has a fragment'
  // The URL parser has brought every spelling of an address into this form: 2130706433, 0x7f.1, [::ffff:127.0.0.1].
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) return 'it names an address and no host'
  if (!hostname.includes('.') || hostname.endsWith('.') || PRIVATE_NAMES.test(hostname)) return 'its host is not public'
  return hostname === ownHost ? 'it leads back to this server' : undefined
}

/** Whether an address is one of the public internet. An IPv4 address dressed as an IPv6 one is not, wherever it leads. */
export function isPublicAddress(address: string): boolean {
  if (!isIP(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(PUBLIC_IPV6))
}
