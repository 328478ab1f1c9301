// The one road that every call takes: the gate's decision, the arguments, the work, the answer.
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { isInputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Log } from '../../observability/log.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import type { Vault } from '../../vault/vault.ts'
import type { Challenge } from '../challenge.ts'
import { challenge } from '../challenge.ts'
import { isDecision } from '../gate.ts'
import { findTool, secretsOf } from './catalog.ts'
import { outcome, refusal } from './refusals.ts'
import { secretsIn } from './secrets.ts'
import { failure, resultOf } from './told.ts'
import type { Tool } from './tool.ts'
import type { Work } from './work.ts'
import { Impossible, Unanswered, workWith } from './work.ts'

export interface ToolSuppliers {
  readonly log: Log
  readonly vault: Vault
  readonly quantConnect: QuantConnect
  readonly issuer: string
  /** The address of the protected resource metadata. */
  readonly metadata: string
}

/** What a call brings along. */
export interface Caller {
  /** What the gate decided about the request that carries this call. */
  readonly decision: unknown
  readonly signal: AbortSignal
  /** Sends a progress notification; absent when the caller gave no progress token. */
  readonly report?: ((progress: number, message?: string) => Promise<void>) | undefined
  /** Whether the client can send its person to an address (URL elicitation). */
  readonly canOpen?: boolean
  /** The answers to an earlier round's input requests. */
  readonly responses?: Readonly<Record<string, unknown>> | undefined
}

export interface ToolCall extends Caller {
  readonly name: string
  readonly args: unknown
}

/** The account of a connection is not in the vault any more. */
class NoCredentials extends Error {}

/**
 * Gives `job` what a tool works with, as the account that the gate's decision is about. Throws a protocol error unless the
 * gate allowed that tool for this very request. `hide` are secrets that no answer may repeat.
 */
export async function perform<T>(
  tool: Tool,
  caller: Caller,
  suppliers: ToolSuppliers,
  job: (work: Work) => Promise<T>,
  hide: readonly string[] = [],
): Promise<T> {
  const { decision, signal, report, canOpen = false, responses } = caller
  if (!isDecision(decision) || !decision.tools.has(tool.name)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidRequest, `Not allowed: ${tool.name}`)
  }
  const credentials = await suppliers.vault.open(decision.grant.accountId)
  if (!credentials) throw new NoCredentials()
  return job(
    workWith({
      ask: (endpoint, args, options) => suppliers.quantConnect.call(credentials, endpoint, args, options),
      readOnly: tool.annotations.readOnlyHint,
      signal,
      hide,
      report,
      canOpen,
      responses,
    }),
  )
}

/**
 * Runs one tool call and returns a tool result; whatever QuantConnect does is a result, so that the model can act on it.
 * Throws a protocol error for an unknown tool, and for a call that the gate did not allow, however it came here.
 */
export async function callTool(
  call: ToolCall,
  suppliers: ToolSuppliers,
): Promise<CallToolResult | InputRequiredResult> {
  const { name, decision } = call
  const tool = findTool(name)
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
  if (isDecision(decision) && decision.refusal) return refuse(challenge(decision.refusal, suppliers))
  const began = performance.now()
  let ended = 'left' // the caller hung up; what was on its way goes on
  try {
    const result = await run(tool, call, suppliers)
    ended = 'isError' in result && result.isError ? 'failed' : 'answered'
    return result
  } finally {
    suppliers.log.info({ tool: name, outcome: ended, ms: Math.round(performance.now() - began) }, 'tool call')
  }
}

async function run(
  tool: Tool,
  call: ToolCall,
  suppliers: ToolSuppliers,
): Promise<CallToolResult | InputRequiredResult> {
  try {
    const hide = secretsIn(call.args, secretsOf(tool.name))
    const job = async (work: Work) => {
      const input = tool.input.safeParse(call.args ?? {})
      if (!input.success) {
        return failure(
          `The arguments do not fit ${tool.name}:\n${z.prettifyError(input.error)}`,
          'Correct them and call it again; nothing was sent.',
        )
      }
      const told = await tool.run(input.data, work)
      return isInputRequiredResult(told) ? told : resultOf(told, tool)
    }
    return await perform(tool, call, suppliers, job, hide)
  } catch (error) {
    if (error instanceof ProtocolError || call.signal.aborted) throw error // not allowed, or nobody is listening any more
    return explain(error, tool, suppliers)
  }
}

/** What a model is told when there was no answer to tell. */
function explain(error: unknown, tool: Tool, { log, issuer }: ToolSuppliers): CallToolResult {
  if (error instanceof Unanswered) return refusal(error.answer, tool, `${issuer}/account`)
  if (error instanceof Impossible) return failure(error.message, error.next)
  if (error instanceof StoreUnavailable)
    return failure('qcgate cannot reach its store.', 'Nothing was done; call it again soon.')
  if (error instanceof NoCredentials) {
    return failure(
      'The QuantConnect account of this connection is not stored here any more.',
      'Ask the person to connect again.',
    )
  }
  log.error({ err: error, tool: tool.name }, 'tool call failed')
  const fate = tool.annotations.readOnlyHint ? undefined : outcome(tool, true)
  return failure('Something went wrong in qcgate itself; whoever runs it finds the cause in its log.', fate)
}

/** The challenge where ChatGPT and Codex look for it, and from where they send their person to allow more. */
const refuse = ({ header, body }: Challenge): CallToolResult => ({
  ...failure(body.error_description),
  _meta: { 'mcp/www_authenticate': [header] },
})
