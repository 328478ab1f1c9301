// The one road that every call takes: the gate's decision, the arguments, QuantConnect, the answer.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Log } from '../../observability/log.ts'
import type { Answer } from '../../quantconnect/answer.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import type { Vault } from '../../vault/vault.ts'
import type { Challenge } from '../challenge.ts'
import { challenge } from '../challenge.ts'
import { isDecision } from '../gate.ts'
import { findTool } from './catalog.ts'
import type { Tool } from './tool.ts'

export interface ToolSuppliers {
  readonly log: Log
  readonly vault: Vault
  readonly quantConnect: QuantConnect
  readonly issuer: string
  /** The address of the protected resource metadata. */
  readonly metadata: string
}

export interface ToolCall {
  readonly name: string
  readonly args: unknown
  /** What the gate decided about the request that carries this call. */
  readonly decision: unknown
  readonly signal: AbortSignal
}

/**
 * Runs one tool call and returns a tool result; whatever QuantConnect does is a result, so that the model can act on it.
 * Throws a protocol error for an unknown tool, and for a call that the gate did not allow, however it came here.
 */
export async function callTool(call: ToolCall, suppliers: ToolSuppliers): Promise<CallToolResult> {
  const { name, args, decision, signal } = call
  const tool = findTool(name)
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
  if (isDecision(decision) && decision.refusal) return refuse(challenge(decision.refusal, suppliers))
  if (!isDecision(decision) || !decision.tools.has(name)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidRequest, `Not allowed: ${name}`)
  }
  const input = tool.input.safeParse(args ?? {})
  if (!input.success) return failure(`The arguments do not fit ${name}:\n${z.prettifyError(input.error)}`)

  try {
    return await run(tool, input.data, decision.grant.accountId, signal, suppliers)
  } catch (error) {
    if (signal.aborted) throw error // nobody is listening any more
    if (error instanceof StoreUnavailable)
      return failure('qcgate cannot reach its store. Nothing was done; try again soon.')
    suppliers.log.error({ err: error, tool: name }, 'tool call failed')
    return failure('Something went wrong in qcgate itself; whoever runs it finds the cause in its log.')
  }
}

async function run(tool: Tool, args: object, sub: string, signal: AbortSignal, { vault, quantConnect }: ToolSuppliers) {
  const credentials = await vault.open(sub)
  if (!credentials)
    return failure('The QuantConnect account of this connection is not stored here any more. Connect again.')
  const retry = tool.annotations.readOnlyHint
  return resultOf(tool, await quantConnect.call(credentials, tool.endpoint, args, { retry, signal }))
}

function resultOf(tool: Tool, answer: Answer): CallToolResult {
  switch (answer.kind) {
    case 'done': {
      const { success: _said, ...body } = tool.trim ? tool.trim(answer.body) : answer.body
      // Some clients hand the model only the text, others only the structure: both hold everything.
      return { content: [{ type: 'text', text: JSON.stringify(body) }], structuredContent: body }
    }
    case 'refused':
      return failure(`QuantConnect refused: ${answer.reasons.join(' ')}`)
    case 'credentials':
      return failure(
        `QuantConnect does not accept the stored API token of this account: ${answer.reasons.join(' ')} A person can enter a new token by connecting again and choosing "use another account".`,
      )
    case 'timeout':
      return failure(`QuantConnect did not answer in time. ${afterwards(tool, true)}`)
    case 'unavailable': {
      const status = answer.status ? ` (HTTP ${answer.status})` : ''
      return failure(`QuantConnect gave no usable answer${status}. ${afterwards(tool, answer.sent)}`)
    }
  }
}

/** What is known about the work after a call that went wrong. */
function afterwards({ annotations }: Tool, sent: boolean): string {
  if (annotations.readOnlyHint) return 'Nothing was changed; try again in a minute.'
  return sent
    ? 'Whether the change was made is unknown: read the current state before trying again.'
    : 'The request did not reach it, so nothing was changed; try again in a minute.'
}

/** The challenge where ChatGPT and Codex look for it, and from where they send their person to allow more. */
const refuse = ({ header, body }: Challenge): CallToolResult => ({
  ...failure(body.error_description),
  _meta: { 'mcp/www_authenticate': [header] },
})

const failure = (text: string): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text }],
  structuredContent: { error: text },
})
