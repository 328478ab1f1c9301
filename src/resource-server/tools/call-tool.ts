// The one road that every call takes: the gate's decision, the arguments, the work, the answer, and the person's record
// of it.
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { isInputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { reference } from '../../activity/reference.ts'
import type { Log } from '../../observability/log.ts'
import type { QuantConnect } from '../../quantconnect/client.ts'
import type { Vault } from '../../vault/vault.ts'
import type { Places } from '../challenge.ts'
import { isDecision } from '../gate.ts'
import type { Books } from '../record-call.ts'
import { recordCall } from '../record-call.ts'
import { findTool, secretsOf } from './catalog.ts'
import type { Ending } from './explain.ts'
import { endingOf, explain, Misfit, NoCredentials } from './explain.ts'
import { assertOnPaper } from './paper.ts'
import { refusedByGate } from './refused.ts'
import { secretsIn } from './secrets.ts'
import { resultOf } from './told.ts'
import type { Tool } from './tool.ts'
import type { Work } from './work.ts'
import { workWith } from './work.ts'

export interface ToolSuppliers extends Books, Places {
  readonly log: Log
  readonly vault: Vault
  readonly quantConnect: QuantConnect
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

/** What a call may have beside the tool. */
interface Job<T> {
  /** What the call was given. */
  readonly args: unknown
  readonly run: (work: Work) => Promise<T>
  /** Secrets that no answer may repeat. */
  readonly hide?: readonly string[]
}

/**
 * Does a job with what a tool works with, as the account that the gate's decision is about, and records what became of it
 * before anybody hears the answer. Throws a protocol error unless the gate allowed that tool for this very request.
 */
export async function perform<T>(tool: Tool, caller: Caller, suppliers: ToolSuppliers, job: Job<T>): Promise<T> {
  const { decision, signal } = caller
  if (!isDecision(decision)) throw notAllowed(tool)
  const [at, began, ref] = [Date.now(), performance.now(), reference()]
  let ended: Ending = { outcome: 'answered' }
  try {
    if (decision.refusal) throw refusedByGate(decision.refusal, suppliers)
    if (!decision.tools.has(tool.name)) throw notAllowed(tool)
    return await work(tool, decision.grant.accountId, caller, suppliers, job)
  } catch (error) {
    // A caller who hung up gets no answer; what was on its way goes on.
    ended = signal.aborted ? { outcome: 'left' } : endingOf(error, tool, suppliers)
    throw error
  } finally {
    const ms = Math.round(performance.now() - began)
    suppliers.log.info({ ref, tool: tool.name, outcome: ended.outcome, ms }, 'tool call')
    await recordCall(suppliers, decision.grant, tool, job.args, { at, ref, ms, ...ended })
  }
}

const notAllowed = (tool: Tool) => new ProtocolError(ProtocolErrorCode.InvalidRequest, `Not allowed: ${tool.name}`)

async function work<T>(
  tool: Tool,
  accountId: string,
  { signal, report, canOpen = false, responses }: Caller,
  { vault, quantConnect }: ToolSuppliers,
  { run, hide = [] }: Job<T>,
): Promise<T> {
  const credentials = await vault.open(accountId)
  if (!credentials) throw new NoCredentials()
  return run(
    workWith({
      ask: (endpoint, args, options) => quantConnect.call(credentials, endpoint, args, options),
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
  const { name, args, decision } = call
  const tool = findTool(name)
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
  const run = async (work: Work) => {
    const input = tool.input.safeParse(args ?? {})
    if (!input.success) throw new Misfit(`The arguments do not fit ${name}:\n${z.prettifyError(input.error)}`)
    if (isDecision(decision) && decision.grant.paperOnly) {
      await assertOnPaper(tool, input.data, work, decision.grant.id, suppliers)
    }
    const told = await tool.run(input.data, work)
    return isInputRequiredResult(told) ? told : resultOf(told, tool)
  }
  try {
    return await perform(tool, call, suppliers, { args, run, hide: secretsIn(args, secretsOf(name)) })
  } catch (error) {
    if (error instanceof ProtocolError || call.signal.aborted) throw error // not allowed, or nobody is listening any more
    return explain(error, tool, suppliers)
  }
}
