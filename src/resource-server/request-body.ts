// The body of a request to /mcp: read once, bounded before it is parsed, put in order. What the gate looks at is what the
// handler gets.
import { bodyParser } from '@koa/bodyparser'
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server'
import type { Context } from 'koa'
import { excessOf, holdsMore, isTooDeep, readJson, TOO_DEEP } from '../json-bounds.ts'
import { nextPortion } from '../portions.ts'
import { record } from '../quantconnect/fields.ts'
import type { MessageLike } from './gate.ts'
import { messagesIn } from './gate.ts'
import { normalize } from './normalize.ts'
import { LONGEST_ADDRESS } from './resources/templates.ts'

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
/** Characters of what answers repeat, and every word of progress. */
const LONGEST_NAME = 256
/** Values of a message beside what a tool is called with. The SDK tells each mistake in them in lines of its own. */
const MOST_BESIDE = 200
const LONGEST_BODY = 4 * 1024 * 1024
const LONG = 256 * 1024

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
  // Each of these looks at all of it, so there is somebody else's turn between them where it is long.
  if (text.length > LONG) await nextPortion()
  const excess = excessOf(text)
  if (text.length > LONG) await nextPortion()
  if (excess) return refused(400, -32600, tooMuch(excess))
  let body: unknown
  try {
    body = readJson(text)
  } catch {
    return NO_JSON
  }
  if (Array.isArray(body) && body.length > LONGEST_BATCH) {
    return refused(400, -32600, `A batch may hold ${LONGEST_BATCH} messages at most`)
  }
  if (text.length > LONG) await nextPortion()
  return bounded(await normalize(body))
}

/** The bounds of what a body says, which hold for the texts of JSON in it too. */
function bounded(body: unknown): ReadBody {
  if (isTooDeep(body)) return refused(400, -32600, tooMuch(TOO_DEEP))
  const messages = messagesIn(body)
  if (messages.some(hasLongName)) {
    const bound = `${LONGEST_NAME} characters at most, an address ${LONGEST_ADDRESS}`
    return refused(400, -32600, `A method, a name, an id or a progress token may have ${bound}`)
  }
  if (messages.some((message) => holdsMore(besideArguments(message), MOST_BESIDE))) {
    return refused(400, -32600, `A message may hold ${MOST_BESIDE} values at most beside the arguments of a tool`)
  }
  return { body }
}

const refused = (status: number, code: number, message: string): ReadBody => ({ refused: { status, code, message } })
const tooMuch = (excess: string): string => `The request body is too much: ${excess}`
const NO_JSON = refused(400, -32700, 'Parse error: the request body is not valid JSON')

const besideArguments = (message: MessageLike): unknown =>
  message.method === 'tools/call' ? { ...message, params: { ...message.params, arguments: null } } : message

const isLonger = (value: unknown, most: number): boolean => typeof value === 'string' && value.length > most

function hasLongName({ id, method, params }: MessageLike): boolean {
  const { name, uri, protocolVersion } = record(params)
  const { progressToken, [PROTOCOL_VERSION_META_KEY]: version } = record(params?._meta)
  const names = [id, method, name, protocolVersion, progressToken, version]
  return names.some((one) => isLonger(one, LONGEST_NAME)) || isLonger(uri, LONGEST_ADDRESS)
}
