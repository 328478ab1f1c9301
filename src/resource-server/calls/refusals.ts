// Why a call did not do what was asked, in one table: by reason what the model reads and can do next, what the person's
// record says, and whether a challenge goes along. On the way of a call there is this one class of error; what else is
// thrown there is a fault of ours.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { StoreUnavailable } from '../../storage/store.ts'
import { connectionAddress } from '../account-addresses.ts'
import { say } from '../answers/reading.ts'
import { failure } from '../answers/tool-answer.ts'
import type { OverBudget } from '../call-budget.ts'
import type { MissingScope } from '../challenge.ts'
import { challenge, namesOf } from '../challenge.ts'
import type { RefusalWords, RefusedCall, Row, Table } from './refusal-words.ts'
import { failed, refused } from './refusal-words.ts'
import type { SentBefore } from './sent-before.ts'
import { repeatedCall } from './sent-before.ts'
import type { Suspended } from './suspended.ts'
import { wordsOfSuspension } from './suspended.ts'
import type { UpstreamFailure } from './upstream-words.ts'
import { fate, LOOKING, upstreamWords } from './upstream-words.ts'

export type Reason =
  /** The gate made no decision about this tool for this request. */
  | { readonly reason: 'undecided' }
  | Suspended
  | MissingScope
  | OverBudget
  /** It may trade with real money. `instead` is what else there is to do. */
  | { readonly reason: 'paper-only'; readonly because: string; readonly instead?: string }
  /** It could not be found out whether it trades with real money. `what` begins the sentence that says so. */
  | { readonly reason: 'paper-unknown'; readonly what: string; readonly answer: UpstreamFailure }
  /** Another call is at work on the same project, and was for as long as this one could wait. */
  | { readonly reason: 'not-alone' }
  /** `problem` repeats some of the arguments, for the model. */
  | { readonly reason: 'invalid-arguments'; readonly problem: string }
  /** The connection was ended since the gate looked. */
  | { readonly reason: 'ended' }
  /** What the connection may do was narrowed since the gate looked. */
  | { readonly reason: 'narrowed' }
  /** It cannot be done as things are, and nothing was. */
  | { readonly reason: 'impossible'; readonly error: string; readonly next: string }
  | { readonly reason: 'quantconnect'; readonly answer: UpstreamFailure }
  /** It is open whether it was done, and a rule found out afterwards what else there is to know. */
  | { readonly reason: 'warned'; readonly of: Reason; readonly warning: string }
  /** The same call was sent before, and is not sent again by accident; `onPurpose` says that it was sent with `repeat: true`. */
  | { readonly reason: 'repeated'; readonly before: SentBefore; readonly onPurpose: boolean }
  | { readonly reason: 'store-unavailable' }
  /** There are so many records that nothing more is sent that would need one. */
  | { readonly reason: 'record-full' }
  /** What was to be sent could not be written down, so it was not sent. */
  | { readonly reason: 'unrecorded' }
  | { readonly reason: 'internal' }

/** A call that did not do what was asked. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: Reason
  constructor(reason: Reason, cause?: unknown) {
    super(reason.reason, { cause })
    this.reason = reason
  }
}

/** What was thrown on the way of a call, as a refusal. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal({ reason: error instanceof StoreUnavailable ? 'store-unavailable' : 'internal' }, error)
}

/** Whether what was thrown leaves open what QuantConnect did. */
export const leavesOpen = (error: unknown): error is Refusal =>
  error instanceof Refusal &&
  error.reason.reason === 'quantconnect' &&
  ['timeout', 'unavailable', 'redirect'].includes(error.reason.answer.kind)

