// What a simulation needs to know of an algorithm, read out of its code. Small enough to be kept with a compile, so that
// a backtest belongs to the code as it was built. Parameters stay open until a run settles them.
import { createHash } from 'node:crypto'
import { type CodeCall, callsOf, literal, type Names, namesIn, numberSlot, plain, type Slot, textSlot } from './code.ts'
import type { AssetClass } from './securities.ts'
import { type Strategy, strategyIn } from './strategy.ts'

export interface Program {
  /** Year, month and day, where the code says them. */
  readonly start: readonly Slot<number>[] | null
  readonly end: readonly Slot<number>[] | null
  readonly cash: Slot<number>
  readonly securities: readonly { readonly ticker: Slot<string>; readonly assetClass: AssetClass }[]
  readonly benchmark: Slot<string>
  /** Whether it sees only one price a day, so that its orders fill at the opening. */
  readonly daily: boolean
  readonly strategy: Strategy
  /** Whether its indicators are ready on the first day. */
  readonly warm: boolean
  /** Days that its predictions reach, null when it makes none. */
  readonly insightDays: Slot<number> | null
  readonly insightModel: string
  readonly logs: boolean
  /** What it logs once, when it begins. */
  readonly greetings: readonly string[]
  /** Stands for the numbers in the code. It decides how well orders fill, so that no number changes nothing. */
  readonly numbers: string
}

