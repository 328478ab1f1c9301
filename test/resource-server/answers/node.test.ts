// Which machines a project may run on: what is free, what is busy, and what was passed over.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, PROJECT } from './run-tool.ts'

const node = (id: string, more: object = {}) => ({
  id,
  name: `Name of ${id}`,
  sku: 'L-MICRO',
  description: '1 cores, 0.5 GB',
  speed: 3,
  cpu: 1,
  ram: 0.5,
  hasGpu: 0,
  assets: 10,
  price: { monthly: 24, yearly: 240 },
  busy: false,
  usedBy: '',
  userProfile: '',
  projectId: null,
  projectName: '',
  host: null,
  active: false,
  ...more,
})
const BUSY = { busy: true, usedBy: 'Ada Example', projectName: 'Momentum', projectId: 1 }
const body = (live: object[], more: object = {}) => ({
  nodes: {
    backtest: [node('b1'), node('b2', BUSY), node('b3', BUSY)],
    research: [node('r1', BUSY)],
    live,
  },
  autoSelectNode: true,
  success: true,
  ...more,
})
const read = (live: object[], more: object = {}) =>
  answerOf('read_project_nodes', { projectId: PROJECT }, body(live, more))

describe('the nodes of a project', () => {
  it('are told as rows: size, whether busy and with what', async () => {
    const { data, summary } = await read([node('LN-1', BUSY), node('LN-2')])
    const idle = { sku: 'L-MICRO', cpu: 1, ram: 0.5, busy: false, active: false }
    const busy = { ...idle, busy: true, usedBy: 'Ada Example', projectName: 'Momentum' }
    const row = (id: string, rest: object) => ({ id, name: `Name of ${id}`, ...rest })
    assert.deepEqual(data, {
      projectId: PROJECT,
      autoSelectNode: true,
      nodes: {
        backtest: [row('b1', idle), row('b2', busy), row('b3', busy)],
        research: [row('r1', busy)],
        live: [row('LN-1', busy), row('LN-2', idle)],
      },
    })
    assert.match(summary, /backtest 3, 1 free; research 1, 0 free; live 2, 1 free/)
  })

  it('offer a free live node, never one that is busy', async () => {
    const { summary, next } = await read([node('LN-1', BUSY), node('LN-2')])
    assert.match(next, /nodeId LN-2/)
    assert.doesNotMatch(`${summary} ${next}`, /LN-1/)
  })

  it('offer the free one that the project is limited to, not a busy one that it is limited to', async () => {
    const live = [node('LN-1'), node('LN-2', { ...BUSY, active: true }), node('LN-3', { active: true })]
    assert.match((await read(live, { autoSelectNode: false })).next, /nodeId LN-3/)
  })

  it('offer none when all live nodes are busy, or when there is none', async () => {
    for (const live of [[node('LN-1', BUSY), node('LN-2', { ...BUSY, active: true })], []]) {
      const { summary, next } = await read(live)
      assert.doesNotMatch(`${summary} ${next}`, /LN-\d/)
      assert.match(summary, /No live node is free/)
    }
  })

  it('say who chooses: QuantConnect, or the project that is limited', async () => {
    assert.match((await read([])).summary, /QuantConnect chooses/)
    assert.match((await read([], { autoSelectNode: false })).summary, /limited/)
  })
})

describe('a choice of nodes', () => {
  const choose = (nodes?: string[]) =>
    answerOf('update_project_nodes', { projectId: PROJECT, ...(nodes ? { nodes } : {}) }, body([node('LN-1')]))

  it('is sent as it is, once', async () => {
    const { asked, data } = await choose(['b2', 'r1', 'LN-1'])
    assert.deepEqual(asked, [
      {
        endpoint: '/projects/nodes/update',
        args: { projectId: PROJECT, nodes: ['b2', 'r1', 'LN-1'] },
        options: { retry: false, form: false, secrets: [] },
      },
    ])
    assert.ok(!('ignored' in data))
  })

  it('names the ids that are no node here, and only those', async () => {
    const { data, summary } = await choose(['b1', 'nope', 'LN-1', 'x9'])
    assert.deepEqual(data.ignored, ['nope', 'x9'])
    assert.match(summary, /nope, x9/)
  })

  it('may be left to QuantConnect', async () => {
    assert.ok(!('ignored' in (await choose()).data))
    assert.deepEqual((await choose([])).asked[0]?.args, { projectId: PROJECT, nodes: [] })
  })
})
