// The forms of REDIS_URL: one Redis, a Cluster, or the Sentinels that watch over one.

export interface RedisAddress {
  readonly mode: 'single' | 'cluster' | 'sentinel'
  readonly tls: boolean
  /** The server, any nodes of the Cluster, or the Sentinels. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  /** Database number of a single Redis. */
  readonly db: number
  /** What the Sentinels call the master. */
  readonly name: string
  /** What every key begins with, so that several installations can share a Redis. */
  readonly prefix: string
}

const FORM = /^(rediss?)(\+cluster|\+sentinel)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const HOST = /^(\[[\da-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i

/**
 * Reads a REDIS_URL. Percent-encoding counts in user name, password and name. The query may hold `prefix`, by default
 * `qcgate:`. Returns the address, or what is wrong with it and what would work.
 */
export function parseRedisUrl(url: string): RedisAddress | string {
  const [, scheme, kind = '', login = '', list = '', path = '', query = ''] = FORM.exec(url) ?? []
  if (!scheme) {
    return 'is no Redis address; use redis://host:6379, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379,host:26379/NAME'
  }
  const mode = kind === '+cluster' ? 'cluster' : kind === '+sentinel' ? 'sentinel' : 'single'
  const hosts = list.split(',').map((one) => {
    const [, host = '', port] = HOST.exec(one.trim()) ?? []
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? (mode === 'sentinel' ? 26379 : 6379)) }
  })
  if (!hosts.every(({ host, port }) => host && port > 0 && port < 65536)) {
    return 'names a host or port that cannot be; use host:port, several with commas'
  }
  if (mode === 'single' && hosts.length > 1)
    return 'names several hosts; use redis+cluster:// or redis+sentinel:// for that'
  if (mode === 'sentinel' && !path) return 'lacks the name of the master; add it at the end, such as /mymaster'
  if (mode === 'cluster' && path && path !== '0') return 'names a database, and a Cluster has only one; leave it out'
  if (mode === 'single' && !/^\d{0,4}$/.test(path)) return 'ends in what is no database number; use one such as /0'

  const options = new URLSearchParams(query)
  // Not repeated in the message: a password with a question mark in it looks like one.
  if ([...options.keys()].some((key) => key !== 'prefix')) {
    return 'has an option that is none; the only one is prefix, such as ?prefix=qcgate: (write a ? in a password as %3F)'
  }
  const prefix = options.get('prefix') ?? 'qcgate:'
  if (/[{}\s]/.test(prefix)) return 'has a prefix with braces or blanks; use one such as ?prefix=qcgate:'

  const colon = login.indexOf(':')
  try {
    const [username, password] = (colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)]).map(
      decodeURIComponent,
    )
    return {
      mode,
      tls: scheme === 'rediss',
      hosts,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      db: mode === 'single' ? Number(path) : 0,
      name: mode === 'sentinel' ? decodeURIComponent(path) : '',
      prefix,
    }
  } catch {
    return 'holds a % that begins no percent-encoding; write it as %25'
  }
}
