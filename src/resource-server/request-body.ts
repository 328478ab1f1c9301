// The body of a request to /mcp: read once, bounded before it is parsed, put in order. What the gate looks at is what the
// handler gets.
import type { IncomingMessage } from 'node:http'
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server'
import { readText, UnreadBody } from '../bodies.ts'
import { excessOf, holdsMore, isTooDeep, readJson, TOO_DEEP } from '../json-bounds.ts'
import { nextPortion } from '../portions.ts'
import { record } from '../quantconnect/fields.ts'
import type { MessageLike } from './gate.ts'
import { messagesIn } from './gate.ts'
import { normalize } from './normalize.ts'
import type { BodyRefusal } from './reply.ts'
import { LONGEST_ADDRESS } from './resources/templates.ts'

/** A body as JSON, or why it is not listened to. */
type Understood = { readonly body: unknown } | { readonly refused: BodyRefusal }
/** The same with its length, unpacked; of one that is too long and not read, what it says of itself. */
type ReadBody = Understood & { readonly bytes: number }

/** As many as the SDK takes. Looked at before the gate decides, since each call of a refused batch is written down. */
const LONGEST_BATCH = 100
/** Characters of what answers repeat, and every word of progress. */
const LONGEST_NAME = 256
/** Values of a message beside what a tool is called with. The SDK tells each mistake in them in lines of its own. */
const MOST_BESIDE = 200
const LONGEST_BODY = 4 * 1024 * 1024
const LONG = 256 * 1024

/** Reads the body of a request whose content type is JSON. */
export async function readBody(req: IncomingMessage): Promise<ReadBody> {
  const said = Number(req.headers['content-length'] ?? 0)
  let text: string
  try {
    text = await readText(req, LONGEST_BODY)
  } catch (error) {
    if (!(error instanceof UnreadBody)) throw error
    const isTooLong = error.status === 413
    return { ...(isTooLong ? refused(413, -32000, 'The request body is larger than 4 MB') : NO_JSON), bytes: said }
  }
  return { ...(await understand(text)), bytes: Math.max(said, Buffer.byteLength(text)) }
}

async function understand(text: string): Promise<Understood> {
  if (!text) return NO_JSON
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
function bounded(body: unknown): Understood {
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

const refused = (status: number, code: number, message: string): Understood => ({ refused: { status, code, message } })
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
