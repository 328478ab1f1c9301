// The account page: what is connected and what it did, and everything that a person may want to stop.
import { html } from 'hono/html'
import type { Event, NewsItem } from '../../../accounts/news.ts'
import type { BrowserSession, PasskeyStanding, StoredPasskey } from '../../../accounts/profile.ts'
import { passkeysOf, standingOf } from '../../../accounts/profile.ts'
import type { Counts } from '../../../audit/counts.ts'
import type { PageNumber } from '../../account/paging.ts'
import type { Connection } from '../../permissions/describe-connection.ts'
import { isAllRecorded } from '../../permissions/describe-connection.ts'
import { standingBadge } from '../consent.ts'
import type { Html, Page } from '../layout.ts'
import { noticeLine } from '../layout.ts'
import { ago, counted, moment, timeLeft } from '../moments.ts'
import { passkeyFields, WHY_A_PASSKEY } from '../passkeys.ts'
import { endOfLife } from '../permissions.ts'
import type { Frame } from './frame.ts'
import { accountFrame, pager, smallForm } from './frame.ts'
import type { PauseFacts } from './pause.ts'
import { pauseCard } from './pause.ts'
import { runningCard } from './running.ts'
import { everythingSuspended, stopButtons, suspensionButton, whySuspended } from './suspension.ts'

export interface OverviewView extends Frame {
  /** Seconds since 1970. */
  readonly now: number
  /** Up to when this page tells; milliseconds since 1970. */
  readonly upTo: number
  /** Since when the numbers count: when the person last said that they have seen the news; absent when they never did. */
  readonly since?: number
  readonly news: readonly NewsItem[]
  readonly counts: Counts
  /** Since when everything is suspended; seconds since 1970. */
  readonly everythingSuspendedAt?: number
  /** The address for emergencies, if there is one. */
  readonly pauseAddress?: PauseFacts
  /** How many connections there are, on all pages, how many are suspended, and how many may trade with real money. */
  readonly counted: { readonly suspended: number; readonly all: number; readonly real: number }
  readonly connections: readonly Connection[]
  /** Names that several of all connections have. */
  readonly sharedNames: readonly string[]
  /** Whether something waits for a review that the person has put off. */
  readonly isLeftForLater: boolean
  readonly page: PageNumber
  readonly sessions: readonly BrowserSession[]
  /** The browser that asks. */
  readonly thisSession: string
  readonly passkeys: readonly StoredPasskey[]
  /** Whether nothing but a passkey proves that the person is here. */
  readonly onlyPasskeys: boolean
  /** What the browser needs to make a first passkey, where one is offered. */
  readonly firstPasskey?: object
  readonly tokenSince: number
  /** When QuantConnect last took the token, as far as is known. */
  readonly tokenWorked?: number
  readonly notice: Html | string | undefined
  /** Whether what runs live comes with the page, when QuantConnect has told it. */
  readonly runningComesLater: boolean
}

