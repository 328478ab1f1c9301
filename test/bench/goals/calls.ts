// The calls that are measured, as they travel.
import { mirror, modern, toolCall } from '../../support/mcp-requests.ts'

export const CALLS = {
  'a read, 2026-07-28': { name: 'read_project', args: { projectId: 23_456_789 }, era: 'modern' },
  'a read, 2025-11-25': { name: 'read_project', args: { projectId: 23_456_789 }, era: 'legacy' },
  'a deed': { name: 'create_compile', args: { projectId: 23_456_789, waitSeconds: 0 }, era: 'modern' },
} as const
export type CallName = keyof typeof CALLS

/** A whole request, headers and all. The token may be empty, where none is needed. */
export function requestText({ host }: { readonly host: string }, token: string, call: CallName): string {
  const { name, args, era } = CALLS[call]
  const message = era === 'modern' ? modern('tools/call', { name, arguments: args }) : toolCall(name, { ...args })
  const body = JSON.stringify(message)
  const headers = {
    host,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(era === 'modern' ? mirror('tools/call', name) : { 'mcp-protocol-version': '2025-11-25' }),
    'content-length': String(Buffer.byteLength(body)),
  }
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`)
  return `POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
