// What can mean one thing only is put in order here, once, before the gate, the budget, the SDK or a schema looks: all of them
// see the same. Method, name and address, which headers are compared with, are never touched (MCP 2026-07-28, Server Validation).
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server'
import { createInnerReader } from '../json-bounds.ts'
import { nextPortion } from '../portions.ts'
import { findTool } from './tools/catalog.ts'
import type { ReadInner } from './tools/coercion.ts'
import { coerce, isObjectText } from './tools/coercion.ts'

type Members = Readonly<Record<string, unknown>>

/** What headers are compared with, wherever it stands. */
const MIRRORED: readonly string[] = ['name', 'uri', PROTOCOL_VERSION_META_KEY]

/** A JSON-RPC body, single or batch, in order. */
export async function normalize(body: unknown): Promise<unknown> {
  const read = createInnerReader()
  if (!Array.isArray(body)) return normalizeMessage(body, read)
  const messages: unknown[] = []
  for (const message of body) {
    messages.push(normalizeMessage(message, read))
    await nextPortion()
  }
  return messages
}

function normalizeMessage(message: unknown, read: ReadInner): unknown {
  if (!isObject(message) || typeof message.method !== 'string' || message.params === undefined) return message
  const { params, ...others } = message
  if (params === null) return others
  return isObject(params) ? { ...others, params: normalizeParams(message.method, params, read) } : message
}

function normalizeParams(method: string, { arguments: given, ...others }: Members, read: ReadInner): Members {
  const params = withoutNulls(others) as Members // sound: it gives an object for an object
  return given === undefined || given === null
    ? params
    : { ...params, arguments: argumentsOf(method, params, given, read) }
}

/** What a tool is called with, as its schema wants it; what a prompt is filled in with is text, and may be left out. */
function argumentsOf(method: string, { name }: Members, given: unknown, read: ReadInner): unknown {
  if (method === 'tools/call') {
    const tool = typeof name === 'string' ? findTool(name) : undefined
    return tool ? coerce(tool.input, given, read) : given
  }
  const isText = method === 'prompts/get' && typeof given === 'string' && isObjectText(given)
  return withoutNulls((isText ? read(given) : undefined) ?? given)
}

/** A value without members that are null. A list keeps them, since its places count. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null && !MIRRORED.includes(name) ? [] : [[name, withoutNulls(inner)]],
    ),
  )
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
