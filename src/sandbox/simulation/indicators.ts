// Indicators over daily prices. Each gives a series as long as the one it is given; where it cannot know yet, it says NaN.

type Series = Float64Array

export function simpleAverage(values: Series, period: number): Series {
  let sum = 0
  return values.map((value, index) => {
    sum += value - (index >= period ? (values[index - period] ?? 0) : 0)
    return index >= period - 1 ? sum / period : Number.NaN
  })
}

export function exponentialAverage(values: Series, period: number): Series {
  const share = 2 / (period + 1)
  let average = values[0] ?? 0
  return values.map((value, index) => {
    average += share * (value - average)
    return index >= period - 1 ? average : Number.NaN
  })
}

/** The standard deviation around the simple average. */
export function deviation(values: Series, period: number): Series {
  const average = simpleAverage(values, period)
  const squares = simpleAverage(
    values.map((value) => value * value),
    period,
  )
  return squares.map((square, index) => Math.sqrt(Math.max(0, square - (average[index] ?? 0) ** 2)))
}

/** Wilder's relative strength, from 0 to 100. */
export function relativeStrength(values: Series, period: number): Series {
  let [gains, losses] = [0, 0]
  return values.map((value, index) => {
    const change = index === 0 ? 0 : value - (values[index - 1] ?? value)
    gains += (Math.max(change, 0) - gains) / period
    losses += (Math.max(-change, 0) - losses) / period
    if (index < period) return Number.NaN
    return losses === 0 ? 100 : 100 - 100 / (1 + gains / losses)
  })
}

/** The change over a period, as a share. */
export const momentum = (values: Series, period: number): Series =>
  values.map((value, index) => (index >= period ? value / (values[index - period] ?? value) - 1 : Number.NaN))
