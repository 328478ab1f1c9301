import * as z from 'zod'
import { idIn, number, only, record, records } from '../../../quantconnect/fields.ts'
import { say } from '../../answers/reading.ts'
import { inOrder, slice, window, windowOf } from '../../answers/windows.ts'
import { adds, CompileId, ProjectId, reads, replaces, tool } from '../tool.ts'
import { inQuotes, term } from '../words.ts'
import { answerOptimization, rowOfOptimization } from './optimization-answers.ts'
import { backtestsIn, costs, duration, machineSeconds, NODES } from './optimization-grid.ts'
import { searchWords } from './optimization-words.ts'

/** Rows shown at once, of backtests or of optimizations. */
const ROWS_AT_MOST = 50

const OptimizationId = z.string().min(1).describe('Optimization id, starting with O-, from list_optimizations.')

const Statistic = z.enum([
  'TotalPerformance.PortfolioStatistics.SharpeRatio',
  'TotalPerformance.PortfolioStatistics.CompoundingAnnualReturn',
  'TotalPerformance.PortfolioStatistics.ProbabilisticSharpeRatio',
  'TotalPerformance.PortfolioStatistics.Drawdown',
])

const ParameterRange = z
  .strictObject({
    name: z.string().min(1).describe('Name of the parameter, as the code reads it.'),
    min: z.number().describe('First value.'),
    max: z.number().describe('Last value; not below min.'),
    step: z.number().positive().describe('Distance between values.'),
    minStep: z.number().positive().optional().describe('Smallest distance; a grid search needs none.'),
  })
  .refine(({ min, max }) => min <= max, { error: 'min must not be above max' })

/** What is searched for and where: the same for the estimate and for the search itself. */
const search = {
  projectId: ProjectId,
  name: z.string().min(1).describe('Name of the optimization.'),
  target: Statistic.describe('Statistic to optimize.'),
  targetTo: z.enum(['min', 'max']).describe('Which way it should go.'),
  targetValue: z.number().optional().describe('Stop when the statistic reaches this value.'),
  strategy: z
    .enum(['QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy'])
    .default('QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy')
    .describe('Search strategy; there is only this one, so leave it out.'),
  parameters: z
    .array(ParameterRange)
    .min(1)
    .describe('Ranges to search. Every combination of values is one backtest, and each is paid.'),
  constraints: z
    .array(
      z.strictObject({
        target: Statistic.describe('Statistic.'),
        operator: z
          .enum(['LessOrEqual', 'Less', 'GreaterOrEqual', 'Greater', 'NotEqual', 'Equals'])
          .describe('Comparison.'),
        targetValue: z.number().describe('Limit.'),
      }),
    )
    .optional()
    .describe('Conditions that a result must meet.'),
}

const spoken = (count: number): string => (count === 1 ? 'one backtest' : say`${count} backtests`)

