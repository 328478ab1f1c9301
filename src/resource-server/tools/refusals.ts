// What a model reads when QuantConnect did not do its part: what happened, and what to do next.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { failure } from './told.ts'
import type { Tool } from './tool.ts'
import type { Unanswered } from './work.ts'

const AGAIN = 'Nothing was changed; call it again in a minute.'

/** `accountPage` is where a person puts a new API token. */
export function refusal(
  answer: Unanswered['answer'],
  tool: Pick<Tool, 'annotations' | 'verify'>,
  accountPage: string,
): CallToolResult {
  switch (answer.kind) {
    case 'refused':
      return failure(
        `QuantConnect refused: ${answer.reasons.join(' ')}`,
        `Nothing was changed. ${hintFor(answer.reasons) ?? 'Correct the arguments and call it again.'}`,
      )
    case 'credentials':
      return failure(
        `QuantConnect does not accept the stored API token of this account any more: ${answer.reasons.join(' ')}`,
        `Nothing was changed. Ask the person to enter the new token at ${accountPage}. There they also confirm which assistants to keep; then this connection works again, and nothing needs reconnecting.`,
      )
    case 'clock':
      return failure(
        'QuantConnect refuses the signatures of several accounts at once, so the clock of this qcgate server is the likely cause, not this account. Whoever runs it was told.',
        'Nothing was changed and no token needs replacing; call it again in a few minutes.',
      )
    case 'loading':
      return failure(
        'QuantConnect was still gathering this data after a long wait.',
        'Call the same tool with the same arguments again in a minute. If it never comes, check that the run has finished.',
      )
    case 'too-large':
      return failure(
        'QuantConnect says that this is too large (HTTP 413).',
        'Nothing was changed. Send less at once: a smaller file, or several.',
      )
    case 'rate-limited':
      return failure(
        'QuantConnect says that this account calls too often (HTTP 429).',
        `${answer.retryAfter ? `Wait ${answer.retryAfter} seconds` : 'Wait a minute'}, then call it again; nothing was changed.`,
      )
    case 'busy':
      return failure(
        'Too many calls of this account are waiting for QuantConnect already. This one was not sent.',
        'Wait until the others have answered, then call it again.',
      )
    case 'redirect':
      return failure('QuantConnect answered with a redirect where data was expected.', outcome(tool, true))
    case 'timeout':
      return failure('QuantConnect did not answer in time.', outcome(tool, true))
    case 'unavailable': {
      const status = answer.status ? ` (HTTP ${answer.status})` : ''
      const later = answer.retryAfter ? ` It asks to wait ${answer.retryAfter} seconds.` : ''
      return failure(`QuantConnect gave no usable answer${status}.${later}`, outcome(tool, answer.sent))
    }
  }
}

/** What is known about the work after a call that went wrong. */
export function outcome({ annotations, verify }: Pick<Tool, 'annotations' | 'verify'>, sent: boolean): string {
  if (annotations.readOnlyHint) return AGAIN
  if (!sent) return `The request did not reach QuantConnect. ${AGAIN}`
  return `It is unknown whether this was done. Do not repeat it before you know: ${verify}`
}

/** Known refusals that a model can do something about, by their words. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /no spare nodes available/i,
    'Wait until a running backtest has ended (list_backtests shows progress), or ask the person which one may be deleted with delete_backtest; then call it again.',
  ],
  [/Too many backtest requests/i, 'Wait a minute before the next backtest.'],
  [/Compile id not found/i, 'Call create_compile and use the compileId that it returns.'],
  [/^File not found/i, 'Call read_file without a name to see which files there are.'],
  [
    /File extension is not valid/i,
    'Use a name that ends in .py, .cs, .ipynb, .html, .css, .json, .md or .txt, as the language of the project allows.',
  ],
  [/Project not found/i, 'Call list_projects for the numbers of the projects there are.'],
  [/Backtest not found/i, 'Call list_backtests for the ids of this project’s backtests.'],
  [/Optimization not found/i, 'Call list_optimizations for the ids of this project’s optimizations.'],
  [/Optimization already (completed|aborted)/i, 'It has ended already; read_optimization shows what it found.'],
  [/earlier successful backtest/i, 'Run one with create_backtest, wait until it is completed, then estimate again.'],
  [/Organization not found/i, 'Call list_organizations for the ids of the organizations there are.'],
  [/Object not found/i, 'Call list_object_store_files for the keys there are.'],
  [/Chart not found/i, 'Call read_backtest or read_live_algorithm for the names of the charts there are.'],
  [/Node not found/i, 'Call read_project_nodes for the ids of the live nodes, and take one that is not busy.'],
  [/Failed to process request data/i, 'QuantConnect’s AI service is busy; call it again in a few seconds.'],
  [
    /derivative export/i,
    'Downloads need an Institution plan with the export permission; a person can change the plan on quantconnect.com.',
  ],
  [/Maximum range is/i, 'Ask for a narrower window of start and end, and page through the rest.'],
  [/already exists/i, 'Take another name, or change what is there with the update tool.'],
]

const hintFor = (reasons: readonly string[]): string | undefined =>
  HINTS.find(([words]) => reasons.some((reason) => words.test(reason)))?.[1]
