// What a person's record says of a call: what a trader wants to know of it, on one line, and nothing secret.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secretsOf, toolList } from '../../src/resource-server/tools/catalog.ts'
import { BROKERAGE_NAMES } from '../../src/resource-server/tools/families/live-brokerages.ts'
import type { LookUp } from '../../src/resource-server/tools/tool.ts'
import { inTradersWords } from '../../src/resource-server/tools/words.ts'
import type { Json } from '../support/json.ts'
import { toolNamed } from './answers/run-tool.ts'
import { argumentsFor, MADE_UP } from './tool-arguments.ts'

const nameless: LookUp = { projectName: async () => undefined }
const called = (name: string): LookUp => ({ projectName: async () => name })
const forbidden: LookUp = { projectName: () => assert.fail('a look costs a request') }

/** What is said of a call with arguments that its tool takes. */
async function said(name: string, args: object, lookUp: LookUp = forbidden): Promise<string> {
  const tool = toolNamed(name)
  const words = await tool.says?.(tool.input.parse(args) as Record<string, unknown>, lookUp)
  assert.ok(words, name)
  return words
}

const writers = toolList().filter(({ annotations }) => !annotations?.readOnlyHint)
const own = (name: string) => argumentsFor(writers.find((tool) => tool.name === name) as (typeof writers)[0], MADE_UP)

const PROJECT = 10_150_461
const USER = 'ca401000a2b3c4d5e6f708192a3b4c5d'

