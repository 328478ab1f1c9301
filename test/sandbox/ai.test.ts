import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refused } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

const FINE = `from AlgorithmImports import *


class Fine(QCAlgorithm):
    def initialize(self):
        self.add_equity("SPY")
`
const BROKEN = `${FINE}        SYNTAX ERROR\n`

describe('the AI tools of the sandbox', () => {
  const { call } = useFrozenSandbox()
  const ask = (tool: string, args: object) => call(`/ai/tools/${tool}`, { language: 'Py', ...args })
  const main = (content: string) => ({ files: [{ name: 'main.py', content }] })

  it('answers lack success', async () => {
    for (const [tool, args] of [
      ['backtest-init', main(FINE)],
      ['complete', { sentence: 'self.add_eq' }],
      ['error-enhance', { error: { message: 'KeyError' } }],
      ['pep8-convert', main(FINE)],
      ['syntax-check', main(FINE)],
      ['search', { criteria: [{ input: 'indicator', type: 'Docs', count: 1 }] }],
    ] as const) {
      const answer = await ask(tool, args)
      assert.deepEqual([answer.state, answer.version, 'success' in answer], ['End', '2.0', false], tool)
    }
  })

  it('broken code is a finding that names the place', async () => {
    const { state, payload, payloadType } = await ask('syntax-check', main(BROKEN))
    assert.deepEqual([state, payloadType], ['Error', 'list'])
    assert.match(payload[0], /^main\.py:7:\d+ /)
    const init = await ask('backtest-init', main(BROKEN))
    assert.deepEqual([init.state, init.payloadType], ['Error', 'text'])
    assert.deepEqual((await ask('syntax-check', main(FINE))).payload, [])
  })

  it('an initialization needs the main file of its language', async () => {
    const files = [{ name: 'other.py', content: FINE }]
    assert.deepEqual(await ask('backtest-init', { files }), refused('File not found: main.py'))
    assert.deepEqual(await ask('backtest-init', { files, language: 'C#' }), refused('File not found: Main.cs'))
  })

  it('completions are names of the API, in the spelling of the language, as many as fit', async () => {
    const { payload, payloadType } = await ask('complete', { sentence: 'x = self.add_cry' })
    assert.deepEqual([payload, payloadType], [['self.add_crypto', 'self.add_crypto_future'], 'list'])
    const inCSharp = await ask('complete', { language: 'C#', sentence: 'AddEq', responseSizeLimit: 1 })
    assert.deepEqual(inCSharp.payload, ['AddEquity'])
  })

  it('a known error is explained', async () => {
    const { payload } = await ask('error-enhance', { error: { message: "KeyError: 'SPY'", stacktrace: 'x' } })
    assert.match(payload, /not in this slice/)
    assert.deepEqual(await ask('error-enhance', { error: {} }), refused('Invalid argument: error'))
  })

  it('conversion renames the API and leaves text, comments and own names alone', async () => {
    const before = [
      'def Initialize(self):',
      '    self.AddEquity("SPY", Resolution.Daily) # AddEquity, self.AddEquity',
      "    self.Debug('self.SetCash(1)')",
      '    self.MyOwnThing = self.SMA(x, 3).Current.Value',
    ].join('\n')
    const { payload, payloadType } = await ask('pep8-convert', main(before))
    assert.equal(payloadType, 'files')
    assert.deepEqual(payload['main.py'].split('\n'), [
      'def initialize(self):',
      '    self.add_equity("SPY", Resolution.DAILY) # AddEquity, self.AddEquity',
      "    self.debug('self.SetCash(1)')",
      '    self.MyOwnThing = self.sma(x, 3).current.value',
    ])
  })

  it('a search finds as many as were asked for, the fitting ones first', async () => {
    const answer = await ask('search', { criteria: [{ input: 'warm up indicators', type: 'Docs', count: 3 }] })
    assert.equal(answer.retrivals.length, 3)
    assert.match(answer.retrivals[0].content, /indicator/i)
    for (const { url, score, type } of answer.retrivals) {
      assert.match(url, /^https:/)
      assert.ok(score > 0 && score <= 1)
      assert.equal(type, 2)
    }
  })

  it('arguments of a wrong kind are refused', async () => {
    assert.deepEqual(await ask('syntax-check', { files: 'main.py' }), refused('Invalid argument: files'))
    assert.deepEqual(
      await ask('search', { criteria: [{ input: 'x', type: 'Web', count: 1 }] }),
      refused('Invalid argument: criteria'),
    )
    assert.deepEqual(await ask('complete', { language: 'Basic', sentence: '' }), refused('Invalid argument: language'))
  })
})
