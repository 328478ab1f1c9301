// The one road that every call takes. It reads downwards: authorize, validate, rules, run, answer, record. From the first
// rule to the last look it may have to be alone; what changes something is recorded before it is sent, too.
import type { CallToolResult, InputRequiredResult } from '@modelcontextprotocol/server'
import { isInputRequiredResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type * as z from 'zod'
import type { CallEnding } from '../../audit/records.ts'
import { reference } from '../../audit/reference.ts'
import type { Allowance } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { firstOf } from '../../quantconnect/abort.ts'
import { countAttempt, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { Credentials } from '../../vault/vault.ts'
import { clip } from '../answers/reading.ts'
import { toToolResult, warned } from '../answers/tool-answer.ts'
import { visible } from '../answers/unseen.ts'
import type { Places } from '../challenge.ts'
import type { Decision } from '../gate.ts'
import { isDecision } from '../gate.ts'
import type { CallFacts, LookAgain } from '../rules/rule.ts'
import { RULES } from '../rules/rules.ts'
import { findTool, secretsOf } from '../tools/catalog.ts'
import { secretsIn } from '../tools/secrets.ts'
import type { Tool } from '../tools/tool.ts'
import { suspendedAtWork, suspensionMeanwhile } from './cut-short.ts'
import type { Deed } from './deed.ts'
import { deedOf, saidOf, unlessSentBefore } from './deed-of-call.ts'
import type { CallLease } from './one-at-a-time.ts'
import { leaseFor } from './one-at-a-time.ts'
import { validate } from './problems.ts'
import { callBegun, endingBy, recordCall } from './record-call.ts'
import type { RefusedCall } from './refusal-words.ts'
import { leavesOpen, Refusal, refusalOf, refusalResult, wordsOf } from './refusals.ts'
import { answeredBefore } from './sent-before.ts'
import type { ToolContext } from './tool-context.ts'
import { createToolContext } from './tool-context.ts'

export type ToolSuppliers = Pick<
  Suppliers,
  'log' | 'store' | 'grants' | 'accounts' | 'auditLog' | 'callsUnderWay' | 'vault' | 'quantConnect' | 'cookieKeys'
> &
  Places

/** What a call brings along. */
export interface Caller {
  /** What the gate decided about the request that carries this call. */
  readonly decision: unknown
  readonly signal: AbortSignal
  /** Aborts when the connection is suspended meanwhile, with the `Refusal` that says so. */
  readonly suspended?: AbortSignal | undefined
  /** Sends a progress notification; absent when the caller gave no progress token. */
  readonly report?: ((progress: number, message?: string) => Promise<void>) | undefined
  /** Whether the client can send its person to an address (URL elicitation). */
  readonly canOpen?: boolean
  /** The answers to an earlier round's input requests. */
  readonly responses?: Readonly<Record<string, unknown>> | undefined
  /** Does something once the answer was sent; absent where nobody can tell. */
  readonly whenAnswered?: ((act: () => void) => void) | undefined
}

export interface ToolCall extends Caller {
  readonly name: string
  readonly args: unknown
}

type Args = Readonly<Record<string, unknown>>

/** What is done under the scopes of a tool: the tool's own work, or a look at what it lists. */
export interface Operation<Found, Given> {
  readonly tool: Tool
  readonly input: z.ZodType<Args>
  run(args: Args, context: ToolContext): Promise<Found>
  /** `warning` is what a rule found out afterwards. */
  answer(found: Found, warning?: string): Given | Promise<Given>
}

/**
 * Takes one call through all steps. What stops it at one of them is recorded too, and whatever became of it is recorded
 * before anybody hears of it. Throws `Refusal`, or the signal's reason when the caller hung up.
 */
export async function perform<Found, Given>(
  operation: Operation<Found, Given>,
  args: unknown,
  caller: Caller,
  suppliers: ToolSuppliers,
): Promise<Given> {
  const { tool } = operation
  const { decision, signal } = caller
  const working = { ...caller, signal: firstOf(signal, caller.suspended) }
  if (!isDecision(decision)) throw new Refusal({ reason: 'undecided' })
  const { grant } = decision
  const began = performance.now()
  const elapsed = () => Math.round(performance.now() - began)
  let call = callBegun(grant, tool, args, { at: Date.now(), ref: reference() })
  const noteEnd = tool.annotations.readOnlyHint
    ? undefined
    : suppliers.callsUnderWay.begin({ ref: call.ref, tool: tool.name, accountId: grant.accountId })
  let deed: Deed | undefined
  let ended: CallEnding = { outcome: 'done' }
  let answer: CallToolResult | undefined
  let isRecorded = true
  try {
    const credentials = authorize(tool, decision)
    const input = validate(operation.input, args)
    if (!tool.annotations.readOnlyHint) {
      if (!tool.onlyLowersRisk && (await suppliers.auditLog.isFull(grant.accountId)))
        throw new Refusal({ reason: 'record-full' })
      call = { ...call, ...(await saidOf(tool, input)) }
      deed = deedOf({ tool, input, credentials, signal: working.signal }, grant, { call, elapsed }, suppliers)
    }
    const { found, ...seen } = await unlessSentBefore(deed, input, working.signal, () =>
      runAlone(operation, { args, input, credentials, deed }, working, suppliers),
    )
    const warning = [seen.warning, suspensionMeanwhile(caller.suspended, grant, suppliers)].filter(Boolean).join(' ')
    if (warning) ended = { outcome: 'done', why: warning }
    const given = await operation.answer(found, warning || undefined)
    answer = resultAmong(given)
    return given
  } catch (error) {
    // A caller who hung up gets no answer; what was on its way goes on.
    if (signal.aborted && !(error instanceof Refusal)) {
      ended = { outcome: 'failed' }
      throw error
    }
    const refusal = refusalOf(error instanceof Refusal ? error : (suspendedAtWork(caller.suspended, deed) ?? error))
    if (refusal.reason.reason === 'internal') suppliers.log.error({ err: error, tool: tool.name }, 'tool call failed')
    const words = wordsOf(refusal.reason, refusedCallOf(tool, caller, suppliers))
    ended = endingBy(words)
    answer = refusalResult(words, tool.limit)
    // One line a minute tells the person; more would only push other lines out.
    if (refusal.reason.reason === 'over-budget') isRecorded = await isFirstOfMinute(grant, suppliers)
    throw refusal
  } finally {
    if (signal.aborted) ended = { ...ended, why: [ended.why, LEFT].filter(Boolean).join(' ') }
    try {
      if (deed?.hasBegun) ended = { ...ended, outcome: await deed.end(ended, answer, caller.whenAnswered) }
      else if (isRecorded) await recordCall(suppliers, grant.accountId, tool, { ...call, ...ended, ms: elapsed() })
    } finally {
      suppliers.log.info({ ref: call.ref, tool: tool.name, outcome: ended.outcome, ms: elapsed() }, 'tool call')
      noteEnd?.()
    }
  }
}

const LEFT = 'The caller left before the answer.'

/** The tool's result in what an operation gives, where it is one. */
const resultAmong = (given: unknown): CallToolResult | undefined =>
  typeof given === 'object' && given !== null && 'content' in given ? (given as CallToolResult) : undefined // sound: its mark

/** What a call has when it may run. */
interface ReadyCall {
  /** As they were given. */
  readonly args: unknown
  readonly input: Args
  readonly credentials: Credentials
  readonly deed: Deed | undefined
}

/** The work of an operation, alone where it has to be. */
async function runAlone<Found>(
  { tool, run }: Pick<Operation<Found, unknown>, 'tool' | 'run'>,
  { args, input, credentials, deed }: ReadyCall,
  caller: Caller,
  suppliers: ToolSuppliers,
): Promise<{ found: Found; warning: string | undefined }> {
  const { grant } = caller.decision as Decision // sound: `perform` has looked
  const lease = await leaseFor({ tool, args: input, allowance: grant }, suppliers.store, caller.signal)
  try {
    const context = contextFor(tool, args, credentials, lease, deed, caller, suppliers)
    return await runByRules({ tool, run }, input, grant, context)
  } finally {
    await lease.end()
  }
}

const isFirstOfMinute = ({ id, accountId }: Grant, { store }: ToolSuppliers): Promise<boolean> =>
  countAttempt(store, RATE_LIMITS.recordedOverBudget, id, accountId).then(
    (wait) => wait === 0,
    () => false,
  )

/** The account that the call is about, if the gate decided that this request may run this tool. */
function authorize(tool: Tool, { tools, credentials, refusal }: Decision): Credentials {
  if (!tools.has(tool.name) || !credentials) throw new Refusal(refusal ?? { reason: 'undecided' })
  return credentials
}

/** The work of an operation, between what its rules look at before and what they look at again. */
async function runByRules<Found>(
  { tool, run }: Pick<Operation<Found, unknown>, 'tool' | 'run'>,
  args: Args,
  allowance: Allowance,
  context: ToolContext,
): Promise<{ found: Found; warning: string | undefined }> {
  const look: CallFacts['look'] = (endpoint, asked) => context.ask(endpoint, asked, { reads: true })
  const lookAgain = await applyRules({ tool, args, allowance, look })
  try {
    const found = await run(args, context)
    return { found, warning: await lookAgain() }
  } catch (error) {
    // QuantConnect may have done it all the same, so it matters what it was done to.
    const warning = leavesOpen(error) ? await lookAgain() : undefined
    throw leavesOpen(error) && warning ? new Refusal({ reason: 'warned', of: error.reason, warning }, error) : error
  }
}

/** Throws `Refusal` with the first reason against the call. Gives what all rules want to look at again, in one. */
async function applyRules(facts: CallFacts): Promise<LookAgain> {
  const again: LookAgain[] = []
  for (const rule of RULES) {
    const said = await rule(facts)
    if (typeof said === 'function') again.push(said)
    else if (said) throw new Refusal(said)
  }
  return async () => {
    const found = await Promise.all(again.map((look) => look()))
    return found.filter(Boolean).join(' ') || undefined
  }
}

/** What a tool has at hand, as the account that the call is about. */
const contextFor = (
  tool: Tool,
  args: unknown,
  credentials: Credentials,
  lease: CallLease,
  deed: Deed | undefined,
  { signal, report, canOpen = false, responses }: Caller,
  { quantConnect }: ToolSuppliers,
): ToolContext =>
  createToolContext({
    async ask(endpoint, asked, { redirects = false, ...options }) {
      if (options.retry || !deed) {
        await deed?.settle()
        return quantConnect.call(credentials, endpoint, asked, options)
      }
      await deed.describe()
      const beforeSending = () => deed.begin(lease)
      const answer = await quantConnect.call(credentials, endpoint, asked, { ...options, beforeSending })
      if (deed.hasBegun) deed.note(answer, redirects)
      return answer
    },
    readOnly: tool.annotations.readOnlyHint,
    signal,
    secrets: secretsIn(args, secretsOf(tool.name)),
    report,
    canOpen,
    responses,
  })

const refusedCallOf = (tool: Tool, { decision }: Caller, places: Places): RefusedCall => ({
  tool,
  grantId: isDecision(decision) ? decision.grant.id : '',
  places,
})

/**
 * Runs one tool call and returns a tool result; whatever QuantConnect does is a result, so that the model can act on it.
 * Throws a protocol error for an unknown tool, and for a call that the gate did not decide about, however it came here.
 */
export async function callTool(
  call: ToolCall,
  suppliers: ToolSuppliers,
): Promise<CallToolResult | InputRequiredResult> {
  const { name, args, signal } = call
  const tool = findTool(name)
  if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${visible(clip(name, 100))}`)
  const operation: Operation<Awaited<ReturnType<Tool['run']>>, CallToolResult | InputRequiredResult> = {
    tool,
    input: tool.input,
    run: (input, context) => tool.run(input, context),
    answer: (found, warning) =>
      isInputRequiredResult(found) ? found : toToolResult(warning ? warned(found, warning) : found, tool),
  }
  try {
    return await perform(operation, args, call, suppliers)
  } catch (error) {
    // Nobody is listening any more; whatever else `perform` throws is a refusal.
    if (signal.aborted || !(error instanceof Refusal)) throw error
    const { reason } = error
    if (reason.reason === 'undecided') throw protocolError(error, tool, call, suppliers)
    if (reason.reason === 'repeated' && reason.before.answer) return answeredBefore(reason.before, reason.before.answer)
    return refusalResult(wordsOf(reason, refusedCallOf(tool, call, suppliers)), tool.limit)
  }
}

/** A refusal as a protocol error, for what is answered by no tool result. */
export function protocolError({ reason }: Refusal, tool: Tool, caller: Caller, places: Places): ProtocolError {
  const { outcome, error, next } = wordsOf(reason, refusedCallOf(tool, caller, places))
  const code = outcome === 'blocked' ? ProtocolErrorCode.InvalidRequest : ProtocolErrorCode.InternalError
  return new ProtocolError(code, `${error} ${next}`.trim())
}
