// What a request to /mcp is told without the SDK: plain values, which whoever serves it writes out.
import type { ServerResponse } from 'node:http'

/** An answer as JSON. */
export interface PlainReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object
}

/** A JSON-RPC error that belongs to no request. */
export interface BodyRefusal {
  readonly status: number
  readonly code: number
  readonly message: string
}

/** A JSON-RPC error; it belongs to no request unless it says to which. */
export const rejected = ({ status, code, message }: BodyRefusal, id: string | number | null = null): PlainReply => ({
  status,
  body: { jsonrpc: '2.0', error: { code, message }, id },
})

/** Too many (RFC 6585 §4): says when to come again. No challenge, since signing in anew would help nobody. */
export const slowedDown = (retryAfter: number): PlainReply => ({
  ...rejected({ status: 429, code: -32000, message: `Too many requests; try again in ${retryAfter} s` }),
  headers: { 'Retry-After': String(retryAfter), 'Cache-Control': 'no-store' },
})

/** Names and values in turn, as Node.js writes them fastest. */
export type HeaderList = readonly string[]

/** Writes one out, with headers that every answer has. */
export function writeReply(res: ServerResponse, { status, headers = {}, body }: PlainReply, common: HeaderList): void {
  const own = { ...headers, 'Content-Type': 'application/json; charset=utf-8' }
  writePieces(res, status, [...common, ...Object.entries(own).flat()], [JSON.stringify(body)])
}

/** A text in pieces, of which some may be bytes already. */
export type Pieces = readonly (string | Buffer)[]

/** Writes a whole answer: its first text goes out together with the headers. */
export function writePieces(res: ServerResponse, status: number, headers: HeaderList, pieces: Pieces): void {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
  res.writeHead(status, [...headers, 'Content-Length', String(length)])
  for (const piece of pieces.slice(0, -1)) res.write(piece)
  res.end(pieces.at(-1))
}
