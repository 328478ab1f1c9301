// Which of a few kinds of strategy a code is, and with which numbers. Whatever is not recognised buys and holds.
import { callsOf, type Names, numberSlot, type Slot } from './code.ts'

type Count = Slot<number>

export type Strategy =
  /** No order is ever sent. */
  | { readonly kind: 'idle' }
  /** `weights` by the order of the securities; fewer weights than securities means the first one for each. */
  | { readonly kind: 'hold'; readonly weights: readonly Count[]; readonly rebalanced: boolean }
  | { readonly kind: 'fixed'; readonly quantity: Count }
  | {
      readonly kind: 'crossover'
      readonly fast: Count
      readonly slow: Count
      readonly exponential: boolean
      readonly short: boolean
      readonly weight: Count
    }
  | { readonly kind: 'rsi'; readonly period: Count; readonly low: Count; readonly high: Count; readonly weight: Count }
  | { readonly kind: 'bands'; readonly period: Count; readonly width: Count; readonly weight: Count }
  | {
      readonly kind: 'pairs'
      readonly period: Count
      readonly entry: Count
      readonly exit: Count
      readonly weight: Count
    }
  | { readonly kind: 'rotation'; readonly period: Count; readonly top: Count; readonly weight: Count }

const AVERAGES = ['sma', 'ema', 'wma', 'lwma', 'hma', 'dema', 'simplemovingaverage', 'exponentialmovingaverage']
const MOMENTUM = ['momp', 'mom', 'roc', 'rocp', 'momentumpercent', 'momentum', 'rateofchange', 'rateofchangepercent']
const TRADES =
  /\b(?:setholdings|marketorder|limitorder|stopmarketorder|marketonopenorder|buy|sell|order|setportfolioconstruction|emitinsights)\(/

const defaultOf = (slot: Count): number => (typeof slot === 'number' ? slot : slot.otherwise)

/** The first number among the arguments of each call of one of these functions. */
const periods = (code: string, names: Names, functions: readonly string[]): Count[] =>
  callsOf(code, functions).flatMap(
    ({ args }) => args.map((argument) => numberSlot(argument, names)).find((slot) => slot !== undefined) ?? [],
  )

/** All the numbers of the first call that has any. */
const numbersOf = (code: string, names: Names, functions: readonly string[]): Count[] =>
  callsOf(code, functions)
    .map(({ args }) => args.flatMap((argument) => numberSlot(argument, names) ?? []))
    .find((slots) => slots.length > 0) ?? []

/** The number behind a name that matches, when it lies between two bounds. */
function named({ numbers }: Names, pattern: RegExp, low: number, high: number): Count | undefined {
  for (const [name, slot] of numbers) {
    const value = defaultOf(slot)
    if (pattern.test(name) && value >= low && value <= high) return slot
  }
  return undefined
}

/** What a comparison in this direction compares with, when that lies between the bounds. */
function compared(code: string, names: Names, sign: '<' | '>', low: number, high: number): Count | undefined {
  const pattern = new RegExp(`${sign}=?\\s*((?:self\\.|this\\.)?\\w[\\w.]{0,60})`, 'g')
  return [...code.matchAll(pattern)]
    .flatMap(([, text]) => numberSlot(text, names) ?? [])
    .find((slot) => defaultOf(slot) >= low && defaultOf(slot) <= high)
}

const differs = (a: Count, b: Count) => JSON.stringify(a) !== JSON.stringify(b)

function averages(code: string, names: Names): readonly [Count, Count] | undefined {
  const [fastOf, slowOf] = numbersOf(code, names, [
    'macd',
    'movingaverageconvergencedivergence',
    'emacrossalphamodel',
    'macdalphamodel',
  ])
  if (fastOf !== undefined && slowOf !== undefined) return [fastOf, slowOf]
  if (callsOf(code, ['macd', 'macdalphamodel']).length > 0) return [12, 26]
  if (callsOf(code, ['emacrossalphamodel']).length > 0) return [12, 26]
  const [first, ...others] = periods(code, names, AVERAGES)
  if (first === undefined) return undefined
  const second = others.find((slot) => differs(slot, first))
  // A single average is compared with the price.
  if (second === undefined) return [1, first]
  return defaultOf(first) <= defaultOf(second) ? [first, second] : [second, first]
}

/** `securities` is how many the code trades. */
export function strategyIn(code: string, names: Names, securities: number): Strategy {
  if (securities === 0 || !TRADES.test(code)) return { kind: 'idle' }
  const weights = callsOf(code, ['setholdings']).flatMap(({ args }) => numberSlot(args[1], names) ?? [])
  const weight = weights.find((slot) => defaultOf(slot) > 0) ?? 1
  const lookback = named(names, /lookback|window|period/, 2, 1000)

  if (securities >= 2 && /zscore|spread|cointegrat/.test(code)) {
    const entry = named(names, /entry|threshold/, 0.1, 10) ?? 2
    return { kind: 'pairs', period: lookback ?? 60, entry, exit: named(names, /exit/, 0, 10) ?? 0.5, weight }
  }
  const [momentum] = periods(code, names, MOMENTUM)
  const ranks = /orderby|sorted\(|nlargest|\.sort\(|\bmax\(|idxmax/.test(code)
  if (securities >= 2 && ranks && (momentum !== undefined || lookback !== undefined)) {
    const sliced = /(?:\[:|\.take\(|nlargest\()\s*((?:self\.)?\w{1,40})/.exec(code)?.[1]
    const top = numberSlot(sliced, names) ?? named(names, /^(?:top|count|n|number|numtop|holdcount)/, 1, 50) ?? 1
    return { kind: 'rotation', period: momentum ?? lookback ?? 126, top, weight }
  }
  if (callsOf(code, ['rsi', 'relativestrengthindex', 'rsialphamodel']).length > 0) {
    const [period = 14] = periods(code, names, ['rsi', 'relativestrengthindex', 'rsialphamodel'])
    const low = compared(code, names, '<', 1, 50) ?? 30
    return { kind: 'rsi', period, low, high: compared(code, names, '>', 50, 99) ?? 70, weight }
  }
  const [period, width = 2] = numbersOf(code, names, ['bb', 'bollingerbands'])
  if (period !== undefined) return { kind: 'bands', period, width, weight }
  const pair = averages(code, names)
  if (pair) {
    const [fast, slow] = pair
    const short = /setholdings\([^()\n]{1,80},\s*-/.test(code)
    return { kind: 'crossover', fast, slow, exponential: /\bema\b|exponential|macd|emacross/.test(code), short, weight }
  }
  const [quantity] = callsOf(code, ['marketorder', 'buy', 'limitorder'])
    .flatMap(({ args }) => numberSlot(args[1], names) ?? [])
    .filter((slot) => defaultOf(slot) > 0)
  if (quantity !== undefined && weights.length === 0) return { kind: 'fixed', quantity }
  return { kind: 'hold', weights, rebalanced: /schedule\.on|daterules|rebalance/.test(code) && securities >= 2 }
}
