// Whether something was changed when QuantConnect did not do its part: said rightly for each kind of answer, to readers and
// to writers. A writer that does not know is told how to find out, and not to repeat it before.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refusalResult, wordsOf } from '../../../src/resource-server/calls/refusals.ts'
import type { UpstreamFailure } from '../../../src/resource-server/calls/upstream-words.ts'
import { TOOLS } from '../../../src/resource-server/tools/catalog.ts'
import type { Tool } from '../../../src/resource-server/tools/tool.ts'
import type { Json } from '../../support/json.ts'
import { toolNamed } from './run-tool.ts'

const PLACES = { issuer: 'https://qcgate.example', metadata: 'https://qcgate.example/metadata' }

const told = (answer: UpstreamFailure, tool: Tool) => {
  const { isError, structuredContent }: Json = refusalResult(
    wordsOf({ reason: 'quantconnect', answer }, { tool, grantId: 'g', places: PLACES }),
  )
  assert.equal(isError, true)
  const { error, next } = structuredContent as { error: string; next: string }
  return { error, next, both: `${error} ${next}` }
}

/** `unchanged`: said to have changed nothing. `unknown`: said not to be known. `silent`: neither is claimed. */
type Fate = 'unchanged' | 'unknown' | 'silent'
const fateOf = (words: string): Fate => {
  const unchanged = /nothing was changed|was not sent/i.test(words)
  const unknown = /unknown whether/i.test(words)
  assert.ok(!(unchanged && unknown), words)
  return unchanged ? 'unchanged' : unknown ? 'unknown' : 'silent'
}

const table: [name: string, answer: UpstreamFailure, reader: Fate, writer: Fate, says: RegExp][] = [
  ['a refusal', { kind: 'refused', reasons: ['Bad name'] }, 'unchanged', 'unchanged', /Bad name/],
  [
    'a bad API token',
    { kind: 'credentials', reasons: ['Hash'] },
    'unchanged',
    'unchanged',
    /Hash.*qcgate\.example\/account/,
  ],
  ['a wrong clock', { kind: 'clock' }, 'unchanged', 'unchanged', /clock.*no token/s],
  ['data that keeps loading', { kind: 'loading' }, 'silent', 'silent', /again in a minute/],
  ['something too large', { kind: 'too-large' }, 'unchanged', 'unchanged', /413.*smaller/s],
  ['too many calls', { kind: 'rate-limited' }, 'unchanged', 'unchanged', /429.*a minute/s],
  [
    'too many calls, with a time',
    { kind: 'rate-limited', retryAfter: 17 },
    'unchanged',
    'unchanged',
    /Wait 17 seconds/,
  ],
  ['a full queue', { kind: 'busy' }, 'unchanged', 'unchanged', /waiting/],
  ['a redirect', { kind: 'redirect', location: 'https://evil.example' }, 'unchanged', 'unknown', /redirect/],
  ['no answer in time', { kind: 'timeout' }, 'unchanged', 'unknown', /in time/],
  ['an error of QuantConnect', { kind: 'unavailable', status: 500, sent: true }, 'unchanged', 'unknown', /HTTP 500/],
  ['a lost answer', { kind: 'unavailable', sent: true }, 'unchanged', 'unknown', /no usable answer/],
  ['a request that was not sent', { kind: 'unavailable', sent: false }, 'unchanged', 'unchanged', /did not reach/],
  [
    'a pause that is asked for',
    { kind: 'unavailable', status: 503, sent: true, retryAfter: 9 },
    'unchanged',
    'unknown',
    /9 seconds/,
  ],
]

const reader = toolNamed('read_project')
const writer = toolNamed('create_project')

for (const [name, answer, forReader, forWriter, says] of table) {
  describe(name, () => {
    it(`leaves a reader with: ${forReader}`, () => {
      const { both } = told(answer, reader)
      assert.equal(fateOf(both), forReader)
      assert.doesNotMatch(both, /undefined|evil/)
    })

    it(`leaves a writer with: ${forWriter}${forWriter === 'unknown' ? ', and with the call that finds out' : ''}`, () => {
      const { both, next } = told(answer, writer)
      assert.equal(fateOf(both), forWriter)
      assert.match(both, says)
      assert.doesNotMatch(both, /undefined|evil/)
      assert.equal(/do not repeat/i.test(next), forWriter === 'unknown')
      assert.equal(next.includes(writer.verify ?? 'nothing'), forWriter === 'unknown')
    })
  })
}

describe('every tool that changes something', () => {
  for (const tool of TOOLS.filter(({ annotations }) => !annotations.readOnlyHint)) {
    it(`${tool.name} that got no answer names the call that finds out`, () => {
      const { next } = told({ kind: 'timeout' }, tool)
      assert.equal(fateOf(next), 'unknown')
      assert.ok(tool.verify && next.includes(tool.verify))
    })
  }

  it('leaves no reader behind that does not know', () => {
    for (const tool of TOOLS.filter(({ annotations }) => annotations.readOnlyHint)) {
      assert.equal(fateOf(told({ kind: 'timeout' }, tool).next), 'unchanged', tool.name)
    }
  })
})

describe('a refusal that is known', () => {
  const known: [reason: string, leadsTo: RegExp][] = [
    ['There are no spare nodes available', /list_backtests/],
    ['Too many backtest requests', /minute/],
    ['Compile id not found', /create_compile/],
    ['File not found: util.py', /read_file/],
    ['File extension is not valid', /\.py/],
    ['Project not found', /list_projects/],
    ['Backtest not found', /list_backtests/],
    ['Optimization not found', /list_optimizations/],
    ['Optimization already completed', /read_optimization/],
    ['Organization not found', /list_organizations/],
    ['Object not found', /list_object_store_files/],
    ['Node not found', /read_project_nodes/],
    ['Project name already exists', /another name/],
  ]
  for (const [reason, leadsTo] of known) {
    it(`"${reason}" is told as it is, with the way on`, () => {
      const { error, next } = told({ kind: 'refused', reasons: ['One thing.', reason] }, writer)
      assert.ok(error.includes(reason))
      assert.match(next, leadsTo)
    })
  }
})
