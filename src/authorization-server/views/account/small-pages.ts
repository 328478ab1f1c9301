// The account pages that ask one thing each.
import { html } from 'hono/html'
import type { BrowserSession, StoredPasskey } from '../../../accounts/profile.ts'
import type { Html } from '../layout.ts'
import { passkeyFields } from '../passkeys.ts'
import { whereToFindThem } from '../sign-in.ts'
import type { Frame } from './frame.ts'
import { accountFrame, moment } from './frame.ts'
import type { Connection } from './overview.ts'

export const tokenPage = (frame: Frame, problem?: string): Html =>
  accountFrame(
    'Replace the API token',
    frame,
    html`<section class="card">
      <h1>Replace the API token</h1>
      <p>When you request a new API token from QuantConnect, the one before it stops working. Enter the new one of user
      <strong>${frame.userId}</strong> here. Then look through what was connected with the old one: nothing of it does
      anything until you have kept it.</p>
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      <form method="post" autocomplete="off">
        <input type="hidden" name="csrf" value="${frame.csrf}">
        <input type="hidden" name="userId" value="${frame.userId}">
        <label for="apiToken">New API token</label>
        <input type="password" id="apiToken" name="apiToken" autocomplete="off" spellcheck="false" required
          ${problem ? html`aria-describedby="problem"` : ''}>
        <div class="actions"><button class="main">Save</button><a class="button" href="/account">Back</a></div>
      </form>
      ${whereToFindThem}
    </section>`,
  )

export const deletePage = (frame: Frame, connections: number): Html =>
  accountFrame(
    'Delete this account',
    frame,
    html`<section class="card">
      <h1>Delete this account?</h1>
      <p>This ends ${connections === 1 ? 'the one connected assistant' : `all ${connections} connected assistants`} at their
      next call, signs you out everywhere, and removes your API token, your passkeys and the record of activity from this
      server. It cannot be undone. Your QuantConnect account, your projects and what runs live stay as they are.</p>
      <form method="post">
        <input type="hidden" name="csrf" value="${frame.csrf}">
        <div class="actions"><button class="danger">Delete everything</button><a class="button" href="/account">Back</a></div>
      </form>
    </section>`,
  )

export interface PasskeyView extends Frame {
  readonly options: object
  /** A name to begin with. */
  readonly suggestion: string
  readonly problem?: string
}

export const newPasskeyPage = (view: PasskeyView): Html =>
  accountFrame(
    'Add a passkey',
    view,
    html`<section class="card">
      <h1>Add a passkey</h1>
      <p>Your device or password manager keeps it. From then on it signs you in here, in place of the API token.</p>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      <p class="problem" data-without-script>This needs a browser with passkeys, and scripts.</p>
      <form method="post" action="/account/passkeys" data-passkey="create" data-options="${JSON.stringify(view.options)}">
        <input type="hidden" name="csrf" value="${view.csrf}">
        <label for="name">What you call it</label>
        <input type="text" id="name" name="name" maxlength="60" value="${view.suggestion}" autocomplete="off">
        ${passkeyFields('Add it')}
      </form>
      <p class="actions"><a class="button" href="/account">Back</a></p>
    </section>`,
  )

export interface ReviewView extends Frame {
  readonly connections: readonly Connection[]
  readonly sessions: readonly BrowserSession[]
  readonly passkeys: readonly StoredPasskey[]
}

/** After a token was replaced that had stopped working. */
export const reviewPage = (view: ReviewView): Html =>
  accountFrame(
    'Keep or end',
    view,
    html`<section class="card">
      <h1>Your API token was replaced. What shall go on?</h1>
      <p>QuantConnect did not take the old token any more. If someone else had it, they may have connected something. So all
      that was there before waits and does nothing. Keep what you know; the rest ends.</p>
      <form method="post">
        <input type="hidden" name="csrf" value="${view.csrf}">
        ${group(
          'Connected assistants',
          view.connections.map(({ grant, name, sentence, realMoney }) => ({
            value: grant.id,
            title: grant.client && grant.client.name !== name ? `${name} (${grant.client.name})` : name,
            says: html`${grant.client ? html`Returns to ${grant.client.returnsTo}. ` : ''}${realMoney ? html`<strong class="badge">real money</strong> ` : ''}${sentence} Connected
              ${moment(grant.createdAt)}.`,
          })),
        )}
        ${group(
          'Signed-in browsers',
          view.sessions.map(({ uid, browser, since }) => ({
            value: uid,
            title: browser,
            says: html`Since ${moment(since)}.`,
          })),
        )}
        ${group(
          'Passkeys',
          view.passkeys.map(({ id, name, createdAt }) => ({
            value: id,
            title: name,
            says: html`Added ${moment(createdAt)}.`,
          })),
        )}
        <div class="actions"><button class="main">Keep what is ticked, end the rest</button></div>
      </form>
    </section>`,
  )

interface Item {
  readonly value: string
  readonly title: string
  readonly says: Html
}

const group = (title: string, items: readonly Item[]): Html | string =>
  items.length
    ? html`<fieldset><legend>${title}</legend>${items.map(
        ({ value, title: name, says }) => html`<label class="scope">
        <input type="checkbox" name="keep" value="${value}"><span><span><strong>${name}</strong> <span class="quiet">${says}</span></span></span>
      </label>`,
      )}</fieldset>`
    : ''
