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

export const accountFrame = (
  name: 'account' | 'connection' | 'activity',
  title: string,
  { sandbox, userId, csrf }: Frame,
  content: Html,
): Html =>
  page(
    { name, title, sandbox },
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