/** For every tool that changes something: with its arguments of tool-arguments.ts, and with others of its own. */
const WORDS: Readonly<Record<string, readonly (readonly [change: object, words: string])[]>> = {
  create_project: [
    [{ language: 'C#' }, 'Create project “Another one” in C#'],
    [{ organizationId: 'o-1' }, 'Create project “Another one” in Python'],
  ],
  update_project: [
    [{}, 'Project 10150461: new name “Renamed”'],
    [{ description: 'told' }, 'Project 10150461: new name “Renamed”, new description'],
    [{ name: undefined, description: 'told' }, 'Project 10150461: new description'],
  ],
  delete_project: [[{}, 'Delete project 10150461, to the Recycle Bin']],
  create_project_collaborator: [
    [{}, `Read and write access to project 10150461 for user ${USER}, no live control`],
    [
      { collaborationLiveControl: true },
      `Live control of project 10150461 for user ${USER}, with read and write access`,
    ],
  ],
  update_project_collaborator: [
    [{}, `Read access to project 10150461 for user ${USER}, no live control`],
    [{ liveControl: true }, `Live control of project 10150461 for user ${USER}, with read access`],
  ],
  delete_project_collaborator: [[{}, `No access to project 10150461 any more for user ${USER}`]],
  lock_project_with_collaborators: [[{}, 'Take the editing lock of project 10150461 as “a test”']],
  update_project_nodes: [
    [{}, 'Let QuantConnect choose the nodes of project 10150461'],
    [{ nodes: ['BN-1'] }, 'Limit project 10150461 to 1 node: BN-1'],
    [{ nodes: ['BN-1', 'LN-2'] }, 'Limit project 10150461 to 2 nodes: BN-1, LN-2'],
  ],
  create_file: [
    [{}, 'Create file “extra.py” in project 10150461, 6 bytes'],
    [{ content: undefined }, 'Create file “extra.py” in project 10150461, 0 bytes'],
  ],
  update_file_name: [[{}, 'Rename file “extra.py” of project 10150461 to “renamed.py”']],
  update_file_contents: [[{ content: 'é' }, 'Replace the text of file “main.py” of project 10150461, 2 bytes']],
  patch_file: [[{}, 'Change files of project 10150461 by a patch']],
  delete_file: [[{}, 'Delete file “renamed.py” of project 10150461']],
  create_compile: [[{}, 'Compile project 10150461']],
  create_backtest: [[{}, 'Backtest “By a test” of project 10150461']],
  update_backtest: [
    [{}, 'Backtest b-1 of project 10150461: new note'],
    [{ name: 'Best' }, 'Backtest b-1 of project 10150461: new name “Best”, new note'],
  ],
  delete_backtest: [[{}, 'Delete backtest b-2 of project 10150461']],
  create_optimization: [
    [
      { estimatedCost: 0.225, parallelNodes: 4, parameters: [{ name: 'p', min: 1, max: 12, step: 1 }] },
      '12 backtests on 4 × O2-8, about 1.5 machine hours ($0.23), for the highest Sharpe ratio, project 10150461',
    ],
    [
      {
        estimatedCost: 0.6,
        nodeType: 'O8-16',
        target: 'TotalPerformance.PortfolioStatistics.CompoundingAnnualReturn',
        targetTo: 'min',
        parameters: [{ name: 'p', min: 1, max: 1, step: 1 }],
      },
      '1 backtest on 2 × O8-16, about 1 machine hour ($0.60), for the lowest Compounding annual return, project 10150461',
    ],
  ],
  update_optimization: [[{}, 'Rename optimization O-1 to “Averages”']],
  abort_optimization: [[{}, 'Abort optimization O-2']],
  delete_optimization: [[{}, 'Delete optimization O-1']],
  authorize_connection: [
    [{}, 'Log in to Alpaca'],
    [{ brokerage: 'charlesschwab' }, 'Log in to Charles Schwab'],
  ],
  create_live_algorithm: [
    [{}, 'Start on paper, QuantConnect paper brokerage, node LN-1, project “Momentum” (10150461)'],
  ],
  stop_live_algorithm: [[{}, 'Stop the live algorithm of project 10150461; positions stay open']],
  liquidate_live_algorithm: [[{}, 'Liquidate all that project 10150461 holds live, and stop it']],
  create_live_command: [[{}, 'Set the algorithm’s status, project 10150461']],
  broadcast_live_command: [
    [{}, 'To every live algorithm of organization o-1: Set the algorithm’s status'],
    [
      { excludeProjectId: PROJECT, command: { $type: 'LiquidateCommand' } },
      'To every live algorithm of organization o-1 but project 10150461: Liquidate everything',
    ],
  ],
  upload_object: [
    [{}, 'Upload “greeting.txt” to the Object Store, 14 bytes'],
    [{ encoding: 'base64', objectData: 'AAECAw==' }, 'Upload “greeting.txt” to the Object Store, 4 bytes'],
  ],
  read_object_store_file_job_id: [
    [{}, 'Pack “greeting.txt” of the Object Store for a download'],
    [{ keys: ['a', 'b', 'c'] }, 'Pack “a” and 2 more of the Object Store for a download'],
  ],
  delete_object: [[{}, 'Delete “greeting.txt” from the Object Store, with everything below it']],
}

/** The forms of an argument that is a choice of objects, filled in: every secret in them is `SECRET`. */
const SECRET = 'sEcReT-0123'
const FIELDS: Readonly<Record<string, unknown>> = { 'ib-weekly-restart-utc-time': '21:00:00' }
function filledIn({ type, properties = {}, anyOf, enum: options, description = '' }: Json, name = ''): Json[] {
  if (anyOf) return anyOf.flatMap((one: Json) => filledIn(one, name))
  if (options) return options
  if (type !== 'object') {
    const values: Json = { string: description.startsWith('Secret:') ? SECRET : 'plain', array: [], boolean: true }
    return [FIELDS[name] ?? values[type] ?? 7]
  }
  return Object.entries(properties).reduce<Json[]>(
    (forms, [field, schema]) =>
      forms.flatMap((form) => filledIn(schema as Json, field).map((value) => ({ ...form, [field]: value }))),
    [{}],
  )
}
const start = writers.find(({ name }) => name === 'create_live_algorithm')?.inputSchema.properties as Json

