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
  if (canonical === '::1') return '127.0.0.1' // to a program here one is as good as the other
  const [left = [], right = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

/**
 * The networks around one of `networkOf` in which one customer may have many of its kind: of IPv6 the /56 of a household and
 * the /48 of a site (RFC 6177), of IPv4 the /24, the least that is routed. The widest comes last.
 */
export function widerNetworks(network: string): readonly string[] {
  const groups = groupsOf(network)
  if (!groups) return network.includes('.') ? [`${network.split('.').slice(0, 3).join('.')}.0/24`] : []
  const [one, two, three, four = 0] = groups
  const site = [one, two, three].map(hex).join(':')
  return [`${site}:${hex(four & 0xff00)}::/56`, `${site}::/48`]
}

/** Whether an address of `networkOf` is this machine's own. */
export const isThisMachine = (network: string): boolean => network.startsWith('127.')

/** The least that a registry gives to a provider of its own, roughly: a /32 of IPv6, a /16 of IPv4. */
export function allocationOf(network: string): string {
  const groups = groupsOf(network)
  if (groups) return `${groups.slice(0, 2).map(hex).join(':')}::/32`
  return network.includes('.') ? `${network.split('.').slice(0, 2).join('.')}.0.0/16` : network
}

/** The first four groups of an IPv6 network; undefined for anything else. */
const groupsOf = (network: string): number[] | undefined =>
  network.endsWith('::/64')
    ? network
        .slice(0, -'::/64'.length)
        .split(':')
        .map((group) => Number.parseInt(group, 16))
    : undefined
const hex = (group = 0): string => group.toString(16)
