// Over which days a program runs, and when its market is open on them.
import { DAY, dayNumber, dayOf, FIRST_DAY, isTradingDay, LAST_DAY, newYorkBehind } from './calendar.ts'
import { settledNumber } from './code.ts'
import type { Program } from './program.ts'

export interface Circumstances {
  readonly parameters: Readonly<Record<string, string | number>>
  /** Unix seconds. With a start it is a live run: it begins at that moment, market or not, and has its indicators ready. */
  readonly start?: number
  readonly end?: number
  readonly cash?: number
  /** Unix seconds up to which there are prices. It ends a program that names no end, or a later one. */
  readonly until?: number
}

const DAYS_WITHOUT_A_START = 365
/** Where a program without an end ends when nobody says what day it is, so that it stays the same. */
const DATA_END = dayNumber(2026, 1, 1)

/** The first and last day that a program asks for. */
export function periodOf(program: Program, { parameters, until }: Circumstances): { first: number; last: number } {
  const day = (slots: Program['start']) => {
    if (!slots) return undefined
    const [year = 0, month = 1, date = 1] = slots.map((slot) => Math.round(settledNumber(slot, parameters)))
    const number = dayNumber(year, month, date)
    return Number.isFinite(number) ? number : undefined
  }
  const newest = Math.min(until === undefined ? LAST_DAY : dayOf(until), LAST_DAY)
  const last = Math.min(day(program.end) ?? (until === undefined ? DATA_END : newest), newest)
  return {
    first: Math.max(day(program.start) ?? last - DAYS_WITHOUT_A_START, FIRST_DAY + 1),
    last: Math.max(last, FIRST_DAY + 1),
  }
}

/** A day of trading, in unix seconds. */
export interface TradingSession {
  readonly day: number
  readonly opens: number
  readonly closes: number
}

/** The sessions from one time to another. A live run has one on its first day, whatever day that is. */
export function sessionsBetween(start: number, end: number, live: boolean, aroundTheClock: boolean): TradingSession[] {
  const sessions: TradingSession[] = []
  for (let day = dayOf(start); day <= Math.min(dayOf(end), LAST_DAY); day += 1) {
    if (aroundTheClock) {
      sessions.push({ day, opens: day * DAY, closes: (day + 1) * DAY - 60 })
    } else if (isTradingDay(day) || (live && day === dayOf(start))) {
      const midnight = day * DAY + newYorkBehind(day)
      sessions.push({ day, opens: midnight + 9.5 * 3600, closes: midnight + 16 * 3600 })
    }
  }
  return sessions
}

/** Where between the opening and the closing of a session a time stands, from 0 to 1. */
export const partOf = ({ opens, closes }: TradingSession, time: number): number =>
  Math.min(Math.max((time - opens) / (closes - opens), 0), 1)
