// Where the browser of a person brings the answer to a program on their computer (RFC 8252 §7.3).
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'

/** A redirect URI that somebody answers, for the tests of one suite; it is known while they run. Call it inside `describe`. */
export function useCallback(): () => string {
  const listener = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Done</title><p>Back in the program.')
  })
  before(() => once(listener.listen(0, '127.0.0.1'), 'listening'))
  after(() => {
    listener.close()
    listener.closeAllConnections()
  })
  return () => `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`
}
