// A market that never closes: the daily prices of the simulation, with a movement within each minute, so that a
// deployment has something to tell at any hour. The same for all, from the clock alone.
import { DAY, dayOf } from '../simulation/calendar.ts'
import { settledText } from '../simulation/code.ts'
import { closeOf } from '../simulation/prices.ts'
import { type AssetClass, type Security, securityOf } from '../simulation/securities.ts'
import type { Deployment } from '../world/deployment.ts'
import { hash } from '../world/ids.ts'

const TYPE_NAMES: Readonly<Record<AssetClass, string>> = {
  equity: 'Equity',
  forex: 'Forex',
  future: 'Future',
  crypto: 'Crypto',
}
const SECURITIES_AT_MOST = 10
const MINUTE = 60_000

/** Waves of different length, small beside the moves of a day. */
const WAVES: readonly (readonly [period: number, height: number])[] = [
  [3.1 * MINUTE, 0.0003],
  [17 * MINUTE, 0.0008],
  [97 * MINUTE, 0.0015],
]

export const typeName = ({ assetClass }: Security): string => TYPE_NAMES[assetClass]

function assetClassOf(ticker: string, suffix: string): AssetClass {
  if (suffix === '2XR' || /^(BTC|ETH|SOL|XRP|LTC)\w*USD/.test(ticker)) return 'crypto'
  if (suffix === '8G' || /^(EUR|GBP|AUD|NZD)USD$|^USD(JPY|CHF|CAD)$/.test(ticker)) return 'forex'
  return 'equity'
}

/** A security by its ticker or by its id, as commands and forms name it. A given id is kept as it is. */
export function securityNamed(name: string): Security {
  const [ticker = '', ...rest] = name.trim().slice(0, 40).toUpperCase().split(/\s+/)
  const suffix = rest.join(' ')
  const security = securityOf(ticker, assetClassOf(ticker, suffix))
  return suffix === '' ? security : { ...security, id: `${ticker} ${suffix}` }
}

/** What the code trades. */
export const securitiesOf = ({ program }: Deployment): readonly Security[] =>
  program.securities
    .slice(0, SECURITIES_AT_MOST)
    .map(({ ticker, assetClass }) => securityOf(settledText(ticker, {}), assetClass))

/** Milliseconds. */
export function priceOf(security: Security, time: number): number {
  const day = dayOf(time / 1000)
  const [before, after] = [closeOf(security, day - 1), closeOf(security, day)]
  const passed = time / 1000 / DAY - day
  const seed = Buffer.from(hash(`waves of ${security.ticker}`), 'hex')
  const wave = WAVES.reduce(
    (sum, [period, height], index) =>
      sum + height * Math.sin((2 * Math.PI * time) / period + seed.readUInt8(index) / 40),
    0,
  )
  return Number(((before + (after - before) * passed) * Math.exp(wave)).toFixed(security.decimals))
}
