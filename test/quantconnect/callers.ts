// Who calls in these tests, and what an operator reads.
import { pino } from 'pino'
import { createLog, type Log } from '../../src/observability/log.ts'
import { createQuantConnect, type QuantConnect } from '../../src/quantconnect/client.ts'
import type { Credentials } from '../../src/vault/vault.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

/** A person with an account of their own, by number. */
export const credentialsOf = (number: number, apiToken = `token-of-${number}`): Credentials => ({
  realm: 'live',
  userId: String(number),
  apiToken,
})

/** What these tests read of a line of the log. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly accounts?: number
  readonly aheadSeconds?: number
}

/** A log that is kept. */
export function keptLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  return { log: pino({ base: null, level: 'trace' }, { write: (line) => lines.push(JSON.parse(line)) }), lines }
}

/** A client and the upstream that it calls, for one test. */
export async function withClient<T>(
  test: (upstream: Upstream, client: QuantConnect) => Promise<T>,
  log: Log = createLog('silent'),
): Promise<T> {
  const upstream = await startUpstream()
  try {
    return await test(upstream, createQuantConnect({ live: upstream.url }, log))
  } finally {
    await upstream.close()
  }
}

/** The requests to one endpoint. */
export const requestsTo = (upstream: Upstream, endpoint: string) =>
  upstream.requests.filter(({ path }) => path === `/api/v2${endpoint}`)
