// The digest of what goes out, RFC 8785: one for one deed, however it was spelled, and no way to try passwords with it.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { digestOf } from '../../src/resource-server/calls/digest.ts'
import { findTool, secretsOf, TOOLS } from '../../src/resource-server/tools/catalog.ts'
import { coerce } from '../../src/resource-server/tools/coercion.ts'
import { startWith } from '../support/deeds.ts'

const hide = (secret: string) => `hidden ${secret.length}`
const digest = (body: object, repeat = false, secrets: readonly string[] = []) =>
  digestOf({ endpoint: '/live/commands/create', body, repeat }, new Set(secrets), hide)
/** Of a call as it comes in: put in order, then validated. */
function digestOfCall(name: string, args: string, key = hide): string {
  const tool = findTool(name)
  assert.ok(tool, name)
  const given = coerce(tool.input, JSON.parse(args), JSON.parse)
  return digestOf(tool.outgoing(tool.input.parse(given) as Record<string, unknown>), secretsOf(name), key)
}

describe('the digest of what goes out', () => {
  it('is the SHA-256, base64url, of the canonical JSON (RFC 8785 §3.2): members in order, numbers in one form', () => {
    const canonical =
      '{"body":{"a":1e+21,"b":[1,0,"ö€\\n"],"é":null},"endpoint":"/live/commands/create","repeat":false}'
    assert.equal(
      digest({ é: null, b: [1.0, -0, 'ö€\n'], a: 1e21 }),
      createHash('sha256').update(canonical).digest('base64url'),
    )
  })

  it('is the same in whatever order members come, at any depth, and another one for another order of a list', () => {
    assert.equal(
      digest({ projectId: 1, command: { symbol: 'SPY', quantity: 1 } }),
      digest({ command: { quantity: 1, symbol: 'SPY' }, projectId: 1 }),
    )
    assert.notEqual(digest({ list: [1, 2] }), digest({ list: [2, 1] }))
  })

  it('is the same for every spelling of a number, of a default and of what may be left out', () => {
    const backtest = (args: string) => digestOfCall('create_backtest', `{"compileId":"c","backtestName":"b",${args}}`)
    const plain = backtest('"projectId":7')
    for (const args of ['"projectId":7.0', '"projectId":70e-1', '"projectId":"7"', '"repeat":false,"projectId":7']) {
      assert.equal(backtest(args), plain, args)
    }
    assert.equal(backtest('"projectId":7,"parameters":{}'), plain)
    assert.equal(backtest('"projectId":7,"parameters":null'), plain)
    assert.notEqual(backtest('"projectId":7,"parameters":{"fast":1}'), plain)
    const optimize = (more: string) =>
      digestOfCall(
        'create_optimization',
        `{"projectId":7,"name":"o","target":"TotalPerformance.PortfolioStatistics.SharpeRatio","targetTo":"max","compileId":"c","estimatedCost":1,"nodeType":"O2-8","parallelNodes":1,"parameters":[{"name":"p","min":1,"max":2,"step":1}]${more}}`,
      )
    assert.equal(
      optimize(''),
      optimize(',"strategy":"QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy"'),
    )
  })

  it('does not depend on what is not sent: how long to wait', () => {
    const compile = (more: string) => digestOfCall('create_compile', `{"projectId":7${more}}`)
    assert.equal(compile(''), compile(',"waitSeconds":0'))
  })

  it('depends on `repeat`, which is not sent', () => {
    assert.notEqual(digest({ a: 1 }), digest({ a: 1 }, true))
    const plain = digestOfCall('create_live_command', '{"projectId":7,"command":{}}')
    assert.notEqual(digestOfCall('create_live_command', '{"projectId":7,"command":{},"repeat":true}'), plain)
    assert.equal(digestOfCall('create_live_command', '{"projectId":7,"command":{},"repeat":"false"}'), plain)
  })

  it('depends on tool and body: no two calls of different endpoints have the same', () => {
    const stop = digestOfCall('stop_live_algorithm', '{"projectId":7}')
    assert.notEqual(digestOfCall('liquidate_live_algorithm', '{"projectId":7}'), stop)
    assert.notEqual(digestOfCall('stop_live_algorithm', '{"projectId":8}'), stop)
  })

  it('has secrets as what a key makes of them, wherever they stand, so that nobody can try passwords without it', () => {
    const login = (password: string) => ({
      brokerage: { id: 'X', 'ib-password': password },
      list: [{ 'ib-password': 'p' }],
    })
    const canonical = JSON.stringify({
      body: {
        brokerage: { 'ib-password': { hmac: 'hidden 6' }, id: 'X' },
        list: [{ 'ib-password': { hmac: 'hidden 1' } }],
      },
      endpoint: '/live/commands/create',
      repeat: false,
    })
    assert.equal(
      digest(login('secret'), false, ['ib-password']),
      createHash('sha256').update(canonical).digest('base64url'),
    )
    const start = (password: string, key: typeof hide) =>
      digestOfCall('create_live_algorithm', JSON.stringify(startWith(password)), key)
    assert.equal(
      start('one of ten', () => 'x'),
      start('another 10', () => 'x'),
    )
    assert.notEqual(
      start('one', (secret) => secret),
      start('two', (secret) => secret),
    )
  })

  it('takes any text, half of a surrogate pair too (RFC 7493 §2.1)', () => {
    assert.ok(digest({ '\ud800': '\udc00', whole: '😀' }))
    assert.notEqual(digest({ a: '😀' }), digest({ a: '\ud83d' }))
  })

  it('tells any two of the tools that change something apart', () => {
    const writers = TOOLS.filter(({ annotations }) => !annotations.readOnlyHint)
    const endpoints = writers.map(({ endpoint }) => endpoint)
    assert.ok(endpoints.every(Boolean))
    // Two of them change a file, each by a member of its own.
    assert.deepEqual(
      endpoints.filter((one, i) => endpoints.indexOf(one) !== i),
      ['/files/update'],
    )
  })
})
