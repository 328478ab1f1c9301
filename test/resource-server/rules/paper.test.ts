// What a connection that may trade on paper only may do, by what QuantConnect says of what runs. What it does not say counts
// as real money.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Answer } from '../../../src/quantconnect/answer.ts'
import { mayTradeRealMoney } from '../../../src/quantconnect/deployments.ts'
import { paper } from '../../../src/resource-server/rules/paper.ts'
import type { Money } from '../../../src/resource-server/tools/tool.ts'

const ON_PAPER = { projectId: 1, deployId: 'L-1', status: 'Running', brokerage: 'PaperBrokerage', environment: 'paper' }
const REAL = { projectId: 2, deployId: 'L-2', status: 'Running', brokerage: 'TradierBrokerage', environment: 'live' }
const OWN = { organizations: [{ id: 'own', members: 1 }] }

/** What QuantConnect answers, by endpoint; whatever is missing it refuses. */
type World = Readonly<Record<string, object>>

const look =
  (world: World) =>
  async (endpoint: string): Promise<Answer> => {
    const body = world[endpoint]
    return body ? { kind: 'done', body: { ...body } } : { kind: 'refused', reasons: ['No.'] }
  }

/** What becomes of a call: why it is refused, or `allowed`. */
async function ruled(money: Money, args: Record<string, unknown>, world: World, paperOnly = true): Promise<string> {
  const said = await paper({ tool: { money }, args, allowance: { paperOnly }, look: look(world) })
  return typeof said === 'object' ? said.reason : 'allowed'
}

describe('what trades with real money', () => {
  for (const [state, may] of [
    [{ ...REAL, status: 'Running' }, true],
    [{ ...REAL, status: 'LoggingIn' }, true],
    [{ ...REAL, status: 'PendingInput' }, true],
    [{ ...REAL, status: 'Invalid' }, true],
    [{ ...REAL, status: 'unheard of' }, true],
    [{ ...REAL, status: undefined }, true],
    [{ ...ON_PAPER, brokerage: undefined }, true],
    [{ ...ON_PAPER, environment: 'live' }, true],
    [{}, true],
    [{ ...REAL, status: 'Stopped' }, false],
    [{ ...REAL, status: 'Liquidated' }, false],
    [{ ...REAL, status: 'RuntimeError' }, false],
    [ON_PAPER, false],
  ] as const) {
    it(`is ${may ? '' : 'not '}${JSON.stringify(state)}`, () => assert.equal(mayTradeRealMoney(state), may))
  }
})

describe('what runs live in a project', () => {
  for (const [what, world, outcome] of [
    ['nothing', { live: [] }, 'allowed'],
    ['something on paper', { live: [ON_PAPER] }, 'allowed'],
    ['real money in another project', { live: [{ ...REAL, projectId: 2 }] }, 'allowed'],
    ['real money that was stopped', { live: [{ ...REAL, projectId: 1, status: 'Stopped' }] }, 'allowed'],
    ['real money', { live: [ON_PAPER, { ...REAL, projectId: 1 }] }, 'paper-only'],
    ['real money that does not say where', { live: [{ ...REAL, projectId: undefined }] }, 'paper-only'],
    ['a row that says nothing', { live: [null] }, 'paper-only'],
    ['no list', {}, 'paper-unknown'],
    ['no list, but null', { live: null }, 'paper-unknown'],
    ['no answer', undefined, 'paper-unknown'],
  ] as const) {
    it(`${what}: ${outcome}`, async () => {
      const answers: World = world ? { '/live/list': world } : {}
      assert.equal(await ruled('by-project', { projectId: 1 }, answers), outcome)
      assert.equal(await ruled('for-others', { projectId: 1, liveControl: false }, answers), outcome)
      const brokerage = { id: 'QuantConnectBrokerage' }
      assert.equal(await ruled('by-brokerage', { projectId: 1, brokerage }, answers), outcome)
    })
  }
})

describe('what runs live in an organization', () => {
  const inProject = (organizationId: unknown) => ({ '/projects/read': { projects: [{ organizationId }] } })
  for (const [what, world, outcome] of [
    ['nothing', { '/live/list': { live: [] }, '/organizations/list': OWN }, 'allowed'],
    ['on paper', { '/live/list': { live: [ON_PAPER] }, '/organizations/list': OWN }, 'allowed'],
    ['real money', { '/live/list': { live: [REAL] }, '/organizations/list': OWN, ...inProject('own') }, 'paper-only'],
    ['elsewhere', { '/live/list': { live: [REAL] }, '/organizations/list': OWN, ...inProject('other') }, 'allowed'],
    ['who knows where', { '/live/list': { live: [REAL] }, '/organizations/list': OWN }, 'paper-only'],
    ['no project', { '/live/list': { live: [REAL] }, '/organizations/list': OWN, ...inProject(null) }, 'paper-only'],
    ['no list', { '/live/list': {}, '/organizations/list': OWN }, 'paper-unknown'],
    ['no answer', { '/organizations/list': OWN }, 'paper-unknown'],
    ['nobody knows whose', { '/live/list': { live: [] } }, 'paper-unknown'],
    [
      'what other members run',
      { '/live/list': { live: [] }, '/organizations/list': { organizations: [{ id: 'own', members: 2 }] } },
      'paper-only',
    ],
    [
      'a number of members that is not told',
      { '/live/list': { live: [] }, '/organizations/list': { organizations: [{ id: 'own' }] } },
      'paper-only',
    ],
    [
      'an organization by another spelling',
      { '/live/list': { live: [] }, '/organizations/list': { organizations: [{ id: 'OWN', members: 1 }] } },
      'paper-only',
    ],
  ] as const) {
    it(`${what}: ${outcome}`, async () => {
      assert.equal(await ruled('by-organization', { organizationId: 'own' }, world as World), outcome)
    })
  }
})

describe('live control for somebody else', () => {
  const QUIET: World = { '/live/list': { live: [] } }
  for (const [args, outcome] of [
    [{ liveControl: false }, 'allowed'],
    [{ collaborationLiveControl: false }, 'allowed'],
    [{ liveControl: true }, 'paper-only'],
    [{ collaborationLiveControl: true }, 'paper-only'],
    [{ liveControl: 'false' }, 'paper-only'],
    [{}, 'paper-only'],
  ] as const) {
    it(`${JSON.stringify(args)}: ${outcome}`, async () => {
      assert.equal(await ruled('for-others', { projectId: 1, ...args }, QUIET), outcome)
    })
  }
})

describe('a connection that may use real money', () => {
  for (const money of ['always', 'login', 'by-brokerage', 'by-deployment', 'by-project', 'by-organization'] as const) {
    it(`is asked nothing: ${money}`, async () => {
      assert.equal(await ruled(money, {}, {}, false), 'allowed')
    })
  }
})
