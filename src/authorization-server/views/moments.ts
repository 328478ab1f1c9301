// Times and numbers, as pages tell them.
import { html } from 'hono/html'
import type { Life } from '../../grants/lifetime.ts'
import type { Html } from './layout.ts'

/** A moment, in UTC; the script shows it in the reader's zone. Seconds since 1970. */
export function moment(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

/** The same to the second, for what somebody may have to find elsewhere. */
export function exactMoment(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${iso}" data-exact>${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

/** Such as "1 call" and "2 calls". */
export const counted = (number: number, one: string): string => `${number} ${number === 1 ? one : `${one}s`}`

/** How long until then, roughly. Seconds since 1970. */
export function timeLeft(until: number, now: number): string {
  const hours = (until - now) / 3600
  if (hours < 1) return counted(Math.max(1, Math.round(hours * 60)), 'minute')
  if (hours < 48) return counted(Math.round(hours), 'hour')
  return counted(Math.round(hours / 24), 'day')
}

/** How long ago that was, roughly, such as "10 seconds ago". Seconds since 1970. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round(now - at))
  if (seconds < 1) return 'just now'
  if (seconds < 60) return `${counted(seconds, 'second')} ago`
  return `${timeLeft(now, at)} ago`
}

/** Until so far ahead, in seconds, an end is told by the clock, and after that by the calendar. */
const BY_THE_CLOCK = 12 * 60 * 60

/** Such as "until 26 Dec 2026", "until 14:05 UTC" or "until you end it". `now` in seconds since 1970. */
export function until({ endless, expiresAt }: Life, now: number, word: 'until' | 'Until' = 'until'): Html {
  if (endless) return html`${word} you end it`
  const end = new Date(expiresAt * 1000)
  return expiresAt - now < BY_THE_CLOCK
    ? html`${word} <time datetime="${end.toISOString()}" data-as="clock">${end.toISOString().slice(11, 16)} UTC</time>`
    : html`${word} <time datetime="${end.toISOString()}" data-as="day">${end.getUTCDate()} ${MONTH.format(end)} ${end.getUTCFullYear()}</time>`
}
/** In three letters, each of them. */
const MONTH = new Intl.DateTimeFormat('en-US', { month: 'short', timeZone: 'UTC' })