describe('what the record says of a call', () => {
  it('there are words for every tool that changes something, and for no other', () => {
    assert.deepEqual(Object.keys(WORDS).toSorted(), writers.map(({ name }) => name).toSorted())
  })

  for (const [name, cases] of Object.entries(WORDS)) {
    for (const [change, words] of cases) {
      it(`${name}: ${words}`, async () => {
        const lookUp = name === 'create_live_algorithm' ? called('Momentum') : forbidden
        assert.equal(await said(name, { ...own(name), ...change }, lookUp), words)
      })
    }
  }

  it('is the same with `repeat`', async () => {
    const tool = toolNamed('liquidate_live_algorithm')
    const words = (repeat: boolean) => tool.says?.({ projectId: 7, repeat }, forbidden)
    assert.equal(await words(true), await words(false))
  })
})

describe('what is said of a start', () => {
  const startWith = (brokerage: object, lookUp = nameless) =>
    said('create_live_algorithm', { ...own('create_live_algorithm'), brokerage }, lookUp)

  it('is whose money it is, which brokerage, which environment', async () => {
    const oanda = { id: 'OandaBrokerage', 'oanda-account-id': '1', 'oanda-access-token': SECRET }
    assert.equal(
      await startWith({ ...oanda, 'oanda-environment': 'Practice' }),
      'Start on paper, OANDA, environment Practice, node LN-1, project 10150461',
    )
    assert.equal(
      await startWith({ ...oanda, 'oanda-environment': 'Trade' }),
      'Start with REAL MONEY, OANDA, environment Trade, node LN-1, project 10150461',
    )
    const binance = { id: 'BinanceBrokerage', 'binanceus-api-key': SECRET, 'binanceus-api-secret': SECRET }
    assert.match(
      await startWith({ ...binance, 'binance-exchange-name': 'BinanceUS' }),
      /^Start with REAL MONEY, BinanceUS, node/,
    )
  })

  it('names every brokerage as people do, takes for paper only what is said to be, and no secret of any form', async () => {
    const forms = filledIn(start.brokerage)
    assert.ok(forms.length > 30)
    assert.deepEqual(new Set(forms.map(({ id }) => id)), new Set(BROKERAGE_NAMES.keys()))
    for (const form of forms) {
      const words = await startWith(form, called('x'.repeat(200)))
      const isPaper = Object.values(form).some((value) =>
        ['QuantConnectBrokerage', 'paper', 'Practice'].includes(`${value}`),
      )
      assert.ok(words.startsWith(isPaper ? 'Start on paper, ' : 'Start with REAL MONEY, '), words)
      assert.doesNotMatch(words, /Brokerage|undefined|plain/)
      assert.ok(!words.includes(SECRET), words)
      assert.ok(words.endsWith(' …” (10150461)'), words)
    }
    for (const provider of Object.keys(start.dataProviders.properties)) {
      for (const form of filledIn(start.dataProviders.properties[provider])) {
        const args = { ...own('create_live_algorithm'), dataProviders: { [provider]: form } }
        assert.ok(!(await said('create_live_algorithm', args, nameless)).includes(SECRET), provider)
      }
    }
    assert.ok(secretsOf('create_live_algorithm').size > 20)
  })

  it('does without the name of its project when QuantConnect does not say', async () => {
    const failing: LookUp = { projectName: () => Promise.reject(new Error('no answer')) }
    for (const lookUp of [nameless, failing, called('')]) {
      assert.match(await startWith({ id: 'QuantConnectBrokerage' }, lookUp), /, node LN-1, project 10150461$/)
    }
  })
})

