// Live trading: starting an algorithm, watching it, ending it. What is at stake here is people's money.
import * as z from 'zod'
import { say } from '../../answers/reading.ts'
import { inOrder, window, windowed, windowOf } from '../../answers/windows.ts'
import { ProjectId, reads, replaces, tool } from '../tool.ts'
import { answerChart, chartBody, chartInput, chartOutput } from './chart-answers.ts'
import { answerList, answerLive, answerLogs, answerPortfolio, liveOutput, SNAPSHOT } from './live-answers.ts'
import { liveCommands } from './live-commands.ts'
import { createLiveAlgorithm } from './live-creation.ts'
import { authorizeConnection } from './live-login.ts'
import {
  answerInsights,
  answerOrders,
  answerTrades,
  insightsOutput,
  ordersOutput,
  ROWS_AT_MOST,
  tradesOutput,
} from './trading-answers.ts'

const LIST_AT_MOST = 50
const LINES_AT_MOST = 250

const common = {
  scopes: ['qc:live:read'],
  risk: 'reads',
  annotations: reads,
  project: 'argument',
  countsAs: 'reads',
  recorded: ['projectId'],
} as const
const rows = { ...common, input: { projectId: ProjectId, ...window(ROWS_AT_MOST) }, constraint: inOrder, loads: true }

