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

  it('a completion looks at the last word, however long the text before it', async () => {
    const long = 'a'.repeat(1_000_000)
    const begun = async (sentence: string) => (await ask('complete', { sentence })).payload
    const names = await begun('self.add_eq')
    assert.ok(names.length)
    for (const before of [`${long} `, `${long}! `, `${long}.`.repeat(3)]) {
      assert.deepEqual(await begun(`${before} self.add_eq`), names)
    }
    assert.deepEqual(await begun(`${long}!`), await begun('!'))
  })

  it('strings without an end, and names without one, are left alone by a conversion', async () => {
    for (const code of [
      '\\"'.repeat(100_000),
      `'''${'x\n'.repeat(100_000)}`,
      `"${'\\"'.repeat(100_000)}\n`,
      `Resolution.${'A'.repeat(200_000)}`,
      `${'"""\n'.repeat(50_001)}self.SetCash(1)`,
    ]) {
      assert.equal((await ask('pep8-convert', main(code))).payload['main.py'], code)
    }
    const { payload } = await ask('pep8-convert', main('x = "no end\nself.SetCash(1)\nResolution.Daily\n'))
    assert.equal(payload['main.py'], 'x = "no end\nself.set_cash(1)\nResolution.DAILY\n')
  })

  it('a search reads the first fifty words of a query', async () => {
    const search = async (input: string) =>
      (await ask('search', { criteria: [{ input, type: 'Docs', count: 2 }] })).retrivals
    const [best] = await search('scheduled events')
    assert.deepEqual((await search(`scheduled events ${'zzzzz '.repeat(200_000)}`)).at(0).url, best.url)
    const fifty = Array.from({ length: 50 }, (_, i) => String.fromCharCode(97 + (i % 26)).repeat(9 + (i >> 4)))
    const late = await search(`${fifty.join(' ')} scheduled events`)
    assert.deepEqual(late, await search(fifty.join(' ')))
  })

  it('files of a million characters at most are taken, and of code the first 200,000 are checked', async () => {
    const long = { files: [1, 2, 3].map((at) => ({ name: `${at}.py`, content: 'a = 1\n'.repeat(60_000) })) }
    for (const tool of ['syntax-check', 'pep8-convert', 'backtest-init'])
      assert.match((await ask(tool, long)).errors[0], /over the limit of 1000000 characters/)
    const broken = { name: 'z.py', content: 'def broken(:\n' }
    const check = async (...files: object[]) => (await ask('syntax-check', { files })).payload.length
    assert.equal(await check({ name: 'a.py', content: 'a = 1\n'.repeat(30_000) }, broken), 1)
    assert.equal(await check({ name: 'a.py', content: 'a = 1\n'.repeat(33_333) }, broken), 0)
    assert.equal(await check({ name: 'a.py', content: 'a = 1\n'.repeat(33_333) }, { ...broken, name: 'main.py' }), 1)
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
