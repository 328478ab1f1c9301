import * as z from 'zod'
import { idIn, number, only, records } from '../../../quantconnect/fields.ts'
import { say } from '../../answers/reading.ts'
import { inOrder, slice, window, windowOf } from '../../answers/windows.ts'
import { WAIT_AT_MOST } from '../../calls/tool-context.ts'
import { adds, BacktestId, CompileId, ProjectId, reads, replaces, tool } from '../tool.ts'
import { inQuotes, listed, term } from '../words.ts'
import { answerBacktest, isOver, PERCENTAGES, rowOf, stateOf } from './backtest-answers.ts'
import { backtestResults } from './backtest-results.ts'

const output = {
  backtest: {
    type: 'object',
    description:
      'backtestId, status, progress from 0 to 1, completed, error, url, statistics by name, names of charts, and more.',
  },
} as const

/** Seconds in which the numbers of a completed backtest are there. */
const NUMBERS_FOLLOW_WITHIN = 10

/** Backtests shown at once. */
const LIST_AT_MOST = 50

/** What starts a backtest. An empty object of parameters is refused where none at all is welcome. */
const bodyOf = ({ projectId, compileId, backtestName, parameters }: NewBacktest) => ({
  projectId,
  compileId,
  backtestName,
  ...(parameters && Object.keys(parameters).length ? { parameters } : {}),
})
interface NewBacktest {
  readonly projectId: number
  readonly compileId: string
  readonly backtestName: string
  readonly parameters?: object | undefined
}

