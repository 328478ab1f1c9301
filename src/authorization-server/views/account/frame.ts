// What all account pages have around them: whose account it is, and the way to the others.
import { html } from 'hono/html'
import type { PageNumber } from '../../account/paging.ts'
import type { Html, Page } from '../layout.ts'
import { page } from '../layout.ts'
import { moment } from '../moments.ts'

export interface Frame {
  readonly sandbox: boolean
  /** The QuantConnect user id. */
  readonly userId: string
  readonly csrf: string
  /** Since when QuantConnect refuses the API token; seconds since 1970. */
  readonly tokenRefusedSince?: number | undefined
}

export const accountFrame = (
  name: 'account' | 'connection' | 'activity',
  title: string,
  { sandbox, userId, csrf, tokenRefusedSince }: Frame,
  content: Html,
): Page =>
  page(
    { name, title, sandbox },
    html`<nav class="account" aria-label="Your account">
      <span>QuantConnect user <strong>${userId}</strong></span>
      <a href="/account">Overview</a> <a href="/account/activity">Activity</a>
      ${smallForm('/account/sign-out', csrf, html`<button class="link">Sign out</button>`)}
    </nav>
    ${tokenRefusedSince === undefined ? '' : refusedToken(tokenRefusedSince, userId, csrf)}
    ${content}`,
  )

/** While nothing works, since QuantConnect does not take the API token any more. */
const refusedToken = (since: number, userId: string, csrf: string): Html =>
  html`<section class="card alarm" role="alert" aria-label="Your API token">
    <p><strong>QuantConnect refuses your API token since ${moment(since)}. Assistants can do nothing.</strong> Request a new one at
    quantconnect.com, and enter it here.</p>
    <form method="post" action="/account/token" autocomplete="off" class="row">
      <input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="userId" value="${userId}">
      <label for="replacement">New API token</label>
      <input type="password" id="replacement" name="apiToken" autocomplete="off" spellcheck="false" required>
      <button class="main">Save</button>
    </form>
  </section>`

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
