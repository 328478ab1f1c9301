// The calls that are measured, as they travel.
import { mirror, modern, toolCall } from '../../support/mcp-requests.ts'
import type { Contestant } from './process.ts'

export const CALLS = {
  'a read, 2026-07-28': { name: 'read_project', args: { projectId: 23_456_789 }, era: 'modern' },
  'a read, 2025-11-25': { name: 'read_project', args: { projectId: 23_456_789 }, era: 'legacy' },
  'a deed': { name: 'create_compile', args: { projectId: 23_456_789, waitSeconds: 0 }, era: 'modern' },
} as const
export type CallName = keyof typeof CALLS

/** A whole request, headers and all. */
export function requestText({ host }: Pick<Contestant, 'host'>, token: string, call: CallName): string {
  const { name, args, era } = CALLS[call]
  const message = era === 'modern' ? modern('tools/call', { name, arguments: args }) : toolCall(name, { ...args })
  return requestOf(host, token, message, era === 'modern' ? mirror('tools/call', name) : LEGACY)
}

const LEGACY = { 'mcp-protocol-version': '2025-11-25' }

/** The same of any other message to /mcp. */
export function requestOf(host: string, token: string, message: object, mirrored: object = LEGACY): string {
  const body = JSON.stringify(message)
  const headers = {
    host,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...mirrored,
    'content-length': String(Buffer.byteLength(body)),
  }
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`)
  return `POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
