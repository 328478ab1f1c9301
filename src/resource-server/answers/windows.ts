// Pagination: lists that QuantConnect gives whole, or not by the page. We hand out windows of them.
import * as z from 'zod'
import { say } from './reading.ts'

/** The arguments of a window over a list; `atMost` entries at once. */
export const window = (atMost: number) => ({
  start: z.int().min(0).default(0).describe('Index of the first entry.'),
  end: z.int().min(1).optional().describe(`Index after the last entry; ${atMost} above start when left out.`),
})

/** The constraint on those arguments. */
export const inOrder = {
  holds: ({ start, end }: { start: number; end?: number | undefined }): boolean => end === undefined || end > start,
  says: 'end must be above start.',
}

export interface Window {
  readonly start: number
  readonly end: number
}

/** The window that was asked for, at most `atMost` wide. */
export const windowOf = ({ start, end }: { start: number; end?: number | undefined }, atMost: number): Window => ({
  start,
  end: Math.min(end ?? start + atMost, start + atMost),
})

/** Arguments with both ends of their window, as QuantConnect wants them. */
export const windowed =
  (atMost: number) =>
  <T extends { start: number; end?: number | undefined }>(args: T) => ({ ...args, ...windowOf(args, atMost) })

/** The entries of a window, and what to say about the rest. */
export function slice<T>(items: readonly T[], window: Window): { shown: readonly T[]; place: string; next?: string } {
  const shown = items.slice(window.start, window.end)
  return { shown, ...placeOf(shown.length, window.start, items.length) }
}

/** Where `shown` entries from `start` stand in a whole of `total`. */
export function placeOf(shown: number, start: number, total: number): { place: string; next?: string } {
  const end = start + shown
  if (start === 0 && end >= total) return { place: say`${total} in all` }
  const place = shown ? say`${start} to ${end} of ${total}` : say`none from ${start} on, of ${total}`
  return end < total && shown ? { place, next: say`Ask again with start ${end} for the next ones.` } : { place }
}
