// What a backtest produced: charts, orders, insights, trades, logs, report.
import * as z from 'zod'
import { addressOf } from '../../../quantconnect/addresses.ts'
import { list, number, text } from '../../../quantconnect/fields.ts'
import { clip, linesWithin, say } from '../../answers/reading.ts'
import { inOrder, placeOf, window, windowed, windowOf } from '../../answers/windows.ts'
import { BacktestId, ProjectId, reads, tool } from '../tool.ts'
import { answerChart, chartBody, chartInput, chartOutput } from './chart-answers.ts'
import {
  answerInsights,
  answerOrders,
  answerTrades,
  insightsOutput,
  ordersOutput,
  ROWS_AT_MOST,
  tradesOutput,
} from './trading-answers.ts'

const which = { projectId: ProjectId, backtestId: BacktestId }
const common = {
  scopes: ['qc:backtests:read'],
  risk: 'reads',
  annotations: reads,
  project: 'argument',
  countsAs: 'reads',
  recorded: ['projectId', 'backtestId'],
} as const
const LINES_AT_MOST = 200
/** Characters of a log in one answer. */
const LOG_AT_MOST = 200_000
const LOG_TIMES = 'Their times are those of the algorithm’s time zone, New York unless the code sets another.'

export const backtestResults = [
  tool({
    ...common,
    name: 'read_backtest_chart',
    title: 'Read backtest chart',
    description:
      'Draws a chart of a backtest as a picture and returns its series with first, last, lowest and highest value and thinned points. Every backtest has Strategy Equity, Drawdown, Benchmark, Exposure, Capacity, Assets Sales Volume, Portfolio Turnover and Portfolio Margin; read_backtest names them all. Next: read_backtest_trades or read_backtest_logs for the reasons. Costs nothing.',
    endpoint: '/backtests/chart/read',
    input: { ...which, name: z.string().min(1).describe('Chart name, from read_backtest.'), ...chartInput },
    output: chartOutput,
    loads: true,
    body: chartBody,
    answer: (body, args) => answerChart(body, args, say`${args.name} · backtest ${args.backtestId.slice(0, 8)}`),
  }),
  tool({
    ...common,
    name: 'read_backtest_orders',
    title: 'Read backtest orders',
    description: `Reads the orders of a backtest, ${ROWS_AT_MOST} at once: time, symbol, type, direction, quantity, fill price, value, state, fees and tag. Next: read_backtest_trades for round trips with their profit. Costs nothing.`,
    endpoint: '/backtests/orders/read',
    input: { ...which, ...window(ROWS_AT_MOST) },
    constraint: inOrder,
    output: ordersOutput,
    loads: true,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerOrders(body, windowOf(args, ROWS_AT_MOST), {
        next: 'read_backtest_trades for round trips with their profit.',
      }),
  }),
  tool({
    ...common,
    name: 'read_backtest_insights',
    title: 'Read backtest insights',
    description: `Reads the insights (predictions) that the alpha models of a backtest emitted, ${ROWS_AT_MOST} at once: symbol, direction, period, magnitude, confidence and score. Strategies without alpha models have none. Next: read_backtest_orders for what was traded. Costs nothing.`,
    endpoint: '/backtests/read/insights',
    input: { ...which, ...window(ROWS_AT_MOST) },
    constraint: inOrder,
    output: insightsOutput,
    loads: true,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerInsights(body, windowOf(args, ROWS_AT_MOST), { next: 'read_backtest_orders for what was traded.' }),
  }),
  tool({
    ...common,
    name: 'read_backtest_trades',
    title: 'Read backtest trades',
    description: `Reads the closed trades (round trips) of a backtest, ${ROWS_AT_MOST} at once: entry and exit with time and price, profit, fees, duration, worst and best excursion. Shows where a strategy earns and loses. Next: read_backtest_logs for the reasons. Costs nothing.`,
    endpoint: '/backtests/trades/read',
    input: { ...which, ...window(ROWS_AT_MOST) },
    constraint: inOrder,
    output: tradesOutput,
    loads: true,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerTrades(body, windowOf(args, ROWS_AT_MOST), { next: 'read_backtest_logs for the reasons.' }),
  }),
  tool({
    ...common,
    name: 'read_backtest_logs',
    title: 'Read backtest logs',
    description: `Reads what the algorithm of a backtest logged, ${LINES_AT_MOST} lines at once, with query only the lines that contain it. The way to find out why a strategy did what it did. Next: read_file for the code that logged it. Costs nothing.`,
    endpoint: '/backtests/read/log',
    input: {
      ...which,
      query: z.string().default('').describe('Only lines that contain this text; all when empty.'),
      ...window(LINES_AT_MOST),
    },
    constraint: inOrder,
    output: {
      logs: { type: 'string', description: 'Lines of the log, oldest first.' },
      length: { description: 'Lines in all.' },
    },
    loads: true,
    body: windowed(LINES_AT_MOST),
    answer(body, args) {
      const all = list(body.logs)
      const lines = linesWithin(all, LOG_AT_MOST)
      const total = number(body.length) ?? args.start + all.length
      const { place, next } = placeOf(lines.length, args.start, total)
      const about = args.query ? say` with "${clip(args.query, 80)}"` : ''
      return {
        summary: say`Log lines${about}: ${place}.\n${LOG_TIMES}`,
        ...(next ? { next } : {}),
        data: { length: total, logs: lines.join('\n') },
      }
    },
  }),
  tool({
    ...common,
    name: 'read_backtest_report',
    title: 'Read backtest report',
    description:
      'Reads the report that QuantConnect writes about a finished backtest, as text without its pictures: key statistics, returns by month and year, drawdowns, crisis events. The first request makes it, which takes a while; for single numbers read_backtest is quicker. Next: read_backtest_chart for pictures. Costs nothing.',
    endpoint: '/backtests/read/report',
    input: which,
    output: {
      report: { type: 'string', description: 'Text of the report.' },
      url: { type: 'string', description: 'The backtest on quantconnect.com.' },
    },
    loads: true,
    limit: 100_000,
    more: 'The whole report, with its pictures, is on the page of the backtest.',
    async answer(body, { projectId, backtestId }) {
      const { readable } = await import('../../answers/html.ts') // which brings a parser, with all that HTML calls by name
      const report = readable(text(body.report) ?? '')
      const url = addressOf(projectId, backtestId)
      return {
        summary: report ? say`The report, as text.\n${url}` : say`The report is empty.\n${url}`,
        data: { url, report },
        cut: ['Pictures and layout: they are on the page of the backtest.'],
      }
    },
  }),
]
