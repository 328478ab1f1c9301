// How long a connection lives: as long as its person said, and never longer than it is used.
const HOUR = 60 * 60
const DAY = 24 * HOUR

/** A connection that nobody uses for so long ends, in seconds. */
export const KEPT_UNUSED = 90 * DAY

/** The choices, in the order of the pages: seconds, or as long as it is used. */
export const LIFETIMES = {
  '1h': { seconds: HOUR, says: 'one hour' },
  '1d': { seconds: DAY, says: 'one day' },
  '30d': { seconds: 30 * DAY, says: '30 days' },
  never: { seconds: undefined, says: 'until I end it' },
} as const
export type Lifetime = keyof typeof LIFETIMES
export const DEFAULT_LIFETIME: Lifetime = '30d'

export const isLifetime = (value: string): value is Lifetime => Object.hasOwn(LIFETIMES, value)

/** When a connection ends that begins now. Times are seconds since 1970. */
export const endOf = (lifetime: Lifetime = DEFAULT_LIFETIME, now: number): number =>
  now + (LIFETIMES[lifetime].seconds ?? KEPT_UNUSED)

/** The end of a connection that is used now and ends only when it is not; undefined for one that has an end of its own. */
export const keptUntil = (grant: { lifetime?: Lifetime | undefined }, now: number): number | undefined =>
  grant.lifetime === 'never' ? now + KEPT_UNUSED : undefined