export const overviewPage = (view: OverviewView): Page =>
  accountFrame(
    'account',
    'Your account',
    view,
    html`<section class="card">
      <h1>Your account</h1>
      ${noticeLine(view.notice)}
      <p class="news">${view.since === undefined ? 'So far' : html`Since you last pressed Seen (${moment(view.since)})`}:
        <strong>${counted(view.counts.calls, 'call')}</strong>${view.counts.deeds.length ? `: ${view.counts.deeds.join(', ')}` : ''}${
          view.counts.refused ? `; ${view.counts.refused} refused` : ''
        }.
        <a href="/account/activity">See the activity</a></p>
      ${
        view.news.length
          ? html`<ul class="list" aria-label="News">${view.news.map(newsItem)}</ul>
            <p class="quiet">Was this not you? Revoke what you do not know, remove passkeys that are not yours, and request a new API
            token. News of passkeys stays for seven days.</p>`
          : ''
      }
      ${
        view.news.length || view.counts.calls
          ? html`<form method="post" action="/account/seen"><input type="hidden" name="csrf" value="${view.csrf}">
            <input type="hidden" name="upTo" value="${view.upTo}"><button>Seen</button></form>`
          : ''
      }
    </section>
    ${
      view.everythingSuspendedAt === undefined
        ? ''
        : everythingSuspended(view.everythingSuspendedAt, view.counted, view.csrf)
    }
    ${runningCard(view.runningComesLater)}
    ${view.firstPasskey ? firstPasskeyCard(view.firstPasskey, view.csrf) : ''}
    <section class="card" aria-labelledby="connections">
      <div class="row"><h2 id="connections">Connected assistants</h2>
        ${view.counted.real ? html`<strong class="badge">${view.counted.real} with real money</strong>` : ''}</div>
      ${
        view.isLeftForLater
          ? html`<p class="problem">Some of what was there before your API token was replaced still waits, and does nothing.
            <a href="/account/review">Decide what goes on</a></p>`
          : ''
      }
      ${view.connections.length ? stopButtons(view.csrf) : ''}
      ${
        view.connections.length
          ? html`<ul class="list">${view.connections.map((connection) => connectionItem(connection, view))}</ul>`
          : html`<p>None. <a href="/">How to connect one</a></p>`
      }
      ${view.page.of > 1 ? pager(view.page, (page) => `/account?page=${page}`) : ''}
    </section>
    ${pauseCard(view.pauseAddress, view.csrf)}
    <section class="card" aria-labelledby="credentials">
      <h2 id="credentials">API token</h2>
      <p>In use since ${moment(view.tokenSince)}${
        view.tokenWorked ? html`; QuantConnect last took it ${moment(view.tokenWorked)}` : ''
      }. It reaches every organization of user ${view.userId}: what an assistant may do, it may do in all of them. Another
      QuantConnect account is another account here.</p>
      <p><a class="button" href="/account/token">Replace it</a></p>
      <h2>Passkeys</h2>
      <p>With a passkey you sign in and confirm without the API token.${
        view.onlyPasskeys ? html` <strong>Only a passkey confirms.</strong>` : ''
      }</p>
      ${
        view.passkeys.length
          ? html`<ul class="list">${view.passkeys.map(
              (passkey) => html`<li class="row"><span><strong>${passkey.name}</strong>
              <span class="quiet">added ${moment(passkey.createdAt)}${
                passkey.usedAt ? html`, last used ${moment(passkey.usedAt)}` : ''
              }${passkey.suspended ? WAITS : STANDING[standingOf(passkey, view.now)]}</span></span>
              ${smallForm(`/account/passkeys/${encodeURIComponent(passkey.id)}/remove`, view.csrf, html`<button>Remove</button>`)}</li>`,
            )}</ul>`
          : ''
      }
      ${smallForm('/account/passkeys/new', view.csrf, html`<button>Add a passkey</button>`)}
      ${view.onlyPasskeys || passkeysOf(view, 'full', view.now).length > 1 ? onlyPasskeysForm(view) : ''}
    </section>
    <section class="card" aria-labelledby="sessions">
      <div class="row"><h2 id="sessions">Where you are signed in</h2>
        ${smallForm('/account/sign-out-everywhere', view.csrf, html`<button>Sign out everywhere</button>`)}</div>
      <ul class="list">${view.sessions.map(
        ({
          uid,
          browser,
          since,
          usedAt = since,
          suspended,
        }) => html`<li class="row"><span><strong id="b-${uid}">${browser}</strong>
        ${uid === view.thisSession ? html`<span class="badge good">this browser</span>` : ''}
        <span class="quiet">since ${moment(since)}, last used ${ago(usedAt, view.now)}${suspended ? WAITS : ''}</span></span>
        ${smallForm(`/account/browsers/${uid}/sign-out`, view.csrf, html`<button aria-describedby="b-${uid}">Sign it out</button>`)}</li>`,
      )}</ul>
    </section>
    <section class="card" aria-labelledby="leaving">
      <h2 id="leaving">Leaving</h2>
      <p>You can end everything here, and erase the record too. Your QuantConnect account stays as it is.</p>
      <p><a class="button" href="/account/delete">Leave</a></p>
    </section>`,
  )

/** Of what its person has not decided on since the API token was replaced. */
const WAITS = '. It waits since your API token was replaced, and does nothing'

/** What a passkey is not good for. */
const STANDING: Readonly<Record<PasskeyStanding, string>> = {
  full: '',
  young: '. It signs in; what trades or deletes it cannot confirm in its first day',
  ripe: '. It signs in; it confirms what trades or deletes once you have confirmed something with your API token',
}

const firstPasskeyCard = (options: object, csrf: string): Html =>
  html`<form method="post" action="/account/passkeys" class="card passkey" data-passkey="create"
      data-options="${JSON.stringify(options)}" aria-labelledby="first-passkey">
      <input type="hidden" name="csrf" value="${csrf}">
      <h2 id="first-passkey">Add a passkey?</h2>
      <p>${WHY_A_PASSKEY}</p>
      ${passkeyFields('Add it')}
    </form>`

