// What models and their programs send in another type than a tool wants. Where that can mean one thing only it is taken, and
// whatever else looks at a call, the rules and the record, sees what the tool sees.
import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, it } from 'node:test'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import type { Call } from '../../src/audit/records.ts'
import { useConnectionTo } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, message, mirror, modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { withStore } from '../support/stored.ts'
import { json, NO_NAME, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()

describe('an argument in another type', () => {
  after(() => upstream.close())
  const { server, connection } = useConnectionTo(upstream.url)
  beforeEach(() => void upstream.requests.splice(0))

  /** What QuantConnect was sent for a call of this tool. */
  async function sent(
    name: string,
    args: object,
    before = name === 'create_live_algorithm' ? [NO_NAME] : [],
  ): Promise<Json> {
    upstream.requests.splice(0)
    upstream.replies.splice(0)
    upstream.replies.push(...before, json(200, { success: false, errors: ['Enough was seen'] }))
    const { error } = (await callTool(server, connection.token, name, args)).structuredContent
    assert.match(error, /Enough was seen/, JSON.stringify(args))
    return JSON.parse(upstream.requests.at(-1)?.body ?? '')
  }
  /** What a model is told of arguments that do not fit; QuantConnect was sent nothing. */
  async function misfit(name: string, args: object): Promise<string> {
    upstream.requests.splice(0)
    const { isError, structuredContent } = await callTool(server, connection.token, name, args)
    assert.equal(isError, true, JSON.stringify(args))
    assert.match(structuredContent.error, /do not fit/)
    assert.equal(upstream.requests.length, 0)
    return structuredContent.error
  }
  const live = (brokerage: unknown, more: object = {}) => ({
    projectId: 7,
    compileId: 'c',
    nodeId: 'LN-1',
    brokerage,
    ...more,
  })

  describe('that is text', () => {
    it('counts as the number that it spells, where a number is wanted', async () => {
      assert.equal((await sent('read_project', { projectId: '10150461' })).projectId, 10_150_461)
      for (const [text, number] of [
        ['1', 1],
        ['7.0', 7],
        ['2.50', 2.5],
        ['-3', -3],
        ['1e-05', 0.00001],
        ['9007199254740991', 9_007_199_254_740_991],
      ] as const) {
        const parameters = [{ name: 'fast', min: text, max: 1e16, step: 1 }]
        const { parameters: arrived } = await sent('estimate_optimization_time', { ...SEARCH, parameters })
        assert.equal(arrived[0].min, number)
      }
    })

    it('is no number when it is not exactly one', async () => {
      const odd = [
        '1e999',
        '0x10',
        ' 5 ',
        '5 ',
        '+5',
        '05',
        '.5',
        '5.',
        '1_000',
        '1,000',
        '5px',
        '٥',
        '５',
        'NaN',
        'Infinity',
      ]
      const lossy = ['12345678901234567890', '9007199254740993', '0.12345678901234567890123', '1e-400', '-0']
      for (const text of [...odd, ...lossy, '9'.repeat(100_000)]) {
        const parameters = [{ name: 'fast', min: text, max: 1e16, step: 1 }]
        assert.match(
          await misfit('estimate_optimization_time', { ...SEARCH, parameters }),
          /expected number, received string/,
        )
      }
      assert.match(await misfit('read_project', { projectId: '1.5' }), /expected int/)
    })

    it('counts as true or false where that is wanted, and in no other spelling', async () => {
      const rights = { projectId: 7, collaboratorUserId: 'p', liveControl: 'false' }
      const { liveControl, write } = await sent('update_project_collaborator', { ...rights, write: 'true' })
      assert.deepEqual([liveControl, write], [false, true])
      for (const odd of ['True', 'yes', '1', '', ' true', 'toString']) {
        assert.match(
          await misfit('update_project_collaborator', { ...rights, write: odd }),
          /expected boolean, received string/,
        )
      }
    })

    it('counts as the object or the list that it spells, at any depth, and so do all arguments together', async () => {
      assert.deepEqual(await sent('create_live_command', { projectId: 7, command: '{"$type":"X","at":"1"}' }), {
        projectId: 7,
        command: { $type: 'X', at: '1' },
      })
      const cash = JSON.stringify([{ amount: '5', currency: 'USD' }, JSON.stringify({ amount: 6, currency: 'EUR' })])
      const body = await sent('create_live_algorithm', live(JSON.stringify({ id: 'QuantConnectBrokerage', cash })))
      assert.deepEqual(body.brokerage.cash, [
        { amount: 5, currency: 'USD' },
        { amount: 6, currency: 'EUR' },
      ])
      upstream.replies.push(json(200, { success: true, projects: [{ projectId: 7 }] }))
      const call = toolCall('read_project')
      const params = { ...call.params, arguments: JSON.stringify({ projectId: '7', start: null }) }
      const { result } = await message(await rpc(server, connection.token, { ...call, params }))
      assert.equal(result.structuredContent.projects[0].projectId, 7)
    })

    it('counts so for a client of 2026-07-28 too, and in a batch of 2025', async () => {
      const params = { name: 'read_project', arguments: { projectId: '7' } }
      await rpc(server, connection.token, modern('tools/call', params), mirror('tools/call', 'read_project'))
      await (await rpc(server, connection.token, [toolCall('read_project', { projectId: '8' })])).text()
      assert.deepEqual(
        upstream.requests.map(({ body }) => JSON.parse(body)),
        [{ projectId: 7 }, { projectId: 8 }],
      )
    })

    it('is no object and no list when it is not exactly one, or holds a trap', async () => {
      for (const odd of [
        '{',
        '{"a":1} ',
        '{"a":1}{}',
        "{'a':1}",
        '[1]',
        '"{}"',
        'null',
        '{"__proto__":{"a":1}}',
        '{"a":[{"\\u005f_proto__":1}]}',
      ]) {
        assert.match(await misfit('create_live_command', { projectId: 7, command: odd }), /expected record/, odd)
      }
      for (const odd of ['greeting.txt', '["a",]', '["a"] ', '{"0":"a"}', '']) {
        const args = { organizationId: 'o', keys: odd }
        assert.match(await misfit('read_object_store_file_job_id', args), /expected array, received string/, odd)
      }
    })

    it('stays text where text is taken, whatever it looks like', async () => {
      for (const text of ['123', 'true', 'null', '{"a":1}', '[1]', ' ']) {
        assert.equal((await sent('create_project', { name: text, language: 'Py' })).name, text)
        const parameters = { fast: text, slow: 5 }
        const args = { projectId: 7, compileId: 'c', backtestName: text, parameters }
        assert.deepEqual((await sent('create_backtest', args)).parameters, parameters)
        assert.equal((await sent('update_file_contents', { projectId: 7, name: text, content: text })).content, text)
      }
    })

    it('says each of its members once, by the last of a name, to everyone who looks', async () => {
      const command = '{"a":1,"a":2}'
      assert.deepEqual((await sent('create_live_command', { projectId: 7, command })).command, { a: 2 })
    })

    it('is bounded as a body is: in depth, in values, and all texts of a body together', async () => {
      const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
      const list = (length: number) => JSON.stringify(new Array(length).fill('k'))
      const keys = (text: string) => ({ organizationId: 'o', keys: text })
      assert.ok(await sent('create_live_command', { projectId: 7, command: deep(58) }))
      assert.ok(await sent('read_object_store_file_job_id', keys(list(9_000))))
      await misfit('create_live_command', { projectId: 7, command: deep(65) })
      await misfit('create_live_command', { projectId: 7, command: deep(300_000) })
      await misfit('read_object_store_file_job_id', keys(list(10_001)))
      const within = await rpc(
        server,
        connection.token,
        toolCall('create_live_command', { projectId: 7, command: deep(63) }),
      )
      assert.equal(within.status, 400)
      assert.match((await message(within)).error.message, /64 levels/)
      const files = new Array(5).fill(JSON.stringify({ name: 'a.py', content: 'x', more: new Array(3_000).fill(1) }))
      const said = await misfit('update_code_to_pep8', { files })
      assert.match(said, /Unrecognized key: "more"[\s\S]*expected object, received string[\s\S]*at files\[3\]/)
    })
  })

  describe('that is null, or empty', () => {
    it('is absent where it may be left out, at any depth', async () => {
      const window = { start: null, end: '' }
      assert.deepEqual(await sent('read_project', { projectId: 7, ...window }), { projectId: 7 })
      assert.deepEqual(await sent('read_project', { projectId: '', ...window }), { start: 0, end: 50 })
      const holdings = [{ symbolId: null, symbol: 'SPY', quantity: '', averagePrice: null }]
      const brokerage = { id: 'QuantConnectBrokerage', cash: null, holdings }
      const body = await sent('create_live_algorithm', live(brokerage, { versionId: '', dataProviders: null }))
      assert.equal(body.versionId, '-1')
      assert.deepEqual(body.brokerage, { id: 'QuantConnectBrokerage', cash: [], holdings: [{ symbol: 'SPY' }] })
      const tastytrade = { id: 'TastytradeBrokerage', 'tastytrade-account-number': '5', 'tastytrade-refresh-token': '' }
      assert.match((await sent('create_live_algorithm', live(tastytrade), [])).brokerage, /tastytrade/)
    })

    it('is refused where it may not, in the words for what was sent', async () => {
      assert.match(await misfit('read_file', { projectId: null }), /expected number, received null/)
      assert.match(
        await misfit('update_file_contents', { projectId: 7, name: 'a.py', content: '' }),
        /refuses an empty text/,
      )
      assert.match(await misfit('create_project', { name: '', language: null }), /Too small[\s\S]*Invalid option/)
      const args = { organizationId: 'o', keys: ['a', null] }
      assert.match(await misfit('read_object_store_file_job_id', args), /received null[\s\S]*keys\[1\]/)
    })

    it('stays what it is where it can be meant', async () => {
      assert.equal((await sent('update_project', { projectId: 7, description: '' })).description, '')
      assert.deepEqual(await sent('create_live_command', { projectId: 7, command: { a: null, b: '' } }), {
        projectId: 7,
        command: { a: null, b: '' },
      })
    })
  })

  describe('under a misspelt name', () => {
    it('is refused with the name that was meant', async () => {
      for (const odd of ['project_id', 'ProjectID', 'projectid', 'project-id', 'projctId', 'porjectId', 'project']) {
        assert.match(await misfit('read_file', { [odd]: 7 }), new RegExp(`"${odd}" \\(did you mean projectId\\?\\)`))
      }
      const parameters = [{ name: 'fast', min: 1, max: 2, steps: 1 }]
      const said = await misfit('estimate_optimization_time', { ...SEARCH, parameters })
      assert.match(said, /"steps" \(did you mean step\?\)[\s\S]*parameters\[0\]/)
      assert.match(await misfit('create_live_algorithm', live({ id: 'QuantConnectBrokerage', csh: [] })), /mean cash\?/)
    })

    it('is refused without a guess where nothing is close, or the name that is was given too', async () => {
      assert.doesNotMatch(await misfit('read_file', { projectId: 7, limit: 5 }), /did you mean/)
      assert.doesNotMatch(await misfit('read_file', { projectId: 7, project_id: 8 }), /did you mean/)
      assert.doesNotMatch(await misfit('read_file', { projectId: 7, ['x'.repeat(9_000)]: 8 }), /did you mean/)
    })

    it('or with a misspelt choice is answered with the choice that was meant', async () => {
      assert.match(await misfit('create_project', { name: 'x', language: 'py' }), /\(did you mean Py\?\)/)
      assert.match(await misfit('create_live_algorithm', live({ id: 'TradierBrokrage' })), /mean TradierBrokerage\?/)
      assert.doesNotMatch(await misfit('create_project', { name: 'x', language: 'Rust' }), /did you mean/)
    })
  })

  describe('gets past no rule and no record', () => {
    afterEach(() => connection.change({ paperOnly: false }))
    const refusal = async (name: string, args: object) => {
      upstream.requests.splice(0)
      const { structuredContent } = await callTool(server, connection.token, name, args)
      return [structuredContent.rule, upstream.requests.length]
    }

    it('on a connection for paper: a real brokerage, or live control for others, is refused in any form', async () => {
      await connection.change({ paperOnly: true })
      const real = JSON.stringify({ id: 'BitfinexBrokerage', 'bitfinex-api-key': 'k', 'bitfinex-api-secret': 's' })
      const twice = real.replace('{', '{"id":"QuantConnectBrokerage",')
      const control = (value: unknown) => ({
        projectId: '7',
        collaboratorUserId: 'p',
        liveControl: value,
        write: 'true',
      })
      for (const brokerage of [real, twice]) {
        assert.deepEqual(await refusal('create_live_algorithm', live(brokerage)), ['paper', 0])
      }
      assert.deepEqual(await refusal('update_project_collaborator', control('true')), ['paper', 0])
      assert.match(await misfit('update_project_collaborator', control(null)), /liveControl/)
    })

    it('on a connection for paper: what is looked at is the project that the call reaches', async () => {
      await connection.change({ paperOnly: true })
      const paper = { success: true, deployId: 'L-1', status: 'Running', brokerage: 'PaperBrokerage' }
      upstream.replies.push(json(200, paper), json(200, { success: true }), json(200, paper))
      await callTool(server, connection.token, 'stop_live_algorithm', { projectId: '7.0' })
      assert.deepEqual(
        upstream.requests.map(({ body }) => JSON.parse(body)),
        [{ projectId: 7 }, { projectId: 7 }, { projectId: 7 }],
      )
    })

    it('its secrets are struck out of an answer, though they came inside a text', async () => {
      const secret = 'a-secret-of-bitfinex'
      upstream.replies.push(NO_NAME, json(200, { success: false, errors: [`Bad key ${secret}`] }))
      const brokerage = { id: 'BitfinexBrokerage', 'bitfinex-api-key': 'k', 'bitfinex-api-secret': secret }
      const args = live(JSON.stringify(brokerage))
      const result = await callTool(server, connection.token, 'create_live_algorithm', args)
      assert.match(result.structuredContent.error, /Bad key \[secret\]/)
    })

    it('the record has the ids that the tool ran with', async () => {
      await callTool(server, connection.token, 'read_backtest', { projectId: '4711', backtestId: '12' })
      const accountId = (await connection.grant())?.accountId ?? ''
      const calls: Call[] = await withStore(server, (store) => createAuditLog(store).calls(accountId))
      assert.deepEqual(calls.find(({ ids }) => ids.projectId === 4711)?.ids, { projectId: 4711, backtestId: '12' })
    })
  })
})

const SEARCH = {
  projectId: 7,
  name: 'Averages',
  target: 'TotalPerformance.PortfolioStatistics.SharpeRatio',
  targetTo: 'max',
}
