// What every answer says to browsers, whatever is in it: worked out once, since it never changes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

const set = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  // Clients in web pages open our pages in a pop-up and listen to it when it is back on their own address.
  crossOriginOpenerPolicy: false,
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: { includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
})

/** By name. A page may say something else instead. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = headersSetBy((res) => {
  set({} as IncomingMessage, res, () => undefined)
})

function headersSetBy(act: (res: ServerResponse) => void): Record<string, string> {
  const headers: Record<string, string> = {}
  const recorder = {
    setHeader(name: string, value: string) {
      headers[name] = value
    },
    removeHeader: () => undefined, // there is none yet
  }
  act(recorder as unknown as ServerResponse) // sound: all that helmet does to a response
  return headers
}
