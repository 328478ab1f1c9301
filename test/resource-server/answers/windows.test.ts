// Reading a long list by windows: whoever follows `next` to the end sees each row once.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../../support/json.ts'
import type { Bodies } from './run-tool.ts'
import { answerOf, BACKTEST, DEPLOYMENT, ORGANIZATION, PROJECT, takes } from './run-tool.ts'

const TOTAL = 48
const WIDTH = 20
const numbers = Array.from({ length: TOTAL }, (_, at) => at)

interface Paged {
  readonly name: string
  readonly args: object
  readonly list: string
  readonly id: string
  readonly answer: Bodies
  /** Under which name the total stands. */
  readonly total: string
}

/** QuantConnect gives all at once, and we hand out windows. */
const whole = (name: string, args: object, list: string, id: string, rowOf: (at: number) => object): Paged => {
  return { name, args, list, id, total: 'count', answer: { [list]: numbers.map(rowOf), success: true } }
}
/** QuantConnect gives windows itself. */
const byWindow = (name: string, args: object, list: string, id: string): Paged => ({
  ...{ name, args, list, id, total: 'length' },
  answer: (_endpoint: string, { start, end }: Json) => ({
    [list]: numbers.slice(start, end).map((at) => ({ [id]: `row ${at}` })),
    length: TOTAL,
    success: true,
  }),
})

const named = (id: string) => (at: number) => ({ [id]: `row ${at}`, name: `Name ${at}` })
const backtest = { projectId: PROJECT, backtestId: BACKTEST }

const paged: Paged[] = [
  whole('list_backtests', { projectId: PROJECT }, 'backtests', 'backtestId', named('backtestId')),
  whole('list_optimizations', { projectId: PROJECT }, 'optimizations', 'optimizationId', named('optimizationId')),
  whole('list_live_algorithms', {}, 'live', 'deployId', named('deployId')),
  whole('list_projects', {}, 'projects', 'projectId', (at) => ({ projectId: `row ${at}`, name: `Name ${at}` })),
  whole('read_lean_versions', {}, 'versions', 'id', (at) => ({ id: TOTAL - at, name: `v${at}` })),
  whole('list_object_store_files', { organizationId: ORGANIZATION }, 'objects', 'key', named('key')),
  byWindow('read_backtest_orders', backtest, 'orders', 'id'),
  byWindow('read_backtest_insights', backtest, 'insights', 'id'),
  byWindow('read_backtest_trades', backtest, 'trades', 'id'),
  byWindow('read_live_orders', { projectId: PROJECT }, 'orders', 'id'),
  byWindow('read_live_trades', { projectId: PROJECT }, 'trades', 'id'),
]

const startIn = (next: string): number | undefined => {
  const [, start] = /Ask again with start (\d+)/.exec(next) ?? []
  return start === undefined ? undefined : Number(start)
}

describe(`${TOTAL} rows by ${WIDTH}`, () => {
  for (const { name, args, list, id, answer, total } of paged) {
    it(`of ${name} are each seen once by whoever follows the next steps`, async () => {
      const seen: unknown[] = []
      const starts: number[] = []
      for (let start: number | undefined = 0; start !== undefined && starts.length < 9; ) {
        starts.push(start)
        const { data, next } = await answerOf(name, { ...args, start, end: start + WIDTH }, answer)
        assert.equal(data[total], TOTAL)
        seen.push(...data[list].map((row: Json) => row[id]))
        start = startIn(next ?? '')
      }
      assert.deepEqual(starts, [0, 20, 40])
      assert.equal(seen.length, TOTAL)
      assert.equal(new Set(seen).size, TOTAL)
    })
  }

  it('of an optimization are each seen once too', async () => {
    const backtests = Object.fromEntries(
      numbers.map((at) => [`b${at}`, { id: `b${at}`, progress: 1, exitCode: 0, statistics: {} }]),
    )
    const body = { optimization: { status: 'running', backtests }, success: true }
    const seen: unknown[] = []
    for (const start of [0, 20, 40]) {
      const { data, next } = await answerOf(
        'read_optimization',
        { optimizationId: 'O-1', start, end: start + WIDTH },
        body,
      )
      seen.push(...data.backtests.map((row: Json) => row.backtestId))
      assert.equal(startIn(next), start < 40 ? start + WIDTH : undefined)
    }
    assert.deepEqual(seen, Object.keys(backtests))
  })

  it('of a log are each seen once', async () => {
    const answer = (_endpoint: string, { startLine, endLine }: Json) => ({
      logs: numbers.slice(startLine, endLine).map((at) => `line ${at}`),
      length: TOTAL,
      success: true,
    })
    const seen: string[] = []
    for (const startLine of [0, 20, 40]) {
      const args = { projectId: PROJECT, algorithmId: DEPLOYMENT, startLine, endLine: startLine + WIDTH }
      const { data, next } = await answerOf('read_live_logs', args, answer)
      seen.push(...data.logs.split('\n'))
      assert.match(next, new RegExp(`startLine ${Math.min(startLine + WIDTH, TOTAL)}\\b`))
    }
    assert.deepEqual(
      seen,
      numbers.map((at) => `line ${at}`),
    )
  })
})

describe('a window', () => {
  const list = paged[0] as Paged
  const read = (args: object) => answerOf(list.name, { ...list.args, ...args }, list.answer)

  it('that shows all says so, and asks for no more', async () => {
    const { summary, next, data } = await read({})
    assert.match(summary, /48 in all/)
    assert.equal(startIn(next), undefined)
    assert.equal(data.backtests.length, TOTAL)
  })

  it('says where it stands', async () => {
    assert.match((await read({ start: 20, end: 40 })).summary, /20 to 40 of 48/)
    assert.match((await read({ start: 40, end: 60 })).summary, /40 to 48 of 48/)
  })

  it('behind the end is empty, and leads nowhere further', async () => {
    const { summary, next, data } = await read({ start: 48 })
    assert.match(summary, /none from 48 on, of 48/)
    assert.equal(startIn(next), undefined)
    assert.deepEqual(data.backtests, [])
  })

  it('must end behind its start', () => {
    for (const { name, args } of paged.filter((one) => one.name !== 'list_object_store_files')) {
      assert.ok(!takes(name, { ...args, start: 20, end: 20 }), name)
      assert.ok(takes(name, { ...args, start: 20, end: 21 }), name)
    }
  })

  it('without a total leads on while it is full', async () => {
    const args = { ...backtest, start: 10, end: 12 }
    const full = await answerOf('read_backtest_orders', args, { orders: [{ id: 1 }, { id: 2 }], success: true })
    assert.equal(startIn(full.next), 12)
    const partial = await answerOf('read_backtest_orders', args, { orders: [{ id: 1 }], success: true })
    assert.equal(startIn(partial.next ?? ''), undefined)
  })

  it('of read_project leads on while it is full, since no total comes', async () => {
    const projects = Array.from({ length: 20 }, (_, at) => ({ projectId: at, name: `Name ${at}` }))
    const full = await answerOf('read_project', { start: 40, end: 60 }, { projects, success: true })
    assert.deepEqual(full.asked[0]?.args, { start: 40, end: 60 })
    assert.match(full.next, /start 60\b/)
    const partial = await answerOf(
      'read_project',
      { start: 40, end: 60 },
      { projects: projects.slice(1), success: true },
    )
    assert.doesNotMatch(partial.next, /start \d/)
  })
})
