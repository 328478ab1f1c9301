// Daily prices: a walk around a rising line, with quiet and wild times. Stocks share one market, so that a benchmark
// explains part of what they do. A day has the same prices whoever asks, whenever a simulation starts.
import { dayNumber, FIRST_DAY, isTradingDay, LAST_DAY } from './calendar.ts'
import { normalFrom } from './random.ts'
import type { Security } from './securities.ts'

export interface Bar {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

const LEVEL_DAY = dayNumber(2023, 7, 3)
const MARKET_DEVIATION = 0.16
/** The share of its distance from the line that a walk loses in a day. Without it, decades would carry prices anywhere. */
const RETURN_TO_LINE = 1 / 400
/** Securities whose prices stay in memory: about a quarter of a megabyte each. */
const KEPT = 60

/** A walk with a value for every day. It stands still while the market is closed. */
function walk(seed: string, deviation: number, isOpen: (day: number) => boolean, daysAYear: number): Float64Array {
  const normal = normalFrom(seed)
  const values = new Float64Array(LAST_DAY - FIRST_DAY + 1)
  const daily = deviation / Math.sqrt(daysAYear)
  // What is subtracted from the mood keeps the deviation at its mean, however moods vary.
  let [value, mood] = [0, 0]
  for (let index = 0; index < values.length; index += 1) {
    if (isOpen(FIRST_DAY + index)) {
      mood = 0.97 * mood + 0.13 * normal()
      value = value * (1 - RETURN_TO_LINE) + daily * Math.exp(mood - 0.286) * normal()
    }
    values[index] = value
  }
  return values
}

let market: Float64Array | undefined

interface Prices {
  readonly closes: Float64Array
  readonly security: Security
}

const kept = new Map<string, Prices>()

function pricesOf(security: Security): Prices {
  const key = security.id
  const known = kept.get(key)
  if (known) {
    kept.delete(key) // to come last, since the first is the one that goes
    kept.set(key, known)
    return known
  }
  market ??= walk('the market', MARKET_DEVIATION, isTradingDay, 252)
  const around = market
  const { level, growth, deviation, beta, assetClass, decimals } = security
  const open = assetClass === 'crypto' ? () => true : isTradingDay
  const own = walk(`price of ${security.ticker}`, deviation, open, assetClass === 'crypto' ? 365 : 252)
  const at = LEVEL_DAY - FIRST_DAY
  const [ownThen, marketThen] = [own[at] ?? 0, around[at] ?? 0]
  const closes = own.map((value, index) => {
    const moves = value - ownThen + beta * ((around[index] ?? 0) - marketThen)
    return Number((level * Math.exp(growth * ((index - at) / 365) + moves)).toFixed(decimals))
  })
  const prices = { closes, security }
  kept.set(key, prices)
  const [oldest] = kept.keys()
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
  return prices
}

/** Whether a security has prices of its own on a day. */
export const isOpen = ({ assetClass }: Security, day: number): boolean => assetClass === 'crypto' || isTradingDay(day)

/** The last price at the end of a day; the one before while the market is closed. */
export function closeOf(security: Security, day: number): number {
  let index = Math.min(Math.max(day, FIRST_DAY), LAST_DAY) - FIRST_DAY
  while (index > 0 && !isOpen(security, FIRST_DAY + index)) index -= 1
  return pricesOf(security).closes[index] ?? 0
}

/** The four prices of a day. The day opens a little away from where the day before closed. */
export function barOf(security: Security, day: number): Bar {
  const close = closeOf(security, day)
  const before = closeOf(security, day - 1)
  if (!isOpen(security, day)) return { open: close, high: close, low: close, close }
  const normal = normalFrom(`${security.ticker} on ${day}`)
  const daily = Math.abs(security.deviation * 0.5 + security.beta * 0.08) / 16
  const rounded = (price: number) => Number(price.toFixed(security.decimals))
  const open = rounded(before + (close - before) * 0.3 + before * daily * 0.3 * normal())
  const reach = () => Math.abs(normal()) * daily * 0.5
  return {
    open,
    high: rounded(Math.max(open, close) * (1 + reach())),
    low: rounded(Math.min(open, close) * (1 - reach())),
    close,
  }
}

/** The price a part of the way, from 0 to 1, through a day. */
export const priceWithin = ({ decimals }: Security, { open, close }: Bar, part: number): number =>
  Number((open + (close - open) * part).toFixed(decimals))

/** The prices of a day as far as it has come. */
export function seen(security: Security, bar: Bar, part: number): Bar {
  if (part >= 1) return bar
  const close = priceWithin(security, bar, part)
  return { open: bar.open, close, high: Math.max(bar.open, close), low: Math.min(bar.open, close) }
}
