// A week of an assistant that trades, as its person reads it: on the page, in the table and in the sealed file, line by line.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { useConnectionTo } from '../support/connection.ts'
import { messages, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import { json, startUpstream, text } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const DAY = 24 * 60 * 60
const PROJECT = 7
const named = json(200, { success: true, projects: [{ projectId: PROJECT, name: 'Momentum' }] })
const done = json(200, { success: true })
const refusedBy = (reason: string) => json(200, { success: false, errors: [reason] })
const onPaper = { id: 'QuantConnectBrokerage' }
const start = { projectId: PROJECT, compileId: 'c-1', nodeId: 'LN-1', brokerage: onPaper }
const order = (quantity: number) => ({
  $type: 'OrderCommand',
  symbol: 'SPY',
  quantity,
  orderType: 'market',
  secretNote: 'PRIVATE',
})

const OPTIMIZATION = {
  projectId: PROJECT,
  name: 'Fast and slow',
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
  parameters: [{ name: 'fast', min: 5, max: 20, step: 5 }],
  compileId: 'c-1',
  estimatedCost: 1,
  nodeType: 'O2-8',
  parallelNodes: 2,
}

describe('a week of an assistant that trades', () => {
  const { server, connection } = useConnectionTo(upstream.url)
  let tokens: Tokens
  before(async () => {
    tokens = connection.tokens
    await week()
  })

  /** One call, and what QuantConnect answers to all that it asks. */
  async function call(name: string, args: Record<string, unknown>, ...replies: typeof upstream.replies) {
    upstream.replies.splice(0)
    upstream.replies.push(...replies)
    await messages(await rpc(server, tokens.access_token, toolCall(name, args)))
  }
  async function nextDay(): Promise<void> {
    await server.advance(DAY)
    tokens = (await (await refresh(server, connection.client, tokens.refresh_token)).json()) as Tokens
  }

  async function week() {
    await call('list_projects', {})
    await call('create_live_algorithm', start, named, done)
    await nextDay()
    await call('create_live_command', { projectId: PROJECT, command: order(10) }, done)
    await call('create_live_command', { projectId: PROJECT, command: order(-10) }, text(502, ''))
    await nextDay()
    await call(
      'create_backtest',
      { projectId: PROJECT, compileId: 'c-1', backtestName: 'Idea' },
      json(200, { success: true, backtest: { backtestId: 'b-1' } }),
    )
    await call(
      'create_optimization',
      OPTIMIZATION,
      json(200, { success: true, optimizations: [{ optimizationId: 'O-1', name: 'Fast and slow', status: 'new' }] }),
    )
    await call('delete_file', { projectId: PROJECT, name: 'old.py' }, refusedBy('File not found'))
    await nextDay()
    await connection.change({ scopes: ALL_SCOPES.filter((scope) => scope !== 'qc:admin:write') })
    const broadcast = { organizationId: 'o-1', command: order(1) }
    for (let i = 0; i < 3; i++) await call('broadcast_live_command', broadcast)
    await nextDay()
    await call(
      'create_project_collaborator',
      { projectId: PROJECT, collaboratorUserId: 'bob-1', collaborationLiveControl: true, collaborationWrite: true },
      done,
    )
    await nextDay()
    await call('stop_live_algorithm', { projectId: PROJECT }, done)
    const page = await connection.person.open(`${server.origin}/account`)
    await connection.person.submitTo(`/account/connections/${connection.grantId}/revoke`, page)
  }

  const open = async (path: string) => (await connection.person.open(`${server.origin}${path}`)).html
  /** The rows of the page, oldest first, without times, durations and references. */
  const rows = async (query: string) => {
    const html = await open(`/account/activity?${query}`)
    // What stands folded is the tool's name; the second table of the page is the rest.
    const [first = ''] = html.split('<h2>Everything else</h2>')
    const cells = [...first.matchAll(/<tr>\s*<td([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
      [...`<td${row}`.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => plain(cell)),
    )
    return cells
      .map(([, who, what, project, outcome, decided]) =>
        [who, what, project, outcome, ...(decided ? [`by ${decided}`] : [])].join(' | '),
      )
      .reverse()
  }
  const client = async () => (await open('/account/activity.csv')).match(/"sent","([^"]*)"/)?.[1] ?? ''

  it('opens with what had consequences, in the person’s words', async () => {
    const name = await client()
    assert.deepEqual(await rows(''), [
      `${name} | Start on paper, QuantConnect paper brokerage, node LN-1, project “Momentum” (7) Start live algorithm create_live_algorithm | 7 | done | by its permission to trade`,
      `${name} | Buy 10 SPY, market order, project 7 Send live command create_live_command | 7 | done | by its permission to trade`,
      `${name} | Sell 10 SPY, market order, project 7 Send live command create_live_command | 7 | unknown QuantConnect gave no usable answer (HTTP 502). Ask your assistant to find out: read_live_logs shows what the algorithm did with it, about five minutes later. | by its permission to trade`,
      `${name} | 4 backtests on 2 × O2-8, about 6.7 machine hours ($1.00), for the highest Sharpe ratio, project 7 Run optimization create_optimization | 7 | done | by its permission to spend`,
      `${name} | Live control of project 7 for user bob-1, with read and write access Add collaborator create_project_collaborator | 7 | done | by its permission to manage`,
      `${name} | Stop the live algorithm of project 7; positions stay open Stop live algorithm stop_live_algorithm | 7 | done | by its permission to trade`,
    ])
  })

  it('shows the rest when asked: what changed something, what was refused, what the person did, what only looked', async () => {
    const name = await client()
    assert.equal((await rows('view=sent')).length, 8)
    assert.equal((await rows('view=others')).length, 8)
    assert.deepEqual(await rows('view=refused'), [
      `${name} | Delete file “old.py” of project 7 Delete file delete_file | 7 | failed QuantConnect refused: File not found | by its permission to delete`,
      `${name} | Broadcast live command broadcast_live_command × 3 |  | blocked Not allowed: "Send commands to all live algorithms of an organization at once" (qc:admin:write). | by its permissions`,
    ])
    assert.deepEqual(
      (await rows('view=person')).map((row) => row.replace(/“.*| with.*|:.*/, '')),
      ['you | Signed in', 'you | Confirmed', 'you | Allowed a connection', 'you | Revoked a connection'],
    )
    assert.deepEqual(await rows('view=reads'), [`${name} | List projects list_projects |  | done`])
  })

  it('is narrowed down by project and by day, both ends included, in UTC', async () => {
    const day = (offset: number) => new Date(Date.now() + offset * DAY * 1000).toISOString().slice(0, 10)
    const [before, first, last, after_] = [day(-1), day(0), day(6), day(7)]
    const all = (await rows('view=all')).length
    assert.equal((await rows(`view=all&from=${first}&to=${last}`)).length, all)
    assert.equal((await rows(`view=all&from=${before}&to=${before}`)).length, 0)
    assert.equal((await rows(`view=all&from=${after_}`)).length, 0)
    const [one = 0, two = 0] = [await rows(`view=all&to=${first}`), await rows(`view=all&from=${day(1)}`)].map(
      ({ length }) => length,
    )
    assert.ok(one && two)
    assert.equal(one + two, all)
    assert.equal((await rows(`project=${PROJECT}`)).length, 6)
    assert.equal((await rows('project=8')).length, 0)
    for (const nonsense of ['from=yesterday', 'to=2026-99-99', 'project=x', 'from=%00', 'project=1e9'])
      assert.equal((await rows(`view=all&${nonsense}`)).length, all, nonsense)
  })

  it('leads to the project at QuantConnect, and has the rest below', async () => {
    const html = await open('/account/activity')
    assert.match(html, /<a href="https:\/\/www\.quantconnect\.com\/project\/7" target="_blank" rel="noreferrer">7<\/a>/)
    assert.match(html, /<h2>What had consequences<\/h2>[\s\S]*<h2>Everything else<\/h2>[\s\S]*list_projects/)
  })

  it('is the same in the table: a line for each, with kind, words, outcome, rule and count', async () => {
    const [, ...lines] = (await open('/account/activity.csv')).trim().split('\r\n')
    const told = lines.map((line) => {
      const [, kind, , tool, , , , outcome, rule, , count] = line.slice(1, -1).split('","')
      return [kind, tool, outcome, rule, count].join(' ').trim()
    })
    assert.deepEqual(told.reverse(), [
      'person    1',
      'person    1',
      'person    1',
      'sent create_live_algorithm done  1',
      'sent create_live_command done  1',
      'sent create_live_command unknown  1',
      'sent create_backtest done  1',
      'sent create_optimization done  1',
      'sent delete_file failed  1',
      'refused broadcast_live_command blocked scopes 3',
      'sent create_project_collaborator done  1',
      'sent stop_live_algorithm done  1',
      'person    1',
    ])
  })

  it('is the same in the sealed file: an intent before each deed, its outcome after it, and nothing else', async () => {
    const records = (await open('/account/activity.jsonl'))
      .trim()
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line))
    const told = records.map(({ kind, tool, outcome, rule, count }) =>
      [kind, tool, outcome, rule, count].filter(Boolean).join(' '),
    )
    const sent = (tool: string, outcome: string) => [`intent ${tool}`, `outcome ${tool} ${outcome}`]
    assert.deepEqual(
      told.toSorted(),
      [
        'person',
        'person',
        'person',
        ...sent('create_live_algorithm', 'done'),
        ...sent('create_live_command', 'done'),
        ...sent('create_live_command', 'unknown'),
        ...sent('create_backtest', 'done'),
        ...sent('create_optimization', 'done'),
        ...sent('delete_file', 'failed'),
        'refused broadcast_live_command blocked scopes 3',
        ...sent('create_project_collaborator', 'done'),
        ...sent('stop_live_algorithm', 'done'),
        'person',
      ].toSorted(),
    )
    for (const [i, { kind, ref, digest, project, client }] of records.entries()) {
      if (kind !== 'outcome') continue
      assert.deepEqual([records[i - 1].kind, records[i - 1].ref], ['intent', ref])
      assert.ok(digest && client)
      assert.equal(project, PROJECT)
    }
  })

  it('comes to "1 start, 2 orders sent, 1 stop" at the top of the account, and the unknown order is news', async () => {
    const html = plain(await open('/account'))
    assert.match(
      html,
      /12 calls ?: 1 start, 2 orders sent, 1 stop, 1 optimization, 1 change of access, 1 backtest; 3 refused\./,
    )
    assert.match(
      html,
      /sent something, and nobody knows whether it was done.*Sell 10 SPY.*Ask your assistant to find out: read_live_logs/,
    )
  })

  it('says nothing anywhere of what was none of a record’s business', async () => {
    for (const path of ['?view=all', '.csv', '.jsonl', '.csv?journal=reads']) {
      assert.doesNotMatch(await open(`/account/activity${path}`), /PRIVATE|secretNote/)
    }
  })
})

describe('ten thousand refused calls', () => {
  const { server, connection } = useConnectionTo(upstream.url)
  const open = async (path: string) => (await connection.person.open(`${server.origin}${path}`)).html

  it('hide nothing: they are a few lines with a count, and an order before them is where it was', async () => {
    upstream.replies.splice(0)
    await messages(
      await rpc(server, connection.token, toolCall('create_live_command', { projectId: PROJECT, command: order(1) })),
    )
    await connection.change({ scopes: ['qc:projects:read'] })
    const batch = (tool: string) =>
      Array.from({ length: 100 }, (_, id) => toolCall(tool, { projectId: PROJECT }, id + 1))
    for (let i = 0; i < 101; i += 4) {
      const some = Array.from({ length: Math.min(4, 101 - i) }, () =>
        rpc(server, connection.token, batch('delete_project')),
      )
      for (const response of await Promise.all(some)) await response.text()
    }
    const records = (await open('/account/activity.jsonl'))
      .trim()
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line))
    const refused = records.filter(({ kind }) => kind === 'refused')
    assert.equal(
      refused.reduce((sum, { count = 1 }) => sum + count, 0),
      10_100,
    )
    assert.ok(refused.length < 10, `${refused.length} lines`)
    assert.match(plain(await open('/account/activity')), /Buy 1 SPY/)
    assert.match(plain(await open('/account')), /10101 calls ?: 1 order sent; 10100 refused\./)
  })
})

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
    .trim()
