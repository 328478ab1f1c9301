// The body of a request to /mcp: read once, bounded before it is parsed. What the gate looks at is what the handler gets.
import { bodyParser } from '@koa/bodyparser'
import type { Context } from 'koa'
import { excessOf, readJson } from '../json-bounds.ts'
import { record } from './answers/reading.ts'
import { messagesIn } from './gate.ts'

/** A JSON-RPC error that belongs to no request. */
export interface BodyRefusal {
  readonly status: number
  readonly code: number
  readonly message: string
}

/** A body as JSON, or why it is not listened to. */
type ReadBody = { readonly body: unknown } | { readonly refused: BodyRefusal }

/** As many as the SDK takes. Looked at before the gate decides, since each call of a refused batch is written down. */
const LONGEST_BATCH = 100
/** Characters of what every answer, and every word of progress, repeats. */
const LONGEST_ID = 256
const LONGEST_BODY = 4 * 1024 * 1024

const readText = bodyParser({
  enableTypes: ['text'],
  extendTypes: { text: ['application/json'] },
  textLimit: String(LONGEST_BODY),
  onError: (error, ctx) => {
    ctx.state.unread = error
  },
})

/** Reads the body of a request whose content type is JSON. */
export async function readBody(ctx: Context): Promise<ReadBody> {
  await readText(ctx, async () => {})
  const { unread } = ctx.state
  if (unread?.status === 413) return refused(413, -32000, 'The request body is larger than 4 MB')
  const text = ctx.request.rawBody
  if (unread || !text) return NO_JSON
  const excess = excessOf(text)
  if (excess) return refused(400, -32600, `The request body is too much: ${excess}`)
  return parse(text)
}

function parse(text: string): ReadBody {
  let body: unknown
  try {
    body = readJson(text)
  } catch {
    return NO_JSON
  }
  if (Array.isArray(body) && body.length > LONGEST_BATCH) {
    return refused(400, -32600, `A batch may hold ${LONGEST_BATCH} messages at most`)
  }
  if (messagesIn(body).some(repeatsTooMuch)) {
    return refused(400, -32600, `An id or a progress token may have ${LONGEST_ID} characters at most`)
  }
  return { body }
}

const refused = (status: number, code: number, message: string): ReadBody => ({ refused: { status, code, message } })
const NO_JSON = refused(400, -32700, 'Parse error: the request body is not valid JSON')

function repeatsTooMuch({ id, params }: ReturnType<typeof messagesIn>[number]): boolean {
  const { progressToken } = record(params?._meta)
  return [id, progressToken].some((one) => typeof one === 'string' && one.length > LONGEST_ID)
}