export const live = [
  authorizeConnection,
  createLiveAlgorithm,
  tool({
    ...common,
    name: 'read_live_algorithm',
    title: 'Read live algorithm',
    description:
      'Reads the latest live deployment of a project: state, brokerage, paper or real money, when it was launched and stopped, equity and profit, message, chart and file names. Next: read_live_portfolio, read_live_orders, read_live_logs with the deployId as algorithmId. Costs nothing.',
    endpoint: '/live/read',
    input: { projectId: ProjectId },
    output: liveOutput,
    limit: 20_000,
    answer: (body, { projectId }) => answerLive(body, projectId),
  }),
  tool({
    ...common,
    name: 'list_live_algorithms',
    title: 'List live algorithms',
    description: `Lists live deployments of all projects or of one, ${LIST_AT_MOST} at once: project, id, state, brokerage, paper or real money, equity, times, error. Next: read_live_algorithm. Costs nothing.`,
    endpoint: '/live/list',
    project: 'argument-or-all',
    input: {
      projectId: ProjectId.optional().describe('Only this project.'),
      status: z.enum(['Running', 'Stopped', 'RuntimeError', 'Liquidated']).optional().describe('Only this state.'),
      ...window(LIST_AT_MOST),
    },
    constraint: inOrder,
    output: {
      live: { type: 'array', description: 'Deployments of the window.' },
      count: { type: 'integer', description: 'Deployments in all.' },
    },
    body: ({ start: _start, end: _end, ...filter }) => filter,
    answer: (body, args) => answerList(body, windowOf(args, LIST_AT_MOST)),
  }),
  tool({
    ...common,
    name: 'read_live_chart',
    title: 'Read live chart',
    description:
      'Draws a chart of the live deployment of a project as a picture and returns its series with first, last, lowest and highest value and thinned points. Charts appear some minutes after the start; read_live_algorithm names them. There is no Capacity chart here. Next: read_live_trades or read_live_logs for the reasons. Costs nothing.',
    endpoint: '/live/chart/read',
    input: {
      projectId: ProjectId,
      name: z.string().min(1).describe('Chart name, from read_live_algorithm.'),
      ...chartInput,
    },
    output: chartOutput,
    loads: true,
    body: chartBody,
    answer: (body, args) => answerChart(body, args, say`${args.name} · live, project ${args.projectId}`),
  }),
  tool({
    ...common,
    name: 'read_live_logs',
    title: 'Read live logs',
    description: `Reads log lines of a live deployment, at most ${LINES_AT_MOST} at once. Shows errors, what the algorithm logged, and what became of commands. New lines appear about every five minutes. Next: read_live_orders for what was traded, or later startLine values. Costs nothing.`,
    endpoint: '/live/logs/read',
    recorded: ['projectId', 'algorithmId'],
    input: {
      format: z.enum(['json']).default('json').describe('Format of the answer.'),
      projectId: ProjectId,
      algorithmId: z.string().min(1).describe('Deployment id (L- …), the deployId of read_live_algorithm.'),
      startLine: z.int().min(0).describe('Index of the first line.'),
      endLine: z.int().min(0).describe(`Index after the last line; at most ${LINES_AT_MOST} above startLine.`),
    },
    constraint: {
      holds: ({ startLine, endLine }) => endLine > startLine && endLine - startLine <= LINES_AT_MOST,
      says: `endLine must be above startLine, by at most ${LINES_AT_MOST}.`,
    },
    output: {
      logs: { type: 'string', description: 'Lines of the log, oldest first.' },
      length: { description: 'Lines in all.' },
      deploymentOffset: { description: 'Index of the first line of this deployment.' },
    },
    more: 'Ask for fewer lines to see them whole.',
    answer: (body, { startLine }) => answerLogs(body, startLine),
  }),
  tool({
    ...common,
    name: 'read_live_portfolio',
    title: 'Read live portfolio',
    description:
      'Reads the positions and cash of the live deployment of a project: quantity, average and last price, value, unrealized profit. A snapshot of about every ten minutes, also taken on stopping. Next: read_live_orders. Costs nothing.',
    endpoint: '/live/portfolio/read',
    input: { projectId: ProjectId },
    output: {
      holdings: { type: 'array', description: 'Positions, one row each; empty when flat.' },
      cash: { type: 'array', description: 'Cash by currency.' },
    },
    answer: answerPortfolio,
  }),
  tool({
    ...rows,
    name: 'read_live_orders',
    title: 'Read live orders',
    description: `Reads the orders of the live deployment of a project, ${ROWS_AT_MOST} at once: time, symbol, type, direction, quantity, fill price, value, state, fees, tag and why one is invalid. A snapshot of about every ten minutes. Next: read_live_trades for profits. Costs nothing.`,
    endpoint: '/live/orders/read',
    output: ordersOutput,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerOrders(body, windowOf(args, ROWS_AT_MOST), {
        note: SNAPSHOT,
        next: 'read_live_trades for profits, read_live_portfolio for what is still open.',
      }),
  }),
  tool({
    ...rows,
    name: 'read_live_insights',
    title: 'Read live insights',
    description: `Reads the insights (predictions) of the live deployment of a project, ${ROWS_AT_MOST} at once: symbol, direction, period, magnitude, confidence, score. Algorithms without alpha models have none. A snapshot of about every ten minutes. Next: read_live_orders for what was traded. Costs nothing.`,
    endpoint: '/live/insights/read',
    output: insightsOutput,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerInsights(body, windowOf(args, ROWS_AT_MOST), {
        note: SNAPSHOT,
        next: 'read_live_orders for what was traded.',
      }),
  }),
  tool({
    ...rows,
    name: 'read_live_trades',
    title: 'Read live trades',
    description: `Reads the closed trades (round trips) of the live deployment of a project, ${ROWS_AT_MOST} at once: entry and exit with time and price, profit, fees, duration, worst and best excursion. A snapshot of about every ten minutes. Next: read_live_portfolio for what is still open. Costs nothing.`,
    endpoint: '/live/trades/read',
    output: tradesOutput,
    body: windowed(ROWS_AT_MOST),
    answer: (body, args) =>
      answerTrades(body, windowOf(args, ROWS_AT_MOST), {
        note: SNAPSHOT,
        next: 'read_live_portfolio for what is still open.',
      }),
  }),
  tool({
    name: 'stop_live_algorithm',
    title: 'Stop live algorithm',
    description:
      'Stops the live algorithm of a project. Its positions stay open at the brokerage, and nobody watches them then. Ask the person first; liquidate_live_algorithm closes them too. Frees the live node. Returns before it has stopped. Next: read_live_algorithm until Stopped.',
    scopes: ['qc:live:execute'],
    risk: 'trades',
    money: 'by-deployment',
    annotations: replaces,
    endpoint: '/live/update/stop',
    project: 'argument',
    countsAs: 'stops',
    onlyLowersRisk: true,
    recorded: ['projectId'],
    input: { projectId: ProjectId },
    output: {},
    says: ({ projectId }) => `Stop the live algorithm of project ${projectId}; positions stay open`,
    verify: 'read_live_algorithm shows whether it is Stopped; give it a minute.',
    answer: (_body, { projectId }) => ({
      summary: 'QuantConnect is stopping the algorithm. Open positions stay at the brokerage, unattended.',
      next: say`read_live_algorithm with projectId ${projectId} until the state is Stopped, then read_live_portfolio for what stays open.`,
      data: { projectId },
    }),
  }),
  tool({
    name: 'liquidate_live_algorithm',
    title: 'Liquidate live algorithm',
    description:
      'Sells everything that the live algorithm of a project holds, closes its short positions, and stops it. Trades at once at market prices, with real money unless it is paper, and cannot be undone. Ask the person first, naming project and brokerage. Returns before it is done. Next: read_live_algorithm until it has ended.',
    scopes: ['qc:live:execute'],
    risk: 'trades',
    money: 'by-deployment',
    annotations: replaces,
    endpoint: '/live/update/liquidate',
    project: 'argument',
    countsAs: 'liquidations',
    onceOnly: true,
    recorded: ['projectId'],
    input: { projectId: ProjectId },
    output: {},
    says: ({ projectId }) => `Liquidate all that project ${projectId} holds live, and stop it`,
    verify: 'read_live_algorithm shows whether it ended, read_live_orders what was sold; give them some minutes.',
    answer: (_body, { projectId }) => ({
      summary: 'QuantConnect is closing all positions of the algorithm and stops it. Closed markets delay the sales.',
      next: say`read_live_algorithm with projectId ${projectId} until it has ended, then read_live_portfolio: nothing should be left.`,
      data: { projectId },
    }),
  }),
  ...liveCommands,
]
