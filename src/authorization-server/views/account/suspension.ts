// How pages tell that a connection is suspended, and the buttons that suspend and resume.
import { html } from 'hono/html'
import type { WhySuspended } from '../../../grants/suspension.ts'
import type { Html } from '../layout.ts'
import { moment } from '../moments.ts'
import { smallForm } from './frame.ts'

/** Why a connection can do nothing, in a sentence. */
export function whySuspended(why: WhySuspended): Html {
  switch (why.by) {
    case 'to-be-reviewed':
      return html`It waits since your API token was replaced, until you have looked at it.`
    case 'unknown-limits':
      return html`It has limits that a later release of this server has set, and that this one does not know.`
    case 'person':
      return html`You suspended it ${moment(why.at / 1000)}.`
    case 'address':
      return html`It was suspended by your address for emergencies ${moment(why.at / 1000)}.`
    case 'brake':
      return html`Its brake suspended it ${moment(why.at / 1000)}. ${why.says ?? ''}`
  }
}

/** Suspends a connection, or lets it go on. */
export const suspensionButton = (
  id: string,
  why: WhySuspended | undefined,
  csrf: string,
  describedBy?: string,
): Html => {
  const described = describedBy ? html`aria-describedby="${describedBy}"` : ''
  if (!why)
    return smallForm(
      `/account/connections/${id}/suspend`,
      csrf,
      html`<button class="halt" ${described}>Suspend</button>`,
    )
  if (why.by === 'to-be-reviewed') return html`<a class="button" href="/account/review" ${described}>Decide</a>`
  return why.by === 'unknown-limits'
    ? html``
    : smallForm(`/account/connections/${id}/resume`, csrf, html`<button ${described}>Resume</button>`)
}

/** Since everything was suspended: how many connections are, of all there are. `since` in seconds since 1970. */
export const everythingSuspended = (
  since: number,
  { suspended, all }: { readonly suspended: number; readonly all: number },
  csrf: string,
): Html =>
  html`<section class="card alarm" aria-labelledby="all-suspended">
    <h2 id="all-suspended">${suspended < all ? 'You suspended everything' : 'Everything is suspended'}</h2>
    <p>Since ${moment(since)}. ${
      !suspended
        ? 'Whatever is connected takes a proof.'
        : suspended < all
          ? `${suspended} of ${all} connections still wait, and whatever is connected takes a proof.`
          : 'No assistant can do anything until you let it go on.'
    } To resume, you are asked to show that it is you.</p>
    ${smallForm('/account/resume', csrf, html`<button>Resume everything</button>`)}
  </section>`

/** The buttons that stop everything: what each does, and what it does not. */
export const stopButtons = (csrf: string): Html => html`<div class="stops">
    <div>${smallForm('/account/suspend', csrf, html`<button class="halt" aria-describedby="suspends">Suspend everything</button>`)}
      <p class="quiet" id="suspends">No assistant can do anything from its next call on, until you resume it. Nothing is lost: they
      stay connected.</p></div>
    <div>${smallForm('/account/stop', csrf, html`<button class="danger" aria-describedby="disconnects">Disconnect everything</button>`)}
      <p class="quiet" id="disconnects">Every connection ends at its next call, and has to be made anew. It cannot be undone.</p></div>
  </div>
  <p class="quiet">The buttons beside an assistant do the same for that one alone. Nothing here stops what runs live at
  QuantConnect. That goes on by itself, until it is stopped under <a href="/account/running">Running now</a>.</p>`
