// What a grid search costs, reckoned before it runs: how many backtests the ranges make, and the hours they take.

export interface Range {
  readonly min: number
  readonly max: number
  readonly step: number
}

/** Steps of 0.1 do not add up exactly; a last step that is missed by this little still counts. */
const ROUNDING = 1e-9

/** How many backtests a grid search over the ranges runs: each combination of values once. */
export const backtestsIn = (ranges: readonly Range[]): number =>
  ranges.reduce((product, { min, max, step }) => product * (Math.floor((max - min) / step + ROUNDING) + 1), 1)

/** US dollars an hour. */
export const NODES = { 'O2-8': 0.15, 'O4-12': 0.3, 'O8-16': 0.6 } as const

/** QuantConnect's command line client adds to each backtest what it takes to start, and a margin. */
const START_SECONDS = 30
const MARGIN = 1.5

/** Seconds of one machine, from the bare running time to what QuantConnect's command line client reckons with. */
export const machineSeconds = (secondsEach: number, backtests: number): { from: number; to: number } => ({
  from: Math.ceil(secondsEach * backtests),
  to: Math.ceil((START_SECONDS + secondsEach * MARGIN) * backtests),
})

const toCent = (dollars: number): number => Math.ceil(dollars * 100) / 100

/** What that many seconds cost on each type of node. More nodes at once are faster, not cheaper. */
export const costs = ({ from, to }: { from: number; to: number }): Record<string, unknown>[] =>
  Object.entries(NODES).map(([nodeType, usdPerHour]) => ({
    nodeType,
    usdPerHour,
    usdFrom: toCent((from / 3600) * usdPerHour),
    usdTo: toCent((to / 3600) * usdPerHour),
  }))

/** Seconds as people say them. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`
  return `${Math.round(seconds / 360) / 10} hours`
}
