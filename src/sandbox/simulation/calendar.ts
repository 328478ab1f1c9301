// When markets are open. Days are counted from 1970 in UTC, times are unix seconds.

export const DAY = 86_400

export const dayOf = (time: number): number => Math.floor(time / DAY)
export const dayNumber = (year: number, month: number, date: number): number =>
  Date.UTC(year, month - 1, date) / (DAY * 1000)

/** The first and last day that has prices. */
export const FIRST_DAY = dayNumber(1998, 1, 1)
export const LAST_DAY = dayNumber(2039, 12, 31)

/** 0 is Sunday; the first of January 1970 was a Thursday. */
const weekday = (day: number) => (day + 4) % 7

/** The nth given weekday of a month; month from 1. */
function nth(year: number, month: number, which: number, n: number): number {
  const first = dayNumber(year, month, 1)
  return first + ((which - weekday(first) + 7) % 7) + (n - 1) * 7
}

/** A holiday on a Saturday is kept on Friday, one on a Sunday on Monday. */
function observed(day: number): number {
  if (weekday(day) === 6) return day - 1
  return weekday(day) === 0 ? day + 1 : day
}

const holidaysByYear = new Map<number, ReadonlySet<number>>()

/** The holidays of the New York Stock Exchange, without Good Friday and the days that were closed for other reasons. */
function holidays(year: number): ReadonlySet<number> {
  const known = holidaysByYear.get(year)
  if (known) return known
  const firstOfJune = dayNumber(year, 6, 1)
  const found = new Set([
    observed(dayNumber(year, 1, 1)),
    nth(year, 1, 1, 3),
    nth(year, 2, 1, 3),
    firstOfJune - ((weekday(firstOfJune) + 6) % 7 || 7),
    observed(dayNumber(year, 7, 4)),
    nth(year, 9, 1, 1),
    nth(year, 11, 4, 4),
    observed(dayNumber(year, 12, 25)),
  ])
  if (year >= 2022) found.add(observed(dayNumber(year, 6, 19)))
  holidaysByYear.set(year, found)
  return found
}

export const yearOf = (day: number): number => new Date(day * DAY * 1000).getUTCFullYear()

export const isTradingDay = (day: number): boolean =>
  weekday(day) !== 0 && weekday(day) !== 6 && !holidays(yearOf(day)).has(day)

/** Seconds that New York's clocks are behind UTC on a day: four hours in summer, five in winter. */
export function newYorkBehind(day: number): number {
  const year = yearOf(day)
  const summer = day >= nth(year, 3, 0, 2) && day < nth(year, 11, 0, 1)
  return (summer ? 4 : 5) * 3600
}

/** A time as New York's clocks show it, which is how algorithms write their logs. */
export const newYorkStamp = (time: number): string =>
  new Date((time - newYorkBehind(dayOf(time))) * 1000).toISOString().slice(0, 19).replace('T', ' ')

/** Numbers that are equal for two days of the same month, so that a change of it shows. */
export const monthOf = (day: number): number => {
  const date = new Date(day * DAY * 1000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
