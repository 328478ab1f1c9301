// Whom an address stands for, when attempts are counted by address. Where trusted proxies stand in front, compose.ts reads
// it from what they forward (X-Forwarded-For).
import { isIP, isIPv6 } from 'node:net'

/**
 * Who an address stands for: of an IPv6 address the first 64 bits, since whoever has one has all that share them. Some
 * proxies forward a port as well. What is no address is one visitor, so that nobody gains by inventing some.
 */
export function networkOf(address: string): string {
  const bare = address
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*$/, '')
  if (!isIP(bare)) return 'unknown'
  if (!isIPv6(bare)) return bare
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1) // one spelling, in hexadecimal (RFC 5952)
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(canonical)
  if (mapped) {
    // A socket that listens to both kinds shows an IPv4 address like this (RFC 4291 §2.5.5.2).
    const bytes = mapped
      .slice(1)
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    return bytes.join('.')
  }
  const [left = [], right = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
