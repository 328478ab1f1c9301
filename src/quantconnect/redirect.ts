// Where an answer points, for the one endpoint that sends a person somewhere: `/live/auth0/authorize`.

const MAX_LENGTH = 8_192

/**
 * The address in a `Location` header when a person may be sent there: https, or this machine for an API that is on this
 * machine itself. An address with a user name in it only serves to look like another host.
 */
export function redirectLocation(header: string | undefined, asked: string): string | undefined {
  if (!header || header.length > MAX_LENGTH || !URL.canParse(header, asked)) return undefined
  const { protocol, hostname, username, password, href } = new URL(header, asked)
  if (username || password) return undefined
  const stays = protocol === 'http:' && isLoopback(hostname) && isLoopback(new URL(asked).hostname)
  return protocol === 'https:' || stays ? href : undefined
}

const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
