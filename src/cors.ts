// Which of our endpoints a web page may call, in the words of the Fetch standard (CORS). None of them reads a cookie, so a
// page can do no more there than its server could.
import cors from '@koa/cors'

/** What clients send and have to read, the same on every endpoint. */
export const CORS_HEADERS = {
  allowHeaders:
    'Authorization,Content-Type,Accept,MCP-Protocol-Version,Mcp-Method,Mcp-Name,Mcp-Session-Id,Last-Event-ID',
  exposeHeaders: 'WWW-Authenticate,Mcp-Session-Id,MCP-Protocol-Version,Retry-After',
  maxAge: 3600,
} as const

/** For what is there for everybody: metadata, and the endpoints where a client speaks for itself. */
export const anyOrigin = cors({ ...CORS_HEADERS, origin: '*', allowMethods: 'GET,HEAD,POST' })

/** What an answer to a page of an allowed origin says, or to whoever names none: the same as @koa/cors would; names and values in turn. */
export const corsHeaders = (origin: string | undefined): readonly string[] => [
  ...['Vary', 'Origin'],
  ...(origin ? ['Access-Control-Allow-Origin', origin] : []),
  ...(origin ? ['Access-Control-Expose-Headers', CORS_HEADERS.exposeHeaders] : []),
]
