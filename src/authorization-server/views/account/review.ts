// After the API token was replaced: what was there before, and what shall become of it. Nothing is chosen beforehand but to decide
// later, so that no thief's connection is kept by habit.
import { html } from 'hono/html'
import type { BrowserSession, StoredPasskey } from '../../../accounts/profile.ts'
import type { Connection } from '../../permissions/describe-connection.ts'
import type { Html, Page } from '../layout.ts'
import { noticeLine } from '../layout.ts'
import { counted, moment } from '../moments.ts'
import type { Frame } from './frame.ts'
import { accountFrame } from './frame.ts'

export interface ReviewView extends Frame {
  readonly connections: readonly Connection[]
  readonly sessions: readonly BrowserSession[]
  readonly passkeys: readonly StoredPasskey[]
  readonly notice: Html | string | undefined
}

export const reviewPage = (view: ReviewView): Page =>
  accountFrame(
    'account',
    'Keep or end',
    view,
    html`${noticeLine(view.notice)}<section class="card wide">
      <h1>Your API token was replaced. What shall go on?</h1>
      <p>If someone else had the old token, they may have connected something. So all that was there before waits and does
      nothing. Keep what you know, end what you do not; what you decide later waits on.</p>
      <form method="post">
        <input type="hidden" name="csrf" value="${view.csrf}">
        ${table(
          'Connected assistants',
          view.connections.map(({ grant, name, sentence, realMoney }) => ({
            value: grant.id,
            name: grant.client && grant.client.name !== name ? `${name} (${grant.client.name})` : name,
            where: grant.client?.returnsTo ?? '',
            may: html`${realMoney ? html`<strong class="badge">real money</strong> ` : ''}${sentence}`,
            since: grant.createdAt,
          })),
        )}
        ${table(
          'Signed-in browsers',
          view.sessions.map(({ uid, browser, since }) => ({
            value: `browser:${uid}`,
            name: browser,
            may: html`Look at and change everything on these pages`,
            since,
          })),
        )}
        ${table(
          'Passkeys',
          view.passkeys.map(({ id, name, createdAt }) => ({
            value: `passkey:${id}`,
            name,
            may: html`Sign in, and confirm`,
            since: createdAt,
          })),
        )}
        <div class="actions"><button class="main">Go on</button></div>
      </form>
    </section>`,
  )

interface Item {
  readonly value: string
  readonly name: string
  readonly where?: string
  readonly may: Html
  /** Seconds since 1970. */
  readonly since: number
}

const CHOICES = [
  ['keep', 'Keep'],
  ['end', 'End'],
  ['later', 'Decide later'],
] as const

const table = (title: string, items: readonly Item[]): Html | string =>
  items.length
    ? html`<h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="calls review">
      <thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col">Since</th><th scope="col">Decision</th></tr></thead>
      <tbody>${items.map(
        ({ value, name, where, may, since }) => html`<tr>
        <td data-label="Name"><strong>${name}</strong>${where ? html`<br><span class="quiet">returns to ${where}</span>` : ''}</td>
        <td data-label="May">${may}</td>
        <td data-label="Since">${moment(since)}</td>
        <td data-label="Decision"><fieldset><legend>${name}</legend>${CHOICES.map(
          ([choice, says]) =>
            html`<label><input type="radio" name="item:${value}" value="${choice}" ${choice === 'later' ? 'checked' : ''}> ${says}</label>`,
        )}</fieldset></td></tr>`,
      )}</tbody></table></div>`
    : ''

/** What is about to end, by name. */
export interface WhatEnds {
  readonly connections: readonly string[]
  readonly browsers: readonly string[]
  readonly passkeys: readonly string[]
}

/** Asks once more before anything ends; `fields` are the form as it was sent. */
export const reviewEndsPage = ({
  ends,
  fields,
  ...frame
}: Frame & { readonly ends: WhatEnds; readonly fields: readonly (readonly [string, string])[] }): Page => {
  const what = [
    ...(ends.connections.length ? [counted(ends.connections.length, 'connection')] : []),
    ...(ends.browsers.length ? [counted(ends.browsers.length, 'browser')] : []),
    ...(ends.passkeys.length ? [counted(ends.passkeys.length, 'passkey')] : []),
  ].join(' and ')
  return accountFrame(
    'account',
    `End ${what}?`,
    frame,
    html`<section class="card">
      <h1>End ${what}?</h1>
      <ul>${[...ends.connections, ...ends.browsers, ...ends.passkeys].map((name) => html`<li>${name}</li>`)}</ul>
      <p>A connection that is ended has to be made anew, a browser signs in again, and a passkey is added anew.</p>
      <form method="post">
        <input type="hidden" name="csrf" value="${frame.csrf}">
        ${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <div class="actions"><button class="danger" name="confirmed" value="on">End ${what}</button>
          <a class="button" href="/account/review">Back</a></div>
      </form>
    </section>`,
  )
}
