// A call that was sent before, when the same is called again: what is known of it, and how it is told.
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { Outcome } from '../../audit/records.ts'
import { record } from '../../quantconnect/fields.ts'

/** The same call, which was sent before. */
export interface SentBefore {
  readonly ref: string
  /** Milliseconds since 1970. */
  readonly sentAt: number
  readonly outcome: Outcome
  /** Its answer, when it is kept. */
  readonly answer?: CallToolResult
}

/** What a program reads of a call that was sent before: when, in ISO 8601, and what became of it. */
export interface RepeatedCall {
  readonly ref: string
  readonly sentAt: string
  readonly outcome: Outcome
}
export const repeatedCall = ({ ref, sentAt, outcome }: SentBefore): RepeatedCall => ({
  ref,
  sentAt: new Date(sentAt).toISOString(),
  outcome,
})

/** The answer of a call that was sent before, as whoever called again reads it. */
export function answeredBefore(before: SentBefore, answer: CallToolResult): CallToolResult {
  const repeated = repeatedCall(before)
  const { ref, sentAt, outcome } = repeated
  const [first, ...others] = answer.content
  const says = `Not sent again: the same call was sent at ${sentAt} (reference ${ref}, ${outcome}), and this is its answer.`
  const text = first?.type === 'text' ? `${says}\n\n${first.text}` : says
  return {
    ...answer,
    content: [{ type: 'text', text }, ...(first?.type === 'text' ? others : answer.content)],
    structuredContent: { ...record(answer.structuredContent), repeated },
  }
}