const onlyPasskeysForm = ({ onlyPasskeys, csrf }: OverviewView): Html =>
  html`<form method="post" action="/account/passkeys/only">
      <input type="hidden" name="csrf" value="${csrf}">
      ${
        onlyPasskeys
          ? html`<button name="only" value="off">Let the API token confirm as well</button>`
          : html`<p class="quiet">You can choose that the API token, which may lie in other places, confirms nothing here. Should you
            lose all passkeys, replacing the API token undoes that, and suspends everything until you have looked.</p>
            <button name="only" value="on">Only a passkey confirms</button>`
      }
    </form>`

const NEWS: Readonly<Record<Event, string>> = {
  'connection-added': 'connected',
  'connection-joined': 'connected again, with what was allowed before',
  'connection-widened': 'may do more, or for longer',
  'connection-narrowed': 'may do less, or for shorter',
  'connection-renamed': 'has this name now',
  'connection-resumed': 'goes on, which had waited',
  'connection-removed': 'revoked',
  'code-reused': 'was signed in with one code twice',
  'refresh-reused': 'was ended: a token that it had used already came back from another place',
  'everything-stopped': 'Every connection was ended',
  'everything-suspended': 'Everything was suspended',
  'everything-resumed': 'What suspended everything was ended: connections can be made again as ever',
  'suspended-by-address': 'Everything was suspended, by your address for emergencies',
  'connection-suspended': 'is suspended',
  'connection-braked': 'was suspended by its brake',
  'pause-address-made': 'An address for emergencies was made. One from before is not good any more',
  'passkey-added': 'was added',
  'passkey-counts': 'confirms from now on what trades or deletes',
  'passkey-resumed': 'was kept',
  'passkey-removed': 'was removed',
  'only-passkeys': 'Only a passkey confirms from now on',
  'token-too': 'The API token confirms as well as a passkey',
  'token-replaced': 'The API token was replaced',
  'outcome-unknown': 'sent something, and nobody knows whether it was done',
  'record-full': 'The record is full: nothing is sent any more that would stand in it. Something calls far too often',
}

const isEvent = (what: string): what is Event => Object.hasOwn(NEWS, what)

const newsItem = ({ at, what, name, says, grave }: NewsItem): Html | string =>
  isEvent(what)
    ? html`<li>${grave ? html`<span aria-hidden="true">▲ </span>` : ''}${
        name === undefined
          ? html`<strong>${NEWS[what]}</strong>`
          : html`${what.startsWith('passkey') ? 'The passkey ' : ''}<strong>${name}</strong> ${NEWS[what]}`
      } <span class="quiet">${moment(at / 1000)}</span>${says ? html`<br>${says}` : ''}</li>`
    : ''

const connectionItem = (
  { grant, name, sentence, realMoney, suspension, lastCall }: Connection,
  { now, csrf, sharedNames }: OverviewView,
): Html =>
  html`<li>
    <h3 id="c-${grant.id}">${name}${sharedNames.includes(name) ? html` <span class="quiet">of ${moment(grant.createdAt)}</span>` : ''} ${grant.client ? standingBadge(grant.client.standing) : ''}
      ${realMoney ? html`<strong class="badge">real money</strong>` : ''}
      ${suspension ? html`<strong class="badge suspended">suspended</strong>` : ''}</h3>
    ${suspension && suspension.by !== 'unknown-limits' ? html`<p class="problem">${whySuspended(suspension)} It can do nothing now.</p>` : ''}
    <p>${sentence}</p>
    <dl class="facts">
      ${grant.client ? html`<dt>Client</dt><dd>${grant.client.name}, returns to ${grant.client.returnsTo}</dd>` : ''}
      <dt>Connected</dt><dd>${moment(grant.createdAt)}, ${ago(grant.createdAt, now)}</dd>
      <dt>Last call</dt><dd>${lastCall ? html`${moment(lastCall)}, ${ago(lastCall, now)}` : isAllRecorded(grant, now) ? 'none yet' : 'none in 30 days'}</dd>
      <dt>Ends</dt><dd>${endOfLife(grant)}${grant.endless ? '' : html`, in ${timeLeft(grant.expiresAt, now)}`}</dd>
    </dl>
    <div class="actions">
      <a class="button" href="/account/connections/${grant.id}" aria-describedby="c-${grant.id}">Edit permissions</a>
      <a class="button" href="/account/activity?view=all&amp;connection=${grant.id}" aria-describedby="c-${grant.id}">What it did</a>
      ${suspensionButton(grant.id, suspension, csrf, `c-${grant.id}`)}
      ${smallForm(
        `/account/connections/${grant.id}/revoke`,
        csrf,
        html`<button class="danger" aria-describedby="c-${grant.id}">Revoke</button>`,
      )}
    </div>
  </li>`
