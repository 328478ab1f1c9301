import { z } from 'zod'
import { adds, BacktestId, CompileId, ProjectId, reads, tool } from '../tool.ts'

/** Monthly repetitions of the same statistics, by far the bulkiest part of a backtest. */
function trim(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof body.backtest !== 'object' || body.backtest === null) return body
  const { rollingWindow: _bulky, ...backtest } = body.backtest as Record<string, unknown>
  return { ...body, backtest }
}

export const backtest = [
  tool({
    name: 'create_backtest',
    title: 'Run backtest',
    description:
      'Runs a compiled project over historical data and returns the backtestId. Occupies one of the account’s backtest nodes until it ends. Next: read_backtest until completed is true or error is set.',
    scopes: ['qc:backtests:write'],
    annotations: adds,
    endpoint: '/backtests/create',
    input: {
      projectId: ProjectId,
      compileId: CompileId,
      backtestName: z.string().min(1).describe('Name of the backtest.'),
      parameters: z
        .record(z.string(), z.union([z.string(), z.number()]))
        .optional()
        .describe('Values of the algorithm’s parameters by name; leave out when there are none.'),
    },
    trim,
  }),
  tool({
    name: 'read_backtest',
    title: 'Read backtest',
    description:
      'Reads a backtest: status, progress from 0 to 1, error and stack trace, and statistics, which may follow a moment after completed turns true.',
    scopes: ['qc:backtests:read'],
    annotations: reads,
    endpoint: '/backtests/read',
    input: { projectId: ProjectId, backtestId: BacktestId },
    trim,
  }),
  tool({
    name: 'list_backtests',
    title: 'List backtests',
    description: 'Lists the backtests of a project, newest first.',
    scopes: ['qc:backtests:read'],
    annotations: reads,
    endpoint: '/backtests/list',
    input: {
      projectId: ProjectId,
      includeStatistics: z.boolean().optional().describe('Add the performance numbers of each backtest.'),
    },
  }),
]