const TABLE: Table<Reason, 'reason'> = {
  undecided: (_, { tool }) => refused(`Not allowed: ${tool.name}`, '', 'The gate did not allow it.'),
  suspended: ({ why: suspension, hasSent }, { places: { issuer }, grantId, tool: { verify } }) => {
    const { error, next, why } = wordsOfSuspension(suspension, { issuer, grantId })
    const done = hasSent
      ? `What this call had sent by then stands, and nobody has looked since: ${verify}`
      : 'Nothing was done.'
    return refused(error, `${done} ${next}`, why, { rule: 'suspended' })
  },
  // The challenge stands where ChatGPT and Codex look for it, and from where they send their person to allow more.
  'missing-scope': (missing, { places }) => {
    const { header, body } = challenge(missing, places)
    const next = 'Nothing was done. Ask the person to allow it there, then call it again.'
    return refused(body.error_description, next, `Not allowed: ${namesOf(missing.missing)}.`, {
      rule: 'scopes',
      challenge: header,
    })
  },
  'over-budget': ({ because, retryAfter }) =>
    refused(
      `${because} Nothing was done.`,
      `Wait ${retryAfter} s, then call it again with the same arguments; make fewer calls at a time.`,
      because,
      { rule: 'rate', retryAfter },
    ),
  'paper-only': ({ because, instead = '' }, { places, grantId }) =>
    refused(
      `This connection may only trade on paper, with QuantConnect's own paper brokerage. ${because} Nothing was done.`,
      `${instead} A person can change this at ${connectionAddress(places.issuer, grantId)}; nothing needs reconnecting.`.trim(),
      'This connection may only trade on paper.',
      { rule: 'paper' },
    ),
  'paper-unknown': ({ what, answer }, at) => {
    // Looking has no consequences, so what went wrong is told as it would be for a tool that reads.
    const { error, next } = wordsOf({ reason: 'quantconnect', answer }, { ...at, tool: LOOKING })
    const because = say`${what} could not be found out: ${error}`
    return wordsOf({ reason: 'paper-only', because, instead: say`${next}` }, at)
  },
  'not-alone': () =>
    refused(
      'Another call of this account is at work on the same project, and what it may change has to be known first. Nothing was sent.',
      'Call it again with the same arguments in a few seconds.',
      'Another call was at work on the same project.',
    ),
  'invalid-arguments': ({ problem }, { tool }) =>
    failed(
      `The arguments do not fit ${tool.name}:\n${problem}`,
      'Correct them and call it again; nothing was sent.',
      'The arguments did not fit the tool.',
    ),
  ended: () =>
    refused(
      'The person has ended this connection.',
      'Nothing was sent. Ask the person to connect again, if they want to.',
      'The connection has ended.',
    ),
  narrowed: () =>
    refused(
      'The person has changed what this connection may do, while this call waited.',
      'Nothing was sent. Call it again: it is looked at as things are now.',
      'What the connection may do was narrowed meanwhile.',
    ),
  impossible: ({ error, next }) => failed(error, next),
  quantconnect: ({ answer }, at) => upstreamWords(answer, at),
  warned: ({ of, warning }, at) => {
    const words = wordsOf(of, at)
    return { ...words, error: `${warning} Tell the person. ${words.error}`, why: warning }
  },
  repeated: ({ before, onPurpose }, { tool: { verify } }) => {
    const { ref, sentAt, outcome } = before
    const ago = `${Math.max(1, Math.round((Date.now() - sentAt) / 1000))} s ago (reference ${ref})`
    const what =
      outcome === 'unknown'
        ? 'and nobody knows yet whether it was done. It was not sent again.'
        : `and it was ${outcome === 'done' ? 'done' : 'not done'}. It was not sent again; its answer is not kept.`
    const again = onPurpose
      ? 'That one was sent with repeat: true already; once more it can be sent two minutes after that.'
      : 'To send it again on purpose, call it with repeat: true.'
    return refused(
      `The same call was sent ${ago}, ${what}`,
      `Look first: ${verify} ${again}`,
      `The same call was sent before, under reference ${ref}: ${outcome}. This one was not sent.`,
      { rule: 'repeated', repeated: repeatedCall(before) },
    )
  },
  'record-full': () =>
    refused(
      'The record of this account is full, so nothing is sent that would have to stand in it. What only stops something still is.',
      'Nothing was sent. Ask the person to look at their activity: something calls far too often. There is room again as old records end.',
      'The record is full.',
    ),
  unrecorded: () =>
    failed(
      'qcgate could not write down what it was about to do, so it did not do it.',
      'Nothing was sent; call it again in a moment.',
    ),
  'store-unavailable': () => failed('qcgate cannot reach its store.', 'Nothing was done; call it again soon.'),
  internal: (_, { tool }) =>
    failed(
      'Something went wrong in qcgate itself; whoever runs it finds the cause in its log.',
      tool.annotations.readOnlyHint ? '' : fate(tool, true),
      'Something went wrong in qcgate itself.',
    ),
}

/** What readers are told of a refusal. */
export const wordsOf = (reason: Reason, call: RefusedCall): RefusalWords =>
  (TABLE[reason.reason] as Row<Reason>)(reason, call) // sound: the row of this very reason

/** The tool result that a model reads. `limit` in bytes, as for any answer of that tool. */
export function refusalResult(
  { error, next, challenge, rule, retryAfter, repeated }: RefusalWords,
  limit?: number,
): CallToolResult {
  const data = { ...(rule ? { rule } : {}), ...(retryAfter ? { retryAfter } : {}), ...(repeated ? { repeated } : {}) }
  const result = failure(error, next, data, limit)
  return challenge ? { _meta: { 'mcp/www_authenticate': [challenge] }, ...result } : result
}
