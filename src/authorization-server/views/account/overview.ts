// The account page: what is connected and what it did, and everything that a person may want to stop.
import { html } from 'hono/html'
import type { BrowserSession, StoredPasskey } from '../../../accounts/profile.ts'
import type { Counts } from '../../../audit/counts.ts'
import type { Grant } from '../../../grants/grants.ts'
import type { PageNumber } from '../../account/paging.ts'
import { standingBadge } from '../consent.ts'
import type { Html } from '../layout.ts'
import type { Frame } from './frame.ts'
import { accountFrame, counted, moment, pager, smallForm, timeLeft } from './frame.ts'

export interface Connection {
  readonly grant: Grant
  readonly name: string
  /** The sentence that sums its permissions up. */
  readonly sentence: string
  readonly realMoney: boolean
  /** Seconds since 1970; absent when it did nothing in the time that activity is kept. */
  readonly lastCall?: number
}

export interface OverviewView extends Frame {
  /** Seconds since 1970. */
  readonly now: number
  /** Since when the numbers count; absent when the person looks for the first time. */
  readonly since?: number
  readonly counts: Counts
  readonly connections: readonly Connection[]
  readonly page: PageNumber
  readonly sessions: readonly BrowserSession[]
  /** The browser that asks. */
  readonly thisSession: string
  readonly passkeys: readonly StoredPasskey[]
  readonly tokenSince: number
  /** When QuantConnect last took the token, as far as is known. */
  readonly tokenWorked?: number
  readonly notice?: string
}

export const overviewPage = (view: OverviewView): Html =>
  accountFrame(
    'Your account',
    view,
    html`<section class="card">
      <h1>Your account</h1>
      ${view.notice ? html`<p class="good" role="status">${view.notice}</p>` : ''}
      <p class="news">${view.since === undefined ? 'So far' : html`Since you last looked (${moment(view.since)})`}:
        <strong>${counted(view.counts.calls, 'call')}</strong>, ${counted(view.counts.backtests, 'backtest')},
        ${counted(view.counts.trades, 'trade')}, ${view.counts.refused} refused.
        <a href="/account/activity">See the activity</a></p>
    </section>
    <section class="card" aria-labelledby="connections">
      <div class="row"><h2 id="connections">Connected assistants</h2>
        ${
          view.connections.length
            ? smallForm('/account/stop', view.csrf, html`<button class="danger">Stop everything</button>`)
            : ''
        }</div>
      ${
        view.connections.length
          ? html`<ul class="list">${view.connections.map((connection) => connectionItem(connection, view))}</ul>`
          : html`<p>None. <a href="/">How to connect one</a></p>`
      }
      ${view.page.of > 1 ? pager(view.page, (page) => `/account?page=${page}`) : ''}
      ${
        view.connections.length
          ? html`<p class="quiet">Whatever you stop is refused from its next call on. What runs live at QuantConnect goes on by
            itself.</p>`
          : ''
      }
    </section>
    <section class="card" aria-labelledby="credentials">
      <h2 id="credentials">API token</h2>
      <p>In use since ${moment(view.tokenSince)}${
        view.tokenWorked ? html`; QuantConnect last took it ${moment(view.tokenWorked)}` : ''
      }. It reaches every organization of user ${view.userId}: what an assistant may do, it may do in all of them. Another
      QuantConnect account is another account here.</p>
      <p><a class="button" href="/account/token">Replace it</a></p>
      <h2>Passkeys</h2>
      <p>With a passkey you sign in and confirm without the API token.</p>
      ${
        view.passkeys.length
          ? html`<ul class="list">${view.passkeys.map(
              ({ id, name, createdAt, usedAt }) => html`<li class="row"><span><strong>${name}</strong>
              <span class="quiet">added ${moment(createdAt)}${usedAt ? html`, last used ${moment(usedAt)}` : ''}</span></span>
              ${smallForm(`/account/passkeys/${encodeURIComponent(id)}/remove`, view.csrf, html`<button>Remove</button>`)}</li>`,
            )}</ul>`
          : ''
      }
      ${smallForm('/account/passkeys/new', view.csrf, html`<button>Add a passkey</button>`)}
    </section>
    <section class="card" aria-labelledby="sessions">
      <div class="row"><h2 id="sessions">Where you are signed in</h2>
        ${smallForm('/account/sign-out-everywhere', view.csrf, html`<button>Sign out everywhere</button>`)}</div>
      <ul class="list">${view.sessions.map(
        ({ uid, browser, since }) => html`<li class="row"><span><strong>${browser}</strong>
        <span class="quiet">since ${moment(since)}</span></span>${
          uid === view.thisSession ? html`<span class="badge good">this browser</span>` : ''
        }</li>`,
      )}</ul>
    </section>
    <section class="card" aria-labelledby="leaving">
      <h2 id="leaving">Leaving</h2>
      <p>Deleting the account here ends every connection and removes your API token and everything else that is kept about
      you. Your QuantConnect account stays as it is.</p>
      <p><a class="button" href="/account/delete">Delete this account</a></p>
    </section>`,
  )

const connectionItem = (
  { grant, name, sentence, realMoney, lastCall }: Connection,
  { now, csrf }: OverviewView,
): Html =>
  html`<li>
    <h3 id="c-${grant.id}">${name} ${grant.client ? standingBadge(grant.client.standing) : ''}
      ${realMoney ? html`<strong class="badge">real money</strong>` : ''}</h3>
    <p>${sentence}</p>
    <dl class="facts">
      ${grant.client ? html`<dt>Client</dt><dd>${grant.client.name}, returns to ${grant.client.returnsTo}</dd>` : ''}
      <dt>Connected</dt><dd>${moment(grant.createdAt)}</dd>
      <dt>Last call</dt><dd>${lastCall ? moment(lastCall) : 'none in 30 days'}</dd>
      <dt>Ends</dt><dd>${
        grant.lifetime === 'never'
          ? 'when you end it, or after 90 days without a call'
          : html`in ${timeLeft(grant.expiresAt, now)} (${moment(grant.expiresAt)})`
      }</dd>
    </dl>
    <div class="actions">
      <a class="button" href="/account/connections/${grant.id}" aria-describedby="c-${grant.id}">Edit permissions</a>
      <a class="button" href="/account/activity?connection=${grant.id}" aria-describedby="c-${grant.id}">What it did</a>
      ${smallForm(
        `/account/connections/${grant.id}/revoke`,
        csrf,
        html`<button class="danger" aria-describedby="c-${grant.id}">Revoke</button>`,
      )}
    </div>
  </li>`
