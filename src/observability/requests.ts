// What the log says of requests, whoever answers them.
import type { ServerResponse } from 'node:http'
import { StoreUnavailable } from '../storage/store.ts'
import type { Log } from './log.ts'

/** Says of a request, once it has ended, what came of it and how long it took. */
export function logRequest(
  log: Log,
  request: { readonly method: string; readonly path: string },
  res: ServerResponse,
): void {
  const began = performance.now()
  res.once('close', () => {
    const ms = Math.round(performance.now() - began)
    log.info({ method: request.method, path: request.path, status: res.statusCode, ms }, 'request')
  })
}

/** The operator learns the cause of every 500; whoever asked learns only that it happened. */
export function reportFault(log: Log, error: Error & { readonly expose?: boolean }): void {
  if (error instanceof StoreUnavailable) log.warn({ cause: error.error_detail }, 'request needs the store')
  else if (!error.expose) log.error({ err: error }, 'request failed')
}
