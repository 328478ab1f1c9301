// What all account pages have around them: whose account it is, and the way to the others.
import { html } from 'hono/html'
import type { PageNumber } from '../../account/paging.ts'
import type { Html } from '../layout.ts'
import { page } from '../layout.ts'

export interface Frame {
  readonly sandbox: boolean
  /** The QuantConnect user id. */
  readonly userId: string
  readonly csrf: string
}

export const accountFrame = (title: string, { sandbox, userId, csrf }: Frame, content: Html): Html =>
  page(
    { title, sandbox },
    html`<nav class="account" aria-label="Your account">
      <span>QuantConnect user <strong>${userId}</strong></span>
      <a href="/account">Overview</a> <a href="/account/activity">Activity</a>
      ${smallForm('/account/sign-out', csrf, html`<button class="link">Sign out</button>`)}
    </nav>${content}`,
  )

/** A form of one button. */
export const smallForm = (action: string, csrf: string, button: Html): Html =>
  html`<form method="post" action="${action}" class="inline"><input type="hidden" name="csrf" value="${csrf}">${button}</form>`

/** The way to the pages before and after, of a list that begins with the newest. `note` follows the number of the page. */
export const pager = ({ number, of }: PageNumber, address: (page: number) => string, note = ''): Html =>
  html`<nav class="pager" aria-label="Pages">
  ${number > 1 ? html`<a href="${address(number - 1)}" rel="prev">Newer</a>` : ''}
  <span>Page ${number} of ${of}${note}</span>
  ${number < of ? html`<a href="${address(number + 1)}" rel="next">Older</a>` : ''}
</nav>`

/** A moment, in UTC; the script shows it in the reader's zone. Seconds since 1970. */
export function moment(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
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
