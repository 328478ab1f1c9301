// The time axis: a handful of round moments in UTC. The second line of a label says the year or the day, where it changes.

export interface TimeTick {
  readonly at: number
  readonly label: string
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTH = 30.4 * DAY
const CLOCK = [SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE]
const HOURS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR]
const DAYS = [1, 2, 7, 14]
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600]
const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const two = (value: number) => String(value).padStart(2, '0')
const day = (date: Date) => `${date.getUTCDate()} ${NAMES[date.getUTCMonth()]}`

/** Every `step` milliseconds from the first multiple on. */
const regular = (first: number, last: number, step: number, offset = 0) => {
  const start = Math.ceil((first - offset) / step) * step + offset
  return Array.from({ length: Math.max(0, Math.floor((last - start) / step) + 1) }, (_, i) => start + i * step)
}

function monthly(first: number, last: number, step: number): number[] {
  const from = new Date(first)
  const start = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step
  const count = Math.ceil((last - first) / (MONTH * step)) + 2
  // Not Date.UTC, which takes a year below 100 for one of the last century.
  return Array.from({ length: count }, (_, i) => new Date(0).setUTCFullYear(0, start + i * step, 1)).filter(
    (at) => at >= first && at <= last,
  )
}

/** One label below another: the finer word, and the coarser one where it is news. */
function labelled(times: readonly number[], fine: (date: Date) => string, coarse: (date: Date) => string): TimeTick[] {
  let said = ''
  return times.map((at) => {
    const date = new Date(at)
    const now = coarse(date)
    const label = now === said ? fine(date) : `${fine(date)}\n${now}`
    said = now
    return { at, label }
  })
}

/** Round moments between two times, at most `most` of them, as fine as that allows. */
export function timeTicks(first: number, last: number, most: number): TimeTick[] {
  const span = last - first
  const year = (date: Date) => String(date.getUTCFullYear())
  const full = (date: Date) => `${day(date)} ${year(date)}`
  const minute = (date: Date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
  const step = [...CLOCK, ...HOURS].find((one) => span / one <= most)
  if (step) {
    const second = (date: Date) => `${minute(date)}:${two(date.getUTCSeconds())}`
    return labelled(regular(first, last, step), step < MINUTE ? second : minute, full)
  }
  const days = DAYS.find((one) => span / (one * DAY) <= most)
  // Weeks begin on a Monday, four days after 1970 did.
  if (days) return labelled(regular(first, last, days * DAY, days % 7 ? 0 : 4 * DAY), day, year)
  const months = MONTHS.find((one) => span / (one * MONTH) <= most) ?? 1200
  const times = monthly(first, last, months)
  if (months >= 12) return times.map((at) => ({ at, label: year(new Date(at)) }))
  return labelled(times, (date) => NAMES[date.getUTCMonth()] ?? '', year)
}