const SECURITIES_AT_MOST = 15
const ADD: Readonly<Record<string, AssetClass>> = {
  addequity: 'equity',
  addindex: 'equity',
  addcrypto: 'crypto',
  addcryptofuture: 'crypto',
  addforex: 'forex',
  addcfd: 'forex',
  addfuture: 'future',
}
const FUTURES: readonly (readonly [RegExp, string])[] = [
  [/nasdaq/, 'NQ'],
  [/gold/, 'GC'],
  [/crude|energ/, 'CL'],
  [/treasury|financials/, 'ZN'],
  [/./, 'ES'],
]
/** What a universe of stocks is taken to have picked. */
const UNIVERSE = ['AAPL', 'MSFT', 'AMZN', 'JPM', 'KO']
const TICKER = /^[A-Z][A-Z0-9.]{0,11}$/
const LIST = /[[{(]\s*((?:["'][A-Z][A-Z0-9.]{0,11}["']\s*,\s*){1,60}["'][A-Z][A-Z0-9.]{0,11}["'])\s*,?\s*[\]})]/g

/** Tickers that stand together in a list, which is how code that adds securities in a loop names them. */
const listed = (code: string): string[] =>
  [...code.matchAll(LIST)].flatMap(([, list = '']) => list.split(',').flatMap((item) => literal(item) ?? []))

function tickersOf({ name, args }: CodeCall, code: string, names: Names): Slot<string>[] {
  const given = textSlot(args[0], names)
  if (given !== undefined) return [typeof given === 'string' ? given.toUpperCase() : given]
  if (name !== 'addfuture') return listed(code)
  return FUTURES.filter(([pattern]) => pattern.test(args[0] ?? ''))
    .slice(0, 1)
    .map(([, ticker]) => ticker)
}

function securitiesIn(code: string, names: Names): Program['securities'] {
  const added = callsOf(code, Object.keys(ADD)).flatMap((call) =>
    tickersOf(call, code, names).map((ticker) => ({ ticker, assetClass: ADD[call.name] ?? ('equity' as const) })),
  )
  const universe = /adduniverse|setuniverseselection|adduniverseselection/.test(code)
  const created = callsOf(code, ['symbol\\.create']).flatMap(({ args }) => literal(args[0]) ?? [])
  const picked = created.length > 0 ? created : listed(code)
  if (universe && added.length < 2) {
    const tickers = picked.length > 0 ? picked : UNIVERSE
    added.push(...tickers.map((ticker) => ({ ticker, assetClass: 'equity' as const })))
  }
  const known = new Set<string>()
  return added
    .filter(({ ticker }) => {
      const key = typeof ticker === 'string' ? ticker : `parameter ${ticker.parameter}`
      const fine = !known.has(key) && (typeof ticker !== 'string' || TICKER.test(ticker))
      known.add(key)
      return fine
    })
    .slice(0, SECURITIES_AT_MOST)
}

function dateIn(code: string, name: string, names: Names): Program['start'] {
  const [call] = callsOf(code, [name])
  const [within] = callsOf(call?.args.join(',') ?? '', ['datetime'])
  const slots = (within ?? call)?.args.slice(0, 3).flatMap((argument) => numberSlot(argument, names) ?? []) ?? []
  return slots.length === 3 ? slots : null
}

/** Text that is logged as it stands while the algorithm initializes. */
function greetingsIn(code: string): string[] {
  const from = code.search(/(?:def|void)\s+initialize\s*\(/)
  if (from < 0) return []
  const length = code.slice(from + 10).search(/\bdef\s|\boverride\s/)
  const body = code.slice(from + 10, length < 0 ? undefined : from + 10 + length)
  return callsOf(body, ['log', 'debug'])
    .flatMap(({ args }) => (/^["']/.test(args[0] ?? '') ? (literal(args[0]) ?? []) : []))
    .slice(0, 5)
}

/** The file that is run comes first; of the others, only code counts. */
function wholeCode(language: 'Py' | 'C#', files: readonly { name: string; content: string }[]): string {
  const ending = language === 'Py' ? '.py' : '.cs'
  const main = `main${ending}`
  const code = files.filter(({ name }) => name.toLowerCase().endsWith(ending))
  const first = code.filter(({ name }) => name.toLowerCase() === main)
  return [...first, ...code.filter((file) => !first.includes(file))]
    .map(({ content }) => plain(language, content))
    .join('\n')
}

/** The alpha model that the code declares, or else uses. */
function modelIn(files: readonly { content: string }[]): string {
  const found = (pattern: RegExp) => files.flatMap(({ content }) => pattern.exec(content)?.[1] ?? [])[0]
  return found(/class\s+(\w{1,60})\s*[(:]\s*AlphaModel/) ?? found(/(?<!\w)(\w{1,60}AlphaModel)\(/) ?? ''
}

/** Reads what can be recognised. What cannot is left at QuantConnect's defaults. */
export function readProgram(language: 'Py' | 'C#', files: readonly { name: string; content: string }[]): Program {
  const code = wholeCode(language, files)
  const names = namesIn(code)
  const securities = securitiesIn(code, names)
  const [cash] = callsOf(code, ['setcash', 'setaccountcurrency'])
    .flatMap(({ args }) => args.map((argument) => numberSlot(argument, names)))
    .filter((slot) => slot !== undefined)
  const [reach] = callsOf(code, ['timedelta', 'timespan\\.fromdays']).flatMap(
    ({ args }) => numberSlot(args[0]?.replace(/^days\s*=\s*/, ''), names) ?? [],
  )
  const predicts = /\binsight[.(]|alphamodel\b|emitinsights|(?:set|add)alpha\b/.test(code)
  const literals = code.match(/(?<![\w"'])\d[\d.]*/g)?.join(' ') ?? ''
  return {
    start: dateIn(code, 'setstartdate', names),
    end: dateIn(code, 'setenddate', names),
    cash: cash ?? 100_000,
    securities,
    benchmark: textSlot(callsOf(code, ['setbenchmark'])[0]?.args[0], names) ?? 'SPY',
    daily: /resolution\.daily/.test(code),
    strategy: strategyIn(code, names, securities.length),
    warm: /setwarmup|warmupindicator|automaticindicatorwarmup|\bhistory(?:<\w+>)?\(|alphamodel\(/.test(code),
    insightDays: predicts ? (reach ?? 30) : null,
    insightModel: modelIn(files),
    logs: callsOf(code, ['log', 'debug']).length > 0,
    greetings: greetingsIn(code),
    numbers: createHash('sha256').update(literals).digest('hex').slice(0, 8),
  }
}
