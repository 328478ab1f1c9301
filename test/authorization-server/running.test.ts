// What a person is shown of what runs live: as QuantConnect tells it, whatever it leaves out, ahead of their assistants' calls.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { pino } from 'pino'
import type { Activity } from '../../src/audit/records.ts'
import type { RunningAlgorithm, RunningNow } from '../../src/authorization-server/running/running.ts'
import { lookAtProject, lookWhatRuns } from '../../src/authorization-server/running/running.ts'
import { createQuantConnect } from '../../src/quantconnect/client.ts'
import type { Json } from '../support/json.ts'
import { until } from '../support/until.ts'

const PERSON = { realm: 'live', userId: '123456', apiToken: 'token-for-tests' } as const
const ROW = { projectId: 7, deployId: 'L-7', status: 'Running', launched: '2026-10-05 14:30:00', brokerage: 'X' }
const LAUNCHED = Date.UTC(2026, 9, 5, 14, 30)

describe('what runs live', () => {
  /** What the stand-in answers, by endpoint; a function answers when it likes. */
  let answers: Record<string, Json>
  let asked: string[]
  const standIn = createServer((request, response) => {
    const endpoint = (request.url ?? '').replace('/api/v2', '')
    request.resume().once('end', () => {
      asked.push(endpoint)
      const answer = answers[endpoint]
      if (typeof answer === 'number') response.writeHead(answer).end('no')
      else if (answer !== 'never') response.end(JSON.stringify(answer ?? { success: false, errors: ['Not found'] }))
    })
  })
  let quantConnect: ReturnType<typeof createQuantConnect>
  before(async () => {
    await new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve))
    const { port } = standIn.address() as AddressInfo // sound: it listens on TCP
    quantConnect = createQuantConnect({ live: `http://127.0.0.1:${port}/api/v2` }, pino({ level: 'silent' }))
  })
  after(() => {
    standIn.close()
    standIn.closeAllConnections()
  })
  beforeEach(() => {
    asked = []
    answers = { '/authenticate': { success: true } }
  })
  const list = (...live: Json[]) => {
    answers['/live/list'] = { success: true, live }
  }
  const look = (activities: readonly Activity[] = [], patience?: number): Promise<RunningNow> =>
    lookWhatRuns(PERSON, activities, quantConnect, patience)
  async function seen(activities?: readonly Activity[]): Promise<readonly RunningAlgorithm[]> {
    const now = await look(activities)
    return 'seen' in now ? now.seen : assert.fail(now.because)
  }

  it('is whatever has not ended, also in a state that is not known here', async () => {
    const states = ['Running', 'Stopped', 'Liquidated', 'RuntimeError', 'LoggingIn', 'Hovering', undefined]
    list(...states.map((status, projectId) => ({ ...ROW, status, projectId })))
    assert.deepEqual(
      (await seen()).map(({ projectId }) => projectId),
      [0, 4, 5, 6],
    )
  })

  it('has its name, its money and its figures, and the largest positions first', async () => {
    list({ ...ROW, environment: 'live', equity: 5 })
    const runtimeStatistics = { Equity: '$101,691.92', Unrealized: '-$12.00' }
    answers['/live/read'] = { success: true, ...ROW, projectName: 'Momentum/US', runtimeStatistics }
    const holdings = Object.fromEntries(
      [1, 2, 3, 4, 5, 6].map((n) => [`S${n} 2XR`, { q: n, v: n === 6 ? -900 : n * 100 }]),
    )
    answers['/live/portfolio/read'] = { success: true, portfolio: { holdings, cash: {} } }
    assert.partialDeepStrictEqual(await seen(), [
      {
        name: 'Momentum/US',
        money: 'real money',
        isReal: true,
        equity: '$101,691.92',
        unrealized: '-$12.00',
        holdings: '6 S6, 5 S5, 4 S4, 3 S3, 2 more',
        launchedAt: LAUNCHED,
      },
    ])
  })

  it('is shown without what QuantConnect leaves out, and cannot be stopped here without its project', async () => {
    list({ status: 'Running' }, { ...ROW, projectId: '7', equity: '12.5' })
    answers['/live/read'] = 502
    const [first, second] = await seen()
    assert.deepEqual(Object.keys(first ?? {}).toSorted(), [
      'brokerage',
      'deployId',
      'isReal',
      'money',
      'name',
      'status',
    ])
    assert.deepEqual([second?.projectId, second?.equity], [7, '12.50'])
    assert.equal(first?.isReal, true, 'what is not known to be play money is real')
  })

  for (const [what, facts, isReal] of [
    ['QuantConnect’s own paper brokerage', { brokerage: 'PaperBrokerage', environment: 'paper' }, false],
    ['a brokerage’s paper account', { brokerage: 'InteractiveBrokers', environment: 'paper' }, false],
    ['a brokerage', { brokerage: 'InteractiveBrokers', environment: 'live' }, true],
    ['a brokerage that does not say', { brokerage: 'InteractiveBrokers' }, true],
  ] as const) {
    it(`is marked by whose money it is: ${what}`, async () => {
      list({ ...ROW, ...facts })
      const [one] = await seen()
      assert.equal(one?.isReal, isReal)
    })
  }

  it('is looked at one by one only so far, and listed all the same', async () => {
    list(...Array.from({ length: 30 }, (_, projectId) => ({ ...ROW, projectId })))
    answers['/live/read'] = { success: true, ...ROW }
    assert.equal((await seen()).length, 30)
    assert.equal(asked.filter((endpoint) => endpoint === '/live/read').length, 10)
  })

  it('names who started it, by the record of about that time', async () => {
    const start = { kind: 'sent', ref: 'r', tool: 'create_live_algorithm', ids: { projectId: 7 }, count: 1 } as const
    const at = (minutes: number, more: Partial<Activity>): Activity => ({
      ...start,
      at: LAUNCHED + minutes * 60_000,
      outcome: 'done',
      ...more,
    })
    list(ROW)
    const by = async (...activities: Activity[]) => (await seen(activities))[0]?.startedBy
    assert.equal(await by(at(-1, { client: 'Desk' })), 'Desk')
    assert.equal(await by(at(-1, { client: 'Desk', outcome: 'unknown' })), 'Desk')
    assert.equal(await by(at(-20, { client: 'Desk' })), undefined)
    assert.equal(await by(at(-1, { client: 'Desk', outcome: 'failed' })), undefined)
    assert.equal(await by(at(-1, { client: 'Desk', ids: { projectId: 8 } })), undefined)
    assert.equal(await by(at(-1, { client: 'Desk', tool: 'read_live_algorithm' })), undefined)
  })

  it('is not known when QuantConnect refuses, fails or says nothing', async () => {
    const unknown = async (patience?: number) => {
      const now = await look([], patience)
      return 'unknown' in now ? `${now.unknown}: ${now.because}` : assert.fail('seen')
    }
    answers['/live/list'] = { success: false, errors: ['Later.'] }
    assert.equal(await unknown(), 'no-answer: QuantConnect refuses to say it: Later.')
    answers['/live/list'] = { success: true }
    assert.match(await unknown(), /^no-answer: QuantConnect does not answer/)
    answers['/live/list'] = 502
    assert.match(await unknown(), /^no-answer: QuantConnect gives no usable answer \(HTTP 502\)\.$/)
    answers['/live/list'] = 'never'
    assert.match(await unknown(100), /^no-answer: QuantConnect does not answer/)
    answers['/live/list'] = 401
    answers['/authenticate'] = { success: false, errors: ["Hash doesn't match."] }
    assert.match(await unknown(), /^refused-token: QuantConnect refuses your API token/)
  })

  it('is seen while the assistants of its account keep QuantConnect busy', async () => {
    list(ROW)
    answers['/projects/read'] = 'never'
    const stopped = new AbortController()
    const calls = Array.from({ length: 72 }, () =>
      quantConnect.call(PERSON, '/projects/read', {}, { retry: true, signal: stopped.signal }).catch(() => 'stopped'),
    )
    await until('all turns to be taken', () => asked.length >= 8 || undefined)
    assert.equal((await quantConnect.call(PERSON, '/projects/read', {}, { retry: true })).kind, 'busy')
    assert.equal((await seen()).length, 1)
    stopped.abort()
    await Promise.all(calls)
  })

  it('is one project’s while something runs there, and nothing when it has ended or there is none', async () => {
    list({ ...ROW, status: 'Stopped' }, { ...ROW, projectId: 8 }, ROW)
    answers['/live/portfolio/read'] = { success: true, portfolio: { holdings: { 'SPY R': { q: 2 } } } }
    const found = { projectId: 7, deployId: 'L-7', holdings: '2 SPY' }
    assert.partialDeepStrictEqual(await lookAtProject(PERSON, 7, quantConnect), found)
    list({ ...ROW, status: 'Stopped' }, { ...ROW, projectId: 8 })
    assert.equal(await lookAtProject(PERSON, 7, quantConnect), undefined)
    list()
    assert.equal(await lookAtProject(PERSON, 7, quantConnect), undefined)
    answers['/live/list'] = { success: false, errors: ['Project not found'] }
    assert.equal(await lookAtProject(PERSON, 7, quantConnect), undefined)
    answers['/live/list'] = 502
    assert.partialDeepStrictEqual(await lookAtProject(PERSON, 7, quantConnect), { unknown: 'no-answer' })
  })
})
