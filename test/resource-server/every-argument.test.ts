// Every argument of every tool, made from the catalogue: sent as its text, as null, not at all, and misspelt. QuantConnect is
// a stand-in that refuses everything and says what it was sent, so each answer tells what a call came to.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { useConnectionTo } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { messages, rpc, toolCall } from '../support/mcp-requests.ts'
import type { ArgumentValues } from './tool-arguments.ts'
import { argumentsFor, MADE_UP } from './tool-arguments.ts'

/** The bodies that arrived, by what the stand-in said of them. */
const arrived = new Map<string, string>()
const standIn = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { boundary } = /boundary=(?<boundary>[^;]+)/.exec(request.headers['content-type'] ?? '')?.groups ?? {}
  const body = Buffer.concat(chunks)
    .toString()
    .replaceAll(boundary ?? '\0', 'boundary')
  const digest = createHash('sha256').update(`${request.url} ${body}`).digest('hex')
  arrived.set(digest, body)
  const answer = request.url?.endsWith('/authenticate') ? { success: true } : { success: false, errors: [digest] }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})
await new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve))
const { port } = standIn.address() as AddressInfo // sound: it listens on TCP

/** Calls of one account that run or wait at the same time. */
const AT_ONCE = 60
/** What a result says of a call that went through. */
const SENT = /^QuantConnect refused: ([0-9a-f]{64})/

/** A value that fits a schema of the catalogue. */
function sampleOf(schema: Json): unknown {
  if (schema.enum) return schema.enum[0]
  switch (schema.type) {
    case 'integer':
      return Math.max(schema.minimum ?? 0, 7)
    case 'number':
      return 2.5
    case 'boolean':
      return true
    case 'array':
      return [sampleOf(schema.items)]
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name: string) => [name, sampleOf(schema.properties[name])]),
      )
    default:
      return 'text'
  }
}

/** Whether a schema takes text, and any. */
const takesText = ({ type, enum: options, anyOf = [] }: Json): boolean =>
  (type === 'string' && !options) || anyOf.some(takesText)
const without = (args: object, name: string) => Object.fromEntries(Object.entries(args).filter(([one]) => one !== name))
/** A name as somebody might write it who does not remember it. */
const misspelt = (name: string): string =>
  /[A-Z]/.test(name) ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : `${name[0]}${name}`

describe('every argument of', () => {
  after(() => {
    standIn.close()
    standIn.closeAllConnections()
  })
  const { server, connection } = useConnectionTo(`http://127.0.0.1:${port}/api/v2`)

  /** What calls of a tool are answered, as many at once as QuantConnect is asked for one account. */
  async function said(name: string, calls: readonly ArgumentValues[]): Promise<string[]> {
    const errors: string[] = []
    for (let at = 0; at < calls.length; at += AT_ONCE) {
      const batch = calls.slice(at, at + AT_ONCE).map((args, id) => toolCall(name, args, id))
      const answers = await messages(await rpc(server, connection.token, batch))
      for (const { id, result } of answers) errors[at + id] = result.structuredContent.error ?? JSON.stringify(result)
    }
    return errors
  }

  for (const tool of toolList()) {
    const { properties = {}, required = [] } = tool.inputSchema as Json
    if (!Object.keys(properties).length) continue
    const plain = argumentsFor(tool, MADE_UP)

    it(`${tool.name} may come as its text, is absent as null where it may be, and is asked about when misspelt`, async () => {
      const names = Object.keys(properties)
      const forms = names.map((name) => {
        const value = plain[name] ?? sampleOf(properties[name])
        const absent = without(plain, name)
        return {
          good: { ...absent, [name]: value },
          text: { ...absent, [name]: typeof value === 'string' ? value : JSON.stringify(value) },
          digits: { ...absent, [name]: '123' },
          absent,
          null: { ...absent, [name]: null },
          misspelt: { ...absent, [misspelt(name)]: value },
        }
      })
      const answers = await said(
        tool.name,
        forms.flatMap((form) => Object.values(form)),
      )
      for (const [at, name] of names.entries()) {
        const [good, text, digits, absent, none, asked] = answers.slice(at * 6, at * 6 + 6) as string[]
        const isRequired = required.includes(name)
        assert.match(good ?? '', isRequired ? SENT : /./, name)
        assert.equal(text, good, `${name} as text`)
        if (takesText(properties[name]) && SENT.test(digits ?? '')) {
          const body = arrived.get(SENT.exec(digits ?? '')?.[1] ?? '') ?? ''
          assert.doesNotMatch(body, new RegExp(`"${name}":123`), `${name} stays text`)
        }
        if (isRequired) {
          for (const lacking of [absent, none])
            assert.match(lacking ?? '', new RegExp(`do not fit[\\s\\S]* at ${name}`))
        } else assert.equal(none, absent, `${name} as null`)
        assert.match(asked ?? '', new RegExp(`do not fit[\\s\\S]*"${misspelt(name)}" \\(did you mean ${name}\\?\\)`))
      }
    })
  }
})
