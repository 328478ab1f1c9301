// How live deployments read: first the state and whose money it is, then the numbers.

import { liveAddress } from '../../../quantconnect/addresses.ts'
import { moneyOf } from '../../../quantconnect/deployments.ts'
import type { Body } from '../../../quantconnect/fields.ts'
import { idIn, list, number, only, record, records, text } from '../../../quantconnect/fields.ts'
import { clip, linesWithin, pick, say, without } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { placeOf, slice, type Window } from '../../answers/windows.ts'
import type { Field } from '../tool.ts'

export const SNAPSHOT =
  'A snapshot, which QuantConnect renews about every ten minutes while the algorithm runs: what is newer is missing, and soon after the start it may be empty.'
/** Characters of a log in one answer. */
const LOG_AT_MOST = 200_000
const LOG_SNAPSHOT =
  'Times are UTC. QuantConnect copies new lines about every five minutes, so silence does not mean that nothing happened.'

const STARTING = ['InQueue', 'LoggingIn', 'Initializing', 'History', 'PendingInput']
const FAILED = ['DeployError', 'RuntimeError', 'Invalid']

export const liveOutput: Readonly<Record<string, Field>> = {
  deployId: { type: 'string', description: 'Id of the deployment; read_live_logs calls it algorithmId.' },
  projectId: { type: 'integer', description: 'Project number.' },
  status: { type: 'string', description: 'State, such as LoggingIn, Running, Stopped or RuntimeError.' },
  brokerage: { type: 'string', description: 'Brokerage.' },
  launched: { description: 'When it started.' },
  stopped: { description: 'When it ended; absent while it runs.' },
  message: { description: 'Message for people.' },
  runtimeStatistics: { description: 'Equity, profit, holdings and fees as of now, as text.' },
  charts: { type: 'array', description: 'Names for read_live_chart.' },
  files: { type: 'array', description: 'Names and sizes of the files that were deployed.' },
  url: { type: 'string', description: 'The deployment on quantconnect.com.' },
}

/** The latest deployment of a project. */
export function answerLive({ success: _said, ...body }: Body, projectId: number): ToolAnswer {
  const live: Body = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''))
  const status = text(live.status) ?? 'unknown'
  const statistics = record(live.runtimeStatistics)
  const numbers = Object.entries(statistics).map(([name, value]) => say`${name} ${value}`)
  const message = text(live.message)
  const files = records(live.files)
  const url = liveAddress(projectId)
  const charts = Array.isArray(live.charts)
    ? live.charts.map((chart) => record(chart).name)
    : Object.keys(record(live.charts))
  return {
    summary: [
      say`${text(live.projectName) ? say`"${clip(text(live.projectName) ?? '', 100)}"` : say`Project ${projectId}`} is in state ${status} at ${text(live.brokerage) ?? 'an unknown brokerage'} (${moneyOf(live)}). ${timesOf(live)}`,
      numbers.length ? say`Statistics: ${clip(numbers.join(', '), 600)}.` : 'No numbers yet.',
      ...(message ? [say`Message: "${clip(message.replace(/\s+/g, ' '))}"`] : []),
      url,
    ].join('\n'),
    next: nextFor(status, live.deployId),
    data: {
      ...pick(live, 'deployId'),
      projectId,
      ...pick(live, 'status', 'brokerage', 'launched', 'stopped', 'message', 'projectName'),
      runtimeStatistics: statistics,
      url,
      ...without(live, 'deployId', 'projectId', 'status', 'brokerage', 'launched', 'stopped', 'message', 'projectName'),
      charts,
      files: files.map(({ name, content, modified }) => ({ name, characters: text(content)?.length ?? 0, modified })),
    },
    ...(files.length
      ? {
          cut: [
            'Contents of the files: read_file shows those of the project as they are now, which may differ from what was deployed.',
          ],
        }
      : {}),
  }
}

const timesOf = ({ launched, stopped }: Body): string => {
  const stamp = (time: string) => (/\d$/.test(time) ? say`${time} UTC` : time)
  const [from, to] = [text(launched), text(stopped)]
  if (!from) return to ? say`Stopped ${stamp(to)}.` : 'Not launched yet.'
  return say`Launched ${stamp(from)}${to ? say`, stopped ${stamp(to)}` : ''}.`
}

function nextFor(status: string, deployId: unknown): string {
  const logs = say`read_live_logs with ${idIn(deployId) ? say`algorithmId ${deployId}` : 'the deployId as algorithmId'}`
  if (STARTING.includes(status)) return 'read_live_algorithm again in half a minute; Running takes up to three minutes.'
  if (FAILED.includes(status))
    return say`${logs} for the cause. Positions may still be open at the brokerage: tell the person.`
  if (status === 'Running') return say`read_live_portfolio, read_live_orders, or ${logs}.`
  return say`${logs}, or read_live_trades for what it earned.`
}

