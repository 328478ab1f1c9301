// What can be traded: how a security is named, and how expensive and how lively it is. Levels are near those of July 2023,
// so that a trader finds nothing odd; everything else is invented.
import { createHash } from 'node:crypto'
import { randomFrom } from './random.ts'

export type AssetClass = 'equity' | 'forex' | 'future' | 'crypto'

/** As orders number them. */
export const SECURITY_TYPE: Readonly<Record<AssetClass, number>> = { equity: 1, forex: 4, future: 5, crypto: 7 }

export interface Security {
  readonly ticker: string
  /** As QuantConnect names it, for example `SPY R735QTJ8XC9X`. */
  readonly id: string
  readonly assetClass: AssetClass
  /** The price on the third of July 2023. */
  readonly level: number
  /** Growth and deviation in a year, as shares of the price; `beta` is how much of the market's moves it follows. */
  readonly growth: number
  readonly deviation: number
  readonly beta: number
  readonly decimals: number
  /** The smallest quantity, and how many units of the underlying one contract stands for. */
  readonly lot: number
  readonly multiplier: number
  /** Dollars traded on an ordinary day. */
  readonly volume: number
}

/** Level, growth, deviation of its own, beta, millions of dollars a day. */
const KNOWN: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
  SPY: [443, 0.1, 0, 1, 32_000],
  QQQ: [369, 0.13, 0.08, 1.15, 18_000],
  IWM: [187, 0.08, 0.09, 1.15, 5_000],
  DIA: [344, 0.09, 0.04, 0.92, 1_200],
  EFA: [73, 0.05, 0.08, 0.85, 1_000],
  EEM: [40, 0.04, 0.13, 0.9, 1_500],
  TLT: [102, 0.03, 0.13, -0.25, 2_400],
  IEF: [96, 0.03, 0.06, -0.12, 700],
  SHY: [81, 0.02, 0.015, -0.02, 350],
  AGG: [98, 0.03, 0.05, -0.05, 650],
  GLD: [179, 0.07, 0.14, 0.02, 1_300],
  SLV: [21, 0.05, 0.26, 0.2, 400],
  VNQ: [84, 0.06, 0.11, 0.9, 500],
  AAPL: [192, 0.2, 0.18, 1.15, 11_000],
  MSFT: [338, 0.17, 0.15, 1.05, 9_000],
  AMZN: [130, 0.18, 0.22, 1.15, 7_000],
  GOOG: [121, 0.15, 0.17, 1.05, 3_000],
  GOOGL: [120, 0.15, 0.17, 1.05, 4_000],
  META: [286, 0.16, 0.26, 1.2, 6_500],
  NVDA: [42, 0.26, 0.3, 1.6, 18_000],
  TSLA: [280, 0.22, 0.42, 1.7, 30_000],
  JPM: [146, 0.09, 0.15, 1.1, 1_600],
  KO: [60, 0.06, 0.1, 0.55, 850],
  PEP: [186, 0.06, 0.1, 0.55, 900],
  XOM: [107, 0.06, 0.18, 0.8, 1_700],
  JNJ: [165, 0.06, 0.11, 0.5, 1_100],
  BTCUSD: [31_100, 0.3, 0.6, 0, 900],
  ETHUSD: [1_950, 0.3, 0.75, 0, 450],
  BTCUSDT: [31_100, 0.3, 0.6, 0, 1_900],
  EURUSD: [1.091, 0, 0.07, 0, 40_000],
  GBPUSD: [1.269, 0, 0.08, 0, 25_000],
  USDJPY: [144.6, 0.01, 0.09, 0, 35_000],
  ES: [4_490, 0.08, 0, 1, 200_000],
  NQ: [15_350, 0.12, 0.08, 1.15, 150_000],
  CL: [70, 0.01, 0.33, 0.2, 40_000],
  GC: [1_929, 0.06, 0.14, 0, 45_000],
  ZN: [112, 0.01, 0.05, -0.1, 120_000],
}

/** What one contract stands for. */
const MULTIPLIERS: Readonly<Record<string, number>> = { ES: 50, NQ: 20, CL: 1000, GC: 100, ZN: 1000 }

const KNOWN_IDS: Readonly<Record<string, string>> = { SPY: 'R735QTJ8XC9X', QQQ: 'RIWIV7K5Z9LX' }

function suffix(ticker: string, assetClass: AssetClass): string {
  if (assetClass === 'crypto') return '2XR'
  if (assetClass === 'forex') return '8G'
  const digits = BigInt(`0x${createHash('sha256').update(ticker).digest('hex').slice(0, 16)}`)
    .toString(36)
    .toUpperCase()
  return (Object.hasOwn(KNOWN_IDS, ticker) && KNOWN_IDS[ticker]) || `R${digits.padStart(11, '0').slice(0, 11)}`
}

/** A ticker that nobody has heard of is made up, and is the same whenever it is asked for. */
export function securityOf(ticker: string, assetClass: AssetClass): Security {
  const random = randomFrom(`security ${ticker}`)
  const between = (low: number, high: number) => low + (high - low) * random()
  const made = [
    between(18, 240),
    between(0.02, 0.14),
    between(0.14, 0.34),
    between(0.6, 1.4),
    between(40, 900),
  ] as const
  const [level, growth, deviation, beta, millions] = (Object.hasOwn(KNOWN, ticker) && KNOWN[ticker]) || made
  return {
    ticker,
    id: `${ticker} ${suffix(ticker, assetClass)}`,
    assetClass,
    level,
    growth,
    deviation,
    beta,
    decimals: assetClass === 'forex' ? 5 : 2,
    lot: assetClass === 'crypto' ? 0.0001 : 1,
    multiplier: assetClass === 'future' ? (Object.hasOwn(MULTIPLIERS, ticker) && MULTIPLIERS[ticker]) || 50 : 1,
    volume: millions * 1e6,
  }
}
