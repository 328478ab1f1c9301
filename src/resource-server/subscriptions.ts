// Streams on which a client hears that its list of tools has changed (MCP 2026-07-28, Subscriptions). The SDK tells every
// stream of a handler, whoever asked for it; so each stream gets a handler of its own, and nobody hears of another's grant.
// Clients of 2025 have no such streams here: they are served without sessions, their GET is answered with 405, and the
// capability is not declared to them. They see the new list when they ask for it next.
import type { NodeMcpRequestHandler } from '@modelcontextprotocol/node'
import type { McpHttpHandler } from '@modelcontextprotocol/server'
import type { Grant } from '../grants/grant-record.ts'
import { suspensionOf } from '../grants/suspension.ts'

/** An answer that stays open to tell of changes. */
export interface Stream {
  readonly answer: NodeMcpRequestHandler
  /** Tells the client that its tools have changed, if it asked to be told. */
  changed(): void
  /** Ends the stream with the result that says it was meant to end, so that the client does not come back at once. */
  end(): void
}

/** Whether a body asks for a stream. In a batch it gets none: this era has no batches (Streamable HTTP, Sending Messages). */
export const listens = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen'

/** One stream. `handler` must serve nothing else. */
export function createStream(
  handler: McpHttpHandler,
  toAnswer: (handler: McpHttpHandler) => NodeMcpRequestHandler,
): Stream {
  return {
    answer: toAnswer(handler),
    changed: () => handler.notify.toolsChanged(),
    end: () => void handler.close(),
  }
}

/**
 * What a grant allows, as a value that can be compared. A client is told of every change to it, also where the same tools
 * stay listed: they answer otherwise now, and to look once too often costs less than to offer what will be refused.
 */
export const allowed = (grant: Grant): string => JSON.stringify([suspensionOf(grant), [...grant.scopes].sort()])
