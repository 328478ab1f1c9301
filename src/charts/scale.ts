// The value axis: round steps, and labels that a trader reads at a glance.

export interface Scale {
  readonly min: number
  readonly max: number
  readonly interval: number
}

/** A scale in round steps that holds both values, of about so many steps. */
export function scaleOf(low: number, high: number, steps: number): Scale {
  // What differs only in the last digits of a double is flat.
  const flat = high - low <= Math.max(Math.abs(low), Math.abs(high)) * 1e-9
  const room = flat ? Math.abs(low) * 0.1 || 1 : 0
  const [from, to] = [low - room, high + room]
  const rough = (to - from) / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const interval = power * ([1, 2, 2.5, 5].find((step) => step * power >= rough * 0.999) ?? 10)
  return {
    min: Math.floor(from / interval + 1e-6) * interval,
    max: Math.ceil(to / interval - 1e-6) * interval,
    interval,
  }
}

const PREFIXES = new Set(['$', '€', '£', '¥', '₹', '₿', 'A$', 'C$', 'R$', 'HK$', 'US$'])
const SIZES = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
] as const

function digits(interval: number): number {
  for (let count = 0; count < 9; count++) {
    const shifted = interval * 10 ** count
    if (Math.abs(shifted - Math.round(shifted)) < shifted * 1e-6) return count
  }
  return 9
}

const signed = (value: number, amount: string, unit: string): string => {
  const worded = PREFIXES.has(unit) ? unit + amount : unit === '%' ? `${amount}%` : `${amount} ${unit}`.trimEnd()
  return value < 0 ? `−${worded}` : worded
}

const powered = new Intl.NumberFormat('en-US', { notation: 'scientific', maximumSignificantDigits: 4 })

/** Writes the values of one scale alike: `$101,700`, `−2.5%`, `1.25M`. Only what has no short form gets an exponent. */
export function labeller({ min, max, interval }: Scale, unit: string): (value: number) => string {
  const largest = Math.max(Math.abs(min), Math.abs(max))
  const [size, suffix] = SIZES.find(([least]) => largest >= least) ?? [1, '']
  const short = largest < 1e15 && interval / size >= 1e-6
  const places = digits(interval / size)
  // Prices have two decimals or none.
  const count = places === 1 && size === 1 && PREFIXES.has(unit) ? 2 : places
  const plain = new Intl.NumberFormat('en-US', { minimumFractionDigits: count, maximumFractionDigits: count })
  return (value) => {
    // A step away from zero that rounding missed is zero.
    if (Math.abs(value) < interval / 1e6) return signed(0, '0', unit)
    const amount = Math.abs(value)
    return signed(value, short ? plain.format(amount / size) + suffix : powered.format(amount), unit)
  }
}

/** One value by itself, to three digits: `$3.4M`, `12.5%`. */
export function shortLabel(value: number, unit: string): string {
  const amount = Math.abs(value)
  const brief = amount >= 1e-4 && amount < 1e15
  const format = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })
  return signed(value, brief || !amount ? format.format(amount) : powered.format(amount), unit)
}
