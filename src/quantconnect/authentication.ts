// How QuantConnect knows who asks: the token never travels, only a hash of it with the current second.
import { hash as digest } from 'node:crypto'

/**
 * The two headers that sign a request. They can be replayed for two hours, so they are secrets too.
 * Takes the time in whole seconds since 1970.
 */
export function signedHeaders(userId: string, apiToken: string, seconds: number) {
  const hash = digest('sha256', `${apiToken}:${seconds}`, 'hex')
  return {
    authorization: `Basic ${Buffer.from(`${userId}:${hash}`).toString('base64')}`,
    timestamp: String(seconds),
  }
}
