// Between a look and the act that follows it a person may start something else on quantconnect.com, where no lease reaches.
// So it is looked at again, and the answer and the person's record say what was there.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useServer } from '../support/server.ts'
import { withStore } from '../support/stored.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'
import type { Reply } from '../support/upstream.ts'
import { cut, json, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

/** What QuantConnect does about a request. */
type Answer = { readonly success: boolean; readonly [more: string]: unknown } | Reply
const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
const ON_PAPER = { success: true, deployId: 'L-1', status: 'Running', brokerage: 'PaperBrokerage', projectId: 7 }
const STOPPED = { ...ON_PAPER, status: 'Stopped' }
const REAL = { ...ON_PAPER, deployId: 'L-2', brokerage: 'TradierBrokerage' }
const DONE = { success: true }
const REFUSED = { success: false, errors: ['Not now.'] }
const rows = (...live: object[]) => ({ success: true, live })

const ANOTHER = /another live algorithm was there/
const STARTED = /a live algorithm ran there/
const UNCERTAIN = /could not be looked at again/

describe('what was looked at before, looked at again afterwards', () => {
  const server = useServer({ QUANTCONNECT_API_URL: upstream.url })
  const connection = useConnection(server, { ...EVERYTHING, as: PERSON })
  before(() => connection.change({ scopes: ALL_SCOPES, paperOnly: true }))

  const lastOnRecord = async () => {
    const accountId = (await connection.grant())?.accountId ?? ''
    const [call] = await withStore(server, (store) => createAuditLog(store).calls(accountId))
    return call
  }
  /** Calls a tool while QuantConnect answers like this, in turn. */
  async function call(name: string, args: object, ...answers: Answer[]): Promise<Json> {
    upstream.replies.splice(0)
    upstream.requests.splice(0)
    upstream.replies.push(...answers.map((answer) => ('success' in answer ? json(200, answer) : answer)))
    const result = await callTool(server, connection.token, name, args)
    assert.equal(upstream.requests.length, answers.length, 'a look, the act, a look')
    assertTextAndStructureAgree(result, name)
    return result
  }

  for (const [what, before, afterwards, warning] of [
    ['the same deployment', ON_PAPER, STOPPED, undefined],
    ['another one, of real money', ON_PAPER, REAL, ANOTHER],
    ['another one, on paper too', ON_PAPER, { ...ON_PAPER, deployId: 'L-3' }, ANOTHER],
    ['the same, and not on paper', ON_PAPER, { ...REAL, deployId: 'L-1' }, ANOTHER],
    ['one without an id', ON_PAPER, { ...STOPPED, deployId: undefined }, UNCERTAIN],
    ['one that had no id before', { ...ON_PAPER, deployId: undefined }, STOPPED, UNCERTAIN],
    ['nobody knows what', ON_PAPER, REFUSED, UNCERTAIN],
  ] as const) {
    it(`a stop, and then ${what}: the answer and the record ${warning ? 'say so' : 'say nothing of it'}`, async () => {
      const args = { projectId: 7 }
      const { isError, structuredContent } = await call('stop_live_algorithm', args, before, DONE, afterwards)
      const { outcome, why } = (await lastOnRecord()) ?? {}
      assert.deepEqual([isError, outcome], [undefined, 'done'])
      if (!warning) {
        assert.deepEqual([structuredContent.warning, why], [undefined, undefined])
        return
      }
      assert.match(structuredContent.warning, warning)
      assert.match(structuredContent.summary, warning)
      assert.match(structuredContent.summary, /^Afterwards.*Tell the person/)
      assert.match(why ?? '', warning)
    })
  }

  for (const [name, args] of [
    ['liquidate_live_algorithm', { projectId: 7 }],
    ['create_live_command', { projectId: 7, command: { $type: 'QuitCommand' } }],
  ] as const) {
    it(`${name}, and then another deployment: says so too`, async () => {
      const { structuredContent } = await call(name, args, ON_PAPER, DONE, REAL)
      assert.match(structuredContent.warning, ANOTHER)
    })
  }

  it('a stop that nobody answers, and then another deployment: says so, and that the outcome is unknown', async () => {
    const { isError, structuredContent } = await call('stop_live_algorithm', { projectId: 7 }, ON_PAPER, cut, REAL)
    assert.equal(isError, true)
    assert.match(structuredContent.error, ANOTHER)
    assert.match(structuredContent.next, /unknown whether this was done/)
    const { outcome, why } = (await lastOnRecord()) ?? {}
    assert.equal(outcome, 'unknown')
    assert.match(why ?? '', ANOTHER)
  })

  it('a stop that QuantConnect refuses did nothing, and needs no second look', async () => {
    const { structuredContent } = await call('stop_live_algorithm', { projectId: 7 }, ON_PAPER, REFUSED)
    assert.match(structuredContent.error, /^QuantConnect refused/)
  })

  it('delete_project, and real money runs there afterwards: both say so', async () => {
    const { structuredContent } = await call('delete_project', { projectId: 7 }, rows(), DONE, rows(REAL))
    assert.match(structuredContent.warning, STARTED)
    assert.match((await lastOnRecord())?.why ?? '', STARTED)
  })

  it('delete_project, and afterwards nobody says what runs there: both say so', async () => {
    const { structuredContent } = await call('delete_project', { projectId: 7 }, rows(), DONE, REFUSED)
    assert.match(structuredContent.warning, UNCERTAIN)
    assert.match((await lastOnRecord())?.why ?? '', UNCERTAIN)
  })

  it('is nobody’s concern where real money is allowed: one request', async () => {
    await connection.change({ paperOnly: false })
    assert.equal((await call('stop_live_algorithm', { projectId: 7 }, DONE)).isError, undefined)
  })
})