export const backtest = [
  tool({
    name: 'create_backtest',
    title: 'Run backtest',
    description:
      'Runs a compiled project over historical data. Returns the backtestId, and with waitSeconds the results when they are ready in time. Occupies one of the organization’s backtest nodes until it ends. Next: read_backtest until completed is true or error is set.',
    scopes: ['qc:backtests:write'],
    risk: 'changes',
    money: 'none', // the past is played, and nobody's account trades
    annotations: adds,
    endpoint: '/backtests/create',
    project: 'argument',
    countsAs: 'backtests',
    onceOnly: true,
    recorded: ['projectId', 'compileId'],
    input: {
      projectId: ProjectId,
      compileId: CompileId,
      backtestName: z.string().min(1).describe('Name of the backtest.'),
      parameters: z
        .record(z.string(), z.union([z.string(), z.number()]))
        .optional()
        .describe('Values of the algorithm’s parameters by name; leave out when there are none.'),
      waitSeconds: z
        .int()
        .min(0)
        .max(WAIT_AT_MOST)
        .default(0)
        .describe('How long to wait for the results; 0 returns at once.'),
    },
    output,
    says: ({ projectId, backtestName }) => `Backtest ${inQuotes(backtestName)} of project ${projectId}`,
    verify: 'list_backtests shows whether it was started.',
    limit: 8_000,
    body: bodyOf,
    async run({ waitSeconds, ...args }, context) {
      const created = await context.call('/backtests/create', bodyOf(args))
      const first = only(created.backtest)
      const backtestId = idIn(first.backtestId)
      if (waitSeconds === 0 || isOver(first) || !backtestId) return answerBacktest(first)
      return context
        .follow(first, waitSeconds, async () => {
          const { projectId } = args
          const { backtest } = await context.call('/backtests/read', { projectId, backtestId }, { reads: true })
          const seen = only(backtest)
          const progress = (number(seen.progress) ?? 0) * 100
          return { done: isOver(seen), value: { ...first, ...seen }, progress, message: stateOf(seen) }
        })
        .then(answerBacktest)
    },
  }),
  tool({
    name: 'read_backtest',
    title: 'Read backtest',
    description:
      'Reads a backtest: state, progress from 0 to 1, error and stack trace, statistics, chart names and the address of the result. Works while it runs. Next: read_backtest_chart, read_backtest_orders, read_backtest_trades, read_backtest_logs. Costs nothing.',
    scopes: ['qc:backtests:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/backtests/read',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId', 'backtestId'],
    input: { projectId: ProjectId, backtestId: BacktestId },
    output,
    limit: 8_000,
    more: 'The page of the backtest shows all of it.',
    run: (args, context) =>
      context
        .wait(NUMBERS_FOLLOW_WITHIN, async () => {
          const seen = only((await context.call('/backtests/read', args)).backtest)
          return { done: isOver(seen) || seen.completed !== true, value: seen, message: stateOf(seen) }
        })
        .then(answerBacktest),
  }),
  tool({
    name: 'list_backtests',
    title: 'List backtests',
    description: `Lists the backtests of a project, newest first, ${LIST_AT_MOST} at once: id, name, state and progress, with includeStatistics their performance too. Next: read_backtest. Costs nothing.`,
    scopes: ['qc:backtests:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/backtests/list',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId'],
    input: {
      projectId: ProjectId,
      includeStatistics: z
        .boolean()
        .default(false)
        .describe('Add the performance numbers of each backtest; inPercent names those that are percentages.'),
      ...window(LIST_AT_MOST),
    },
    constraint: inOrder,
    output: {
      backtests: { type: 'array', description: 'Backtests of the window.' },
      count: { type: 'integer', description: 'Backtests in all.' },
    },
    body: ({ projectId, includeStatistics }) => ({ projectId, includeStatistics }),
    answer({ backtests }, args) {
      const all = records(backtests)
      const { shown, place, next } = slice(all, windowOf(args, LIST_AT_MOST))
      return {
        summary: say`Backtests: ${place}.`,
        next: next ?? (all.length ? 'read_backtest with a backtestId.' : 'create_backtest makes the first one.'),
        data: {
          count: all.length,
          backtests: shown.map(rowOf),
          ...(args.includeStatistics ? { inPercent: PERCENTAGES } : {}),
        },
      }
    },
  }),
  ...backtestResults,
  tool({
    name: 'update_backtest',
    title: 'Rename backtest',
    description:
      'Changes the name or the note of a backtest, or both; the previous one is gone, and the results stay as they are. Returns its id. Next: read_backtest shows both. Costs nothing.',
    scopes: ['qc:backtests:write'],
    risk: 'changes',
    money: 'none',
    annotations: replaces,
    endpoint: '/backtests/update',
    project: 'argument',
    countsAs: 'changes',
    recorded: ['projectId', 'backtestId'],
    input: {
      projectId: ProjectId,
      backtestId: BacktestId,
      name: z.string().min(1).optional().describe('New name.'),
      note: z.string().optional().describe('New note.'),
    },
    constraint: {
      holds: ({ name, note }) => name !== undefined || note !== undefined,
      says: 'Give a new name, a new note, or both.',
    },
    output: {},
    says: ({ projectId, backtestId, name, note }) =>
      `Backtest ${term(backtestId)} of project ${projectId}: ${listed(name !== undefined && `new name ${inQuotes(name)}`, note !== undefined && 'new note')}`,
    verify: 'read_backtest shows the name and the note.',
    answer: (_body, { backtestId }) => ({ summary: 'The backtest was changed.', data: { backtestId } }),
  }),
  tool({
    name: 'delete_backtest',
    title: 'Delete backtest',
    description:
      'Deletes a backtest and its results for good, also while it runs, which frees its node. Nothing brings them back, so ask the person first. Returns its id. Next: list_backtests shows what is left.',
    scopes: ['qc:backtests:delete'],
    risk: 'deletes',
    money: 'none',
    annotations: replaces,
    endpoint: '/backtests/delete',
    project: 'argument',
    countsAs: 'deletions',
    recorded: ['projectId', 'backtestId'],
    input: { projectId: ProjectId, backtestId: BacktestId },
    output: {},
    says: ({ projectId, backtestId }) => `Delete backtest ${term(backtestId)} of project ${projectId}`,
    verify: 'list_backtests shows whether it is still there.',
    answer: (_body, { backtestId }) => ({ summary: 'The backtest was deleted for good.', data: { backtestId } }),
  }),
]
