// Where requests come in. Those to /mcp are nearly all there are, and come from programs: they pass by everything that pages need,
// and what they share with pages (host, origin, headers, the log, outages) is said here in the same functions. The rest, and what a
// browser opens there by mistake, goes to Koa.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Config } from '../config.ts'
import { corsHeaders } from '../cors.ts'
import type { Log } from '../observability/log.ts'
import { logRequest, reportFault } from '../observability/requests.ts'
import { toldOfOutage } from '../outage.ts'
import { ownHost } from '../own-host.ts'
import { SECURITY_HEADERS } from '../security-headers.ts'
import { StoreUnavailable } from '../storage/store.ts'
import type { Endpoint } from './endpoint.ts'
import type { PlainReply } from './reply.ts'
import { writeReply } from './reply.ts'
import { refusedOrigin } from './resource-server.ts'

const HEADERS = Object.entries(SECURITY_HEADERS).flat()

/** Gives what is posted to /mcp to the endpoint, and everything else to `others`. */
export function directly(config: Config, log: Log, endpoint: Endpoint, others: RequestListener): RequestListener {
  const { isOurs } = ownHost(config.issuer)

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    logRequest(log, { method: 'POST', path: '/mcp' }, res)
    const { origin } = req.headers
    const refused = refusedOrigin(config, origin ?? '')
    if (refused) return writeReply(res, refused, HEADERS)
    const headers = [...HEADERS, ...corsHeaders(origin)]
    try {
      const reply = await endpoint(req, res, headers)
      if (reply) writeReply(res, reply, headers)
    } catch (error) {
      reportFault(log, error as Error)
      if (res.headersSent) res.destroy()
      else writeReply(res, failed(error), headers)
    }
  }

  return (req, res) => {
    if (isForEndpoint(req) && isOurs(req.headers.host ?? '')) void answer(req, res)
    else others(req, res)
  }
}

const isForEndpoint = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && (url === '/mcp' || url.startsWith('/mcp?'))

/** What a program is told when the store is away, or when something went wrong here. */
const failed = (error: unknown): PlainReply =>
  error instanceof StoreUnavailable
    ? toldOfOutage(error)
    : { status: 500, body: { error: 'server_error', error_description: 'something went wrong on this server' } }
