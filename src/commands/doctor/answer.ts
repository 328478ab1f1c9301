// What came back for one request, or that nothing did.
import type { IncomingHttpHeaders } from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** This machine's clock, half-way between question and answer. */
  readonly at: number
}

export interface NoAnswer {
  /** The code of the error; a request that ran out of time has ETIMEDOUT. */
  readonly error: string
}

export type MaybeAnswer = HttpAnswer | NoAnswer

/** What is wrong with an answer that should have this status, as the end of a sentence; undefined when it has it. */
export function problemOfStatus(answer: MaybeAnswer, expected: number): string | undefined {
  if ('error' in answer) return `gets no answer (${answer.error})`
  return answer.status === expected ? undefined : `answers ${answer.status}, not ${expected}`
}

/** Whether the answer sends the client elsewhere (RFC 9110 §15.4). */
export const isRedirect = (answer: MaybeAnswer): boolean =>
  'status' in answer && [301, 302, 303, 307, 308].includes(answer.status)
