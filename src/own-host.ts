// The host that this server answers as, in every spelling that means it. On this machine that is each of its three names: a
// client keeps to the one that it was given, and compares what it is told with that (RFC 9728 §3.3).
import { isLoopback } from './config.ts'

const USUAL_PORT: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

export interface OwnHost {
  /** Whether a `Host` names this server; on this machine with any port, since a balancer may stand in front. */
  isOurs(host: string): boolean
  /** Whether a URL has the origin of PUBLIC_URL, or another name of it. */
  isAt(url: URL): boolean
  /** The origin of PUBLIC_URL, by the name that a `Host` uses where it has several. */
  originAs(host: string): string
}

/** What `issuer`, the PUBLIC_URL, may be called. */
export function ownHost(issuer: string): OwnHost {
  const { protocol, hostname, port: ownPort } = new URL(issuer)
  const isHere = isLoopback(hostname)
  const isOurName = (name: string) => name === hostname || (isHere && isLoopback(name))

  /** Without what changes nothing: capitals, a root dot, the port that the scheme has anyway (RFC 3986 §6.2.2, §6.2.3). */
  function parse(host: string) {
    const [, name = '', port = ''] = /^(\[.*\]|[^:]*?)\.?(?::(\d*))?$/.exec(host.toLowerCase()) ?? []
    return { name, port: port === USUAL_PORT[protocol] ? '' : port }
  }
  const isSame = ({ name, port }: ReturnType<typeof parse>) => isOurName(name) && port === ownPort

  return {
    isOurs: (host) => isSame(parse(host)) || (isHere && isLoopback(parse(host).name)),
    isAt: (url) => url.protocol === protocol && isSame(parse(url.host)),
    originAs(host) {
      const asked = parse(host)
      return isSame(asked) ? issuer.replace(hostname, asked.name) : issuer
    },
  }
}
