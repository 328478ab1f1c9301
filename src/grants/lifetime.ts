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

/** When something ends. Times are seconds since 1970. */
export interface Life {
  /** Whether it lives until it is ended, as long as it is used. */
  readonly endless: boolean
  /** When it ends; of an endless one, when it does if nobody uses it. */
  readonly expiresAt: number
}

/** The life that begins now. */
export const lifeOf = (lifetime: Lifetime, now: number): Life => {
  const { seconds } = LIFETIMES[lifetime]
  return { endless: seconds === undefined, expiresAt: now + (seconds ?? KEPT_UNUSED) }
}

/** The end of a life, as a time that can be compared. */
export const endOf = ({ endless, expiresAt }: Life): number => (endless ? Number.POSITIVE_INFINITY : expiresAt)

/** The end of a connection that is used now and ends only when it is not; undefined for one that has an end of its own. */
export const keptUntil = ({ endless }: Pick<Life, 'endless'>, now: number): number | undefined =>
  endless ? now + KEPT_UNUSED : undefined
