// The address for emergencies: the page that shows it once, and the pages behind it.
import { html } from 'hono/html'
import type { Html, Page } from '../layout.ts'
import { page } from '../layout.ts'
import { moment } from '../moments.ts'
import type { Frame } from './frame.ts'
import { accountFrame, smallForm } from './frame.ts'

/** What the overview tells of the address: when it was made, and when it was used, if it is good no more; seconds since 1970. */
export interface PauseFacts {
  readonly madeAt: number
  readonly spentAt?: number
}

export const pauseCard = (facts: PauseFacts | undefined, csrf: string): Html =>
  html`<section class="card" aria-labelledby="pause">
    <h2 id="pause">When you are away</h2>
    <p>An address that suspends everything with one press, without signing in. It can do nothing else, and is
    good once. Keep it where you find it without this computer.</p>
    ${facts ? html`<p class="quiet">${standing(facts)}</p>` : ''}
    ${smallForm('/account/pause', csrf, html`<button>${facts ? 'Make a new address' : 'Make an address'}</button>`)}
  </section>`

const standing = ({ madeAt, spentAt }: PauseFacts): Html =>
  spentAt === undefined
    ? html`There is one, made ${moment(madeAt)}. It was shown once. A new one takes its place.`
    : html`There was one. It was used ${moment(spentAt)}, and is good no more.`

export const pauseAddressPage = ({ address, ...frame }: Frame & { readonly address: string }): Page =>
  accountFrame(
    'account',
    'Your address for emergencies',
    frame,
    html`<section class="card">
      <h1>Your address for emergencies</h1>
      <p>Keep it now: it is not shown again. Print it, or put it where your phone finds it. Opening it does nothing yet; its one button
      suspends everything, without signing in, once. Whoever has it can do that, and nothing else.</p>
      <p class="address"><code>${address}</code></p>
      <p class="actions"><a class="button main" href="/account">I have kept it</a></p>
    </section>`,
  )

export const pausePage = (sandbox: boolean): Page =>
  page(
    { name: 'problem', title: 'Suspend everything', sandbox },
    html`<section class="card">
      <h1>Suspend everything</h1>
      <p>No assistant can do anything any more, from its next call on. Nothing is lost: they stay connected, and you let them go on
      later, when you have signed in.</p>
      <p>What runs live at QuantConnect goes on by itself. Stop that on your account page, or at quantconnect.com.</p>
      <form method="post"><button class="halt">Suspend everything</button></form>
    </section>`,
  )

const PAUSED = {
  done: {
    title: 'Everything is suspended',
    says: 'No assistant can do anything until you let it go on, on your account page.',
    next: 'What runs live at QuantConnect goes on by itself. Stop that on your account page, or at quantconnect.com.',
  },
  unfinished: {
    title: 'This is not finished',
    says: 'The store of this server did not take all of it. Some of it may be suspended.',
    next: 'Go back and press again.',
  },
  unknown: {
    title: 'Nothing was suspended',
    says: 'This address is not good, or not any more. Perhaps it was used before, a newer one was made, or some of it is missing.',
    next: 'Sign in to suspend everything on your account page. To be sure, request a new API token at QuantConnect: the old one stops working then.',
  },
  'too-many': {
    title: 'Nothing was suspended',
    says: 'Too many addresses that are not good came from your network. A good one works all the same.',
    next: 'Sign in to suspend everything on your account page.',
  },
} as const

export const pausedPage = (sandbox: boolean, how: keyof typeof PAUSED): Page => {
  const { title, says, next } = PAUSED[how]
  return page(
    { name: 'problem', title, sandbox },
    html`<section class="card">
      <h1>${title}</h1>
      <p ${how === 'done' ? '' : html`class="problem" role="alert"`}>${says}</p>
      <p>${next}</p>
      <p class="actions"><a class="button" href="/account">Open the account page</a></p>
    </section>`,
  )
}