/** What a creation answered. `brokerage` is what was asked for. */
export function answerCreated(body: Body, projectId: number, brokerage: Body): ToolAnswer {
  const live = only(body.live)
  const deployId = idIn(body.deployId) ?? idIn(live.deployId)
  const environment = environmentOf(brokerage)
  const paper = asksForPaper(brokerage)
  const status = text(live.status) ?? 'unknown'
  const url = liveAddress(projectId)
  const where = say`${brokerage.id}${environment ? say`, environment ${environment}` : ''}`
  return {
    summary: say`Deployed as ${deployId ?? 'an unknown id'} with ${where}: ${paper ? 'paper trading' : 'real money'}. State ${status}; Running takes up to three minutes.\n${url}`,
    next: say`read_live_algorithm with projectId ${projectId} until the state is Running.`,
    data: {
      deployId,
      projectId,
      status,
      brokerage: text(live.brokerage) ?? brokerage.id,
      environment,
      paper,
      url,
      ...pick(body, 'versionId'),
      ...pick(live, 'launched', 'datacenter'),
      ...(text(live.message) ? { message: live.message } : {}),
    },
  }
}

/** What the fields of a form say about its environment: every brokerage spells it in its own way. */
export function environmentOf(brokerage: Body): string | undefined {
  const name = Object.keys(brokerage).find((field) => /-environment$|-use-testnet$/.test(field))
  return name ? text(brokerage[name]) : undefined
}

/** Whether a form asks for paper trading: QuantConnect's own, or an account that its brokerage calls a paper one. */
export const asksForPaper = (brokerage: Body): boolean =>
  brokerage.id === 'QuantConnectBrokerage' || ['paper', 'Practice'].includes(environmentOf(brokerage) ?? '')

/** The deployments of an account or of a project. */
export function answerList(body: Body, window: Window): ToolAnswer {
  const all = records(body.live)
  const { shown, place, next } = slice(all, window)
  const states = [...new Set(all.map(({ status }) => text(status) ?? 'unknown'))]
  const counts = states.map(
    (state) => say`${all.filter(({ status }) => (status ?? 'unknown') === state).length} ${state}`,
  )
  return {
    summary: say`Live deployments: ${place}.${counts.length ? say` ${counts.join(', ')}.` : ''}`,
    next: next ?? (all.length ? 'read_live_algorithm with a projectId.' : 'create_live_algorithm starts one.'),
    data: {
      count: all.length,
      live: shown.map((live) => ({
        ...pick(live, 'projectId', 'deployId', 'status', 'brokerage'),
        money: moneyOf(live),
        ...pick(live, 'environment', 'equity', 'launched', 'stopped'),
        ...(text(live.error) ? { error: live.error } : {}),
        ...(text(live.description) ? { description: live.description } : {}),
        ...(list(live.leagues).length ? { leagues: list(live.leagues).join(', ') } : {}),
      })),
    },
  }
}

/** Log lines from `startLine`. */
export function answerLogs(body: Body, startLine: number): ToolAnswer {
  const all = list(body.logs)
  const lines = linesWithin(all, LOG_AT_MOST)
  const total = number(body.length) ?? startLine + all.length
  const { place } = placeOf(lines.length, startLine, total)
  const end = startLine + lines.length
  const offset = number(body.deploymentOffset)
  return {
    summary: say`Log lines: ${place}.${offset ? say` This deployment begins at line ${offset}.` : ''}\n${LOG_SNAPSHOT}`,
    next:
      end < total && lines.length
        ? say`Ask again with startLine ${end} for the next ones.`
        : say`While it runs, ask again in five minutes with startLine ${Math.min(end, total)} for new ones.`,
    data: { length: total, ...pick(body, 'deploymentOffset'), logs: lines.join('\n') },
  }
}

const HOLDING: Readonly<Record<string, string>> = {
  a: 'averagePrice',
  q: 'quantity',
  p: 'price',
  v: 'value',
  u: 'unrealizedProfit',
  up: 'unrealizedPercent',
}

/** Positions and cash. */
export function answerPortfolio(body: Body): ToolAnswer {
  const portfolio = record(body.portfolio)
  const holdings = Object.entries(record(portfolio.holdings)).map(([symbol, holding]) => ({
    symbol,
    ...Object.fromEntries(Object.entries(record(holding)).map(([name, value]) => [HOLDING[name] ?? name, value])),
  }))
  const cash = Object.entries(record(portfolio.cash)).map(([currency, one]) => {
    const { securitySymbols, ...rest } = record(one)
    const pairs = list(securitySymbols).map((pair) => (typeof pair === 'string' ? pair : text(record(pair).id)))
    return { currency, ...rest, ...(pairs.length ? { securitySymbols: pairs.join(', ') } : {}) }
  })
  const positions = holdings.length === 1 ? '1 position' : say`${holdings.length || 'no'} positions`
  const amounts = cash.map((one) => say`${record(one).amount ?? '?'} ${one.currency}`)
  return {
    summary: say`The portfolio holds ${positions}. Cash: ${clip(amounts.join(', ')) || 'none'}.\n${SNAPSHOT}`,
    next: 'read_live_orders for how it came to this.',
    data: { holdings, cash },
  }
}
