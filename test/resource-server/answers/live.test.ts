// What the tools of live trading ask of QuantConnect: windows with both ends, and nothing that it would refuse.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, DEPLOYMENT, PROJECT, takes } from './run-tool.ts'

const rows: [name: string, endpoint: string, list: string][] = [
  ['read_live_orders', '/live/orders/read', 'orders'],
  ['read_live_insights', '/live/insights/read', 'insights'],
  ['read_live_trades', '/live/trades/read', 'trades'],
]

for (const [name, endpoint, list] of rows) {
  describe(name, () => {
    const windows: [args: { start?: number; end?: number }, start: number, end: number][] = [
      [{}, 0, 100],
      [{ start: 40 }, 40, 140],
      [{ start: 50, end: 60 }, 50, 60],
      [{ start: 0, end: 100 }, 0, 100],
      [{ start: 0, end: 101 }, 0, 100],
      [{ start: 200, end: 5000 }, 200, 300],
    ]
    for (const [args, start, end] of windows) {
      it(`asks from ${start} to ${end} when asked for ${JSON.stringify(args)}`, async () => {
        const { asked } = await answerOf(
          name,
          { projectId: PROJECT, ...args },
          { [list]: [], length: 0, success: true },
        )
        assert.deepEqual(asked, [
          { endpoint, args: { projectId: PROJECT, start, end }, options: { retry: true, form: false, secrets: [] } },
        ])
      })
    }

    it('refuses a window that ends before it starts, before anything is sent', () => {
      assert.ok(!takes(name, { projectId: PROJECT, start: 5, end: 5 }))
      assert.ok(takes(name, { projectId: PROJECT, start: 5, end: 6 }))
    })

    it('says that what it tells is a snapshot of some minutes ago', async () => {
      const { summary } = await answerOf(name, { projectId: PROJECT }, { [list]: [], length: 0, success: true })
      assert.match(summary, /ten minutes/)
    })

    it('asks again while QuantConnect is loading', async () => {
      const bodies = [
        { progress: 0.4, status: 'loading', success: true },
        { [list]: [{ id: 1 }], length: 1, success: true },
      ]
      const { asked, data } = await answerOf(name, { projectId: PROJECT }, bodies)
      assert.equal(asked.length, 2)
      assert.equal(data[list].length, 1)
    })
  })
}

describe('read_live_logs', () => {
  const lines = (startLine: number, endLine: number) => ({
    projectId: PROJECT,
    algorithmId: DEPLOYMENT,
    startLine,
    endLine,
  })

  it('takes 250 lines, and refuses 251 before anything is sent', () => {
    assert.ok(takes('read_live_logs', lines(0, 250)))
    assert.ok(takes('read_live_logs', lines(1000, 1250)))
    assert.ok(!takes('read_live_logs', lines(0, 251)))
    assert.ok(!takes('read_live_logs', lines(1000, 1251)))
    assert.ok(!takes('read_live_logs', lines(10, 10)))
  })

  it('asks for JSON, with both lines and the deployment', async () => {
    const { asked } = await answerOf('read_live_logs', lines(10, 20), { logs: [], length: 0, success: true })
    assert.deepEqual(asked[0]?.args, { format: 'json', ...lines(10, 20) })
  })
})

describe('list_live_algorithms', () => {
  it('sends the filter, and no window', async () => {
    const args = { projectId: PROJECT, status: 'Running', start: 3, end: 9 }
    const { asked } = await answerOf('list_live_algorithms', args, { live: [], success: true })
    assert.deepEqual(asked[0]?.args, { projectId: PROJECT, status: 'Running' })
  })
})

const commands: [name: string, endpoint: string, args: object][] = [
  ['stop_live_algorithm', '/live/update/stop', { projectId: PROJECT }],
  ['liquidate_live_algorithm', '/live/update/liquidate', { projectId: PROJECT }],
  ['create_live_command', '/live/commands/create', { projectId: PROJECT, command: { $type: 'QuitCommand' } }],
  [
    'broadcast_live_command',
    '/live/commands/broadcast',
    { organizationId: 'o', excludeProjectId: PROJECT, command: { $type: 'LiquidateCommand' } },
  ],
]
for (const [name, endpoint, args] of commands) {
  it(`${name} is sent once, as it is, and never again by itself`, async () => {
    const { asked } = await answerOf(name, args)
    assert.deepEqual(asked, [{ endpoint, args, options: { retry: false, form: false, secrets: [] } }])
  })
}

it('stopping says that positions stay open, liquidating that they are closed', async () => {
  assert.match((await answerOf('stop_live_algorithm', { projectId: PROJECT })).summary, /stay/)
  assert.match((await answerOf('liquidate_live_algorithm', { projectId: PROJECT })).summary, /clos/)
})