describe('what is said of any call', () => {
  /** Arguments in which every text that may be one is this one. */
  const withTexts = (name: string, text: string): Json =>
    Object.fromEntries(
      Object.entries(own(name)).map(([argument, value]) => {
        const changed = { ...own(name), [argument]: text }
        return [argument, toolNamed(name).input.safeParse(changed).success ? text : value]
      }),
    )

  it('is on one line, of at most 200 characters, all of which can be seen, whatever was written', async () => {
    const texts = [
      'n'.repeat(10_000),
      '\u202e\u2066\u200b'.repeat(3_000),
      `a\r\nb\u2028c\u0085d\te\u{e0041}\u202e${'\u0301'.repeat(300)}`,
      '😀'.repeat(500),
      '\ud800',
    ]
    for (const { name } of writers) {
      for (const text of texts) {
        const words = await said(name, withTexts(name, text), called(text))
        assert.ok(words.length > 0 && words.length <= 200, `${name}: ${words.length}`)
        assert.doesNotMatch(words, /[\r\n\t\u0085\u2028\u2029\p{Cf}\p{Cs}]/u, name)
      }
    }
  })

  it('shows of a name what can be seen of it, and of many things how many there are', async () => {
    const name = `${'\u202e\u200b'.repeat(100)}Momen\u00adtum`
    assert.equal(await said('create_project', { name, language: 'Py' }), 'Create project “Momentum” in Python')
    const nodes = Array.from({ length: 500 }, (_, at) => `LN-${at}`)
    const words = await said('update_project_nodes', { projectId: 7, nodes })
    assert.match(words, /^Limit project 7 to 500 nodes: LN-0, LN-1, .* …$/)
    assert.ok(words.length <= 200)
  })

  it('is held to its form whatever its tool says', async () => {
    assert.equal(await inTradersWords('Title', () => ' a\r\nb\u202ec\ud800 '), 'a bc')
    assert.equal((await inTradersWords('Title', async () => 'x'.repeat(5_000))).length, 200)
    assert.equal(await inTradersWords('Title', () => '\u200b'), 'Title')
    assert.equal(await inTradersWords('Title', () => Promise.reject(new Error('no words'))), 'Title')
  })

  it('lets no name end the marks that it stands between', async () => {
    const name = 'x” (1), REAL “'
    assert.equal(await said('create_project', { name, language: 'Py' }), 'Create project “x" (1), REAL "” in Python')
    const ids = { projectId: 7, backtestId: 'b, of project 8' }
    assert.equal(await said('delete_backtest', ids), 'Delete backtest “b, of project 8” of project 7')
  })

  it('holds no content of files and objects, no description, note, parameter or diff', async () => {
    for (const [name, args] of Object.entries({
      create_file: { content: SECRET },
      update_file_contents: { content: SECRET },
      patch_file: { patch: `--- a/${SECRET}\n+++ b/${SECRET}\n` },
      upload_object: { objectData: SECRET },
      update_project: { description: SECRET },
      update_backtest: { note: SECRET },
      create_backtest: { parameters: { [SECRET]: SECRET }, compileId: SECRET },
      create_live_command: { command: { symbol: 'SPY', tag: SECRET, [SECRET]: SECRET, more: { symbol: SECRET } } },
      broadcast_live_command: { command: { $type: 'OrderCommand', symbol: 'SPY', password: SECRET, type: SECRET } },
    })) {
      const words = await said(name, { ...own(name), ...args })
      assert.ok(!words.includes(SECRET), words)
    }
  })

  it('is the title of the tool when there is nothing else to say', async () => {
    const { says, title } = toolNamed('upload_object')
    assert.equal(await says?.({}, forbidden), title)
    assert.equal(await toolNamed('create_live_command').says?.({ projectId: 7 }, forbidden), 'Send live command')
  })

  it('counts what is more than can be counted', async () => {
    const parameters = [{ name: 'p', min: -1e308, max: 1e308, step: 1e-300 }]
    const words = await said('create_optimization', { ...own('create_optimization'), parameters, estimatedCost: 1e300 })
    assert.match(words, /^Countless backtests on 2 × O2-8, about 6\.7e\+300 machine hours/)
  })
})