export const optimization = [
  tool({
    name: 'estimate_optimization_time',
    title: 'Estimate optimization time',
    description:
      'Estimates an optimization before it is paid. Returns the number of backtests that the ranges make, seconds for each, machine time, approximate cost in US dollars by node type, and the credit left. Needs an earlier successful backtest of the project. Next: show the person the cost; create_optimization once they agree. The estimate costs nothing.',
    scopes: ['qc:optimizations:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/optimizations/estimate',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId', 'compileId'],
    input: { ...search, compileId: CompileId.optional() },
    output: {
      estimateId: { type: 'string', description: 'Id of the estimate.' },
      secondsPerBacktest: { type: 'number', description: 'Estimated running time of one backtest.' },
      backtests: { type: 'integer', description: 'Backtests that the ranges make.' },
      machineSeconds: {
        type: 'object',
        description: 'Seconds of all backtests together on one node: bare running time, and with start-up and margin.',
      },
      costs: { type: 'array', description: 'Approximate cost on each type of node, in US dollars.' },
      balance: { type: 'number', description: 'Credit of the organization, in QuantConnect Credit (QCC).' },
    },
    answer({ estimate }, { parameters }) {
      const { time, balance, ...others } = record(estimate)
      const backtests = backtestsIn(parameters)
      const seconds = number(time)
      const credit = number(balance)
      const left = credit === undefined ? '' : say` The organization has ${credit} QCC of credit.`
      const data = { ...others, secondsPerBacktest: seconds, backtests, balance: credit }
      if (seconds === undefined) {
        return {
          summary: say`The ranges make ${spoken(backtests)}. QuantConnect gave no time for them.${left}`,
          next: 'create_backtest first: the estimate follows from an earlier successful backtest of the project.',
          data,
        }
      }
      const machine = machineSeconds(seconds, backtests)
      const rows = costs(machine)
      const prices = rows.map(({ nodeType, usdFrom, usdTo }) => say`${nodeType} ${usdFrom} to ${usdTo}`).join(', ')
      return {
        summary: say`The ranges make ${spoken(backtests)} of about ${seconds} s each: ${duration(machine.from)} of machine time, up to ${duration(machine.to)} with start-up and a margin; parallel nodes share it.\nApproximate cost in US dollars: ${prices}.${left}`,
        next: 'Show the person the cost and ask. If they agree: create_optimization with the same arguments, a compileId, nodeType, parallelNodes, and estimatedCost set to usdTo of that node type.',
        data: { ...data, machineSeconds: machine, costs: rows },
      }
    },
  }),
  tool({
    name: 'create_optimization',
    title: 'Run optimization',
    description:
      'Runs one backtest for each combination of parameter values. SPENDS MONEY: each node is paid by the hour from the organization’s QuantConnect Credit. Call estimate_optimization_time first, tell the person the cost and start only when they agree. Returns the optimizationId. Next: read_optimization; abort_optimization stops the spending.',
    scopes: ['qc:optimizations:write'],
    risk: 'spends',
    money: 'none', // it spends credit at QuantConnect, and nobody’s account trades
    annotations: adds,
    endpoint: '/optimizations/create',
    project: 'argument',
    countsAs: 'optimizations',
    onceOnly: true,
    recorded: ['projectId', 'compileId'],
    input: {
      ...search,
      compileId: CompileId,
      estimatedCost: z.number().min(0).describe('Expected cost, from estimate_optimization_time (usdTo).'),
      nodeType: z
        .enum(Object.keys(NODES) as (keyof typeof NODES)[]) // sound: these are its keys
        .describe('Machine: cores and GB of memory. US dollars an hour: O2-8 0.15, O4-12 0.30, O8-16 0.60.'),
      parallelNodes: z
        .int()
        .min(1)
        .max(24)
        .describe('Nodes at once: faster, at the same total. At most 4 to 24, by type and plan.'),
    },
    output: {
      optimizationId: { type: 'string', description: 'Id of the optimization.' },
      status: { type: 'string', description: 'State; new at first.' },
      backtestsPlanned: { type: 'integer', description: 'Backtests that the ranges make.' },
    },
    says: searchWords,
    verify: 'list_optimizations shows whether it was started and is spending credit.',
    answer({ optimizations }, { parameters, projectId, nodeType, parallelNodes }) {
      const created = only(optimizations)
      const { optimizationId } = created
      const backtestsPlanned = backtestsIn(parameters)
      const data = { projectId, nodeType, parallelNodes, backtestsPlanned, ...rowOfOptimization(created) }
      if (!idIn(optimizationId)) {
        return {
          summary: 'QuantConnect took the optimization but gave no id for it.',
          next: say`list_optimizations with projectId ${projectId}; do not start it again before that.`,
          data,
        }
      }
      return {
        summary: say`Optimization ${optimizationId} was started: ${spoken(backtestsPlanned)} on ${parallelNodes} × ${nodeType}, state ${created.status}. It spends credit until it ends.`,
        next: say`read_optimization with optimizationId ${optimizationId} in 15 seconds or later; abort_optimization with the same id to stop it.`,
        data,
      }
    },
  }),
  tool({
    name: 'read_optimization',
    title: 'Read optimization',
    description: `Reads an optimization: state (new, running, completed, aborted), how many backtests are done, and its backtests sorted best first by the criterion, ${ROWS_AT_MOST} at once, with parameter values and statistics by name. Works while it runs. Next: read_backtest with the best backtestId. Reading costs nothing.`,
    scopes: ['qc:optimizations:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/optimizations/read',
    project: 'optimization',
    countsAs: 'reads',
    recorded: ['optimizationId'],
    input: { optimizationId: OptimizationId, ...window(ROWS_AT_MOST) },
    constraint: inOrder,
    output: {
      optimizationId: { type: 'string', description: 'Id of the optimization.' },
      projectId: { type: 'integer', description: 'Project number.' },
      status: { type: 'string', description: 'new, running, completed or aborted.' },
      target: { type: 'string', description: 'Statistic that is optimized.' },
      extremum: { type: 'string', description: 'min or max.' },
      runtimeStatistics: { description: 'Counts of backtests by state, times, and what was consumed.' },
      bestBacktestId: { type: 'string', description: 'Backtest that is best by the criterion.' },
      count: { type: 'integer', description: 'Backtests in all.' },
      inPercent: { type: 'array', description: 'Columns that are percentages: 12.3 means 12.3 %.' },
      backtests: { type: 'array', description: 'Backtests of the window, best first.' },
    },
    more: 'Ask for fewer backtests at once with start and end.',
    body: ({ optimizationId }) => ({ optimizationId }),
    answer: (body, args) =>
      answerOptimization(record(body.optimization), args.optimizationId, windowOf(args, ROWS_AT_MOST)),
  }),
  tool({
    name: 'list_optimizations',
    title: 'List optimizations',
    description: `Lists the optimizations of a project, ${ROWS_AT_MOST} at once: id, name, state, criterion, ranges and the best Sharpe ratio. Next: read_optimization. Costs nothing.`,
    scopes: ['qc:optimizations:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/optimizations/list',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId'],
    input: { projectId: ProjectId, ...window(ROWS_AT_MOST) },
    constraint: inOrder,
    output: {
      optimizations: { type: 'array', description: 'Optimizations of the window.' },
      count: { type: 'integer', description: 'Optimizations in all.' },
    },
    body: ({ projectId }) => ({ projectId }),
    answer({ optimizations }, args) {
      const all = records(optimizations)
      const { shown, place, next } = slice(all, windowOf(args, ROWS_AT_MOST))
      const open = all.filter(({ status }) => status === 'new' || status === 'running').length
      return {
        summary: say`Optimizations: ${place}.${open ? say` ${open} not ended yet, and spending credit.` : ''}`,
        next: next ?? (all.length ? 'read_optimization with an optimizationId.' : 'estimate_optimization_time.'),
        data: { projectId: args.projectId, count: all.length, optimizations: shown.map(rowOfOptimization) },
      }
    },
  }),
  tool({
    name: 'update_optimization',
    title: 'Rename optimization',
    description:
      'Changes the name of an optimization; its results stay as they are. Returns its id and new name. Next: read_optimization. Costs nothing.',
    scopes: ['qc:optimizations:write'],
    risk: 'changes',
    money: 'none',
    annotations: replaces,
    endpoint: '/optimizations/update',
    project: 'optimization',
    countsAs: 'changes',
    recorded: ['optimizationId'],
    input: { optimizationId: OptimizationId, name: z.string().min(1).describe('New name.') },
    output: {},
    says: ({ optimizationId, name }) => `Rename optimization ${term(optimizationId)} to ${inQuotes(name)}`,
    verify: 'read_optimization shows the name.',
    answer: (_body, { optimizationId, name }) => ({
      summary: 'The optimization was renamed.',
      data: { optimizationId, name },
    }),
  }),
  tool({
    name: 'abort_optimization',
    title: 'Abort optimization',
    description:
      'Stops an optimization for good, and with it the spending. Finished backtests stay; credit already used is not returned, and it cannot be resumed. A completed one is refused. Returns its id. Next: read_optimization.',
    scopes: ['qc:optimizations:write'],
    risk: 'changes',
    money: 'none',
    annotations: replaces,
    endpoint: '/optimizations/abort',
    project: 'optimization',
    countsAs: 'changes',
    onlyLowersRisk: true,
    recorded: ['optimizationId'],
    input: { optimizationId: OptimizationId },
    output: {},
    says: ({ optimizationId }) => `Abort optimization ${term(optimizationId)}`,
    verify: 'read_optimization shows whether its status is aborted.',
    answer: (_body, { optimizationId }) => ({
      summary: 'The optimization was aborted. Backtests that had finished stay.',
      next: say`read_optimization with optimizationId ${optimizationId} for what it found until then.`,
      data: { optimizationId },
    }),
  }),
  tool({
    name: 'delete_optimization',
    title: 'Delete optimization',
    description:
      'Deletes an optimization and its results for good, also before it has finished. Ask the person first. To stop one and keep its results: abort_optimization. Returns its id. Next: list_optimizations shows what is left.',
    scopes: ['qc:optimizations:delete'],
    risk: 'deletes',
    money: 'none',
    annotations: replaces,
    endpoint: '/optimizations/delete',
    project: 'optimization',
    countsAs: 'deletions',
    recorded: ['optimizationId'],
    input: { optimizationId: OptimizationId },
    output: {},
    says: ({ optimizationId }) => `Delete optimization ${term(optimizationId)}`,
    verify: 'list_optimizations shows whether it is still there.',
    answer: (_body, { optimizationId }) => ({
      summary: 'The optimization was deleted for good.',
      data: { optimizationId },
    }),
  }),
]
