// Preloaded into servers under test: ends the process, as `kill -9` does, at the very moment that a test names.
import http, { Server, ServerResponse } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

/**
 * A call arrives; what changes something is handed to the system; the answer to it comes in; the answer to the caller goes out.
 */
export type Moment = 'arrival' | 'sending' | 'answer' | 'response'

let last: Moment | undefined
const at = (moment: Moment) => void (last === moment && process.kill(process.pid, 'SIGKILL'))

process.on('message', ({ dieAt }: { dieAt?: Moment }) => {
  if (dieAt === undefined) return // others that were preloaded are asked as well
  last = dieAt
  process.send?.({ dieAt })
})
process.channel?.unref()

type Function = (this: unknown, ...args: unknown[]) => unknown
/** Has `first` look at what a function is called with, before it is. */
function precede(on: object, name: string, first: (self: unknown, args: unknown[]) => void): void {
  const original: Function = Reflect.get(on, name)
  Reflect.set(on, name, function (this: unknown, ...args: unknown[]) {
    first(this, args)
    return original.apply(this, args)
  })
}

precede(Server.prototype, 'emit', (_server, [event, request]) => {
  if (event === 'request' && (request as http.IncomingMessage).url === '/mcp') at('arrival')
})
for (const name of ['write', 'end']) {
  precede(ServerResponse.prototype, name, (response, [chunk]) => {
    if (typeof chunk !== 'function' && chunk && (response as ServerResponse).req.url === '/mcp') at('response')
  })
}
// Only what changes something is sent by this function; what reads goes out by `fetch`.
const { request } = http
http.request = ((...args: Parameters<typeof request>) => {
  at('sending')
  return request(...args).prependListener('response', () => at('answer'))
}) as typeof request
syncBuiltinESMExports()
