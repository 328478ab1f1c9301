// One connection: its name, and what it may do from the next call on.
import { html } from 'hono/html'
import type { Grant } from '../../../grants/grant-record.ts'
import { nameOf } from '../../../grants/grants.ts'
import type { WhySuspended } from '../../../grants/suspension.ts'
import { standingBadge } from '../consent.ts'
import type { Page } from '../layout.ts'
import { moment, timeLeft } from '../moments.ts'
import type { PermissionsView } from '../permissions.ts'
import { bar, endOfLife, onEnter, permissionFields } from '../permissions.ts'
import type { Frame } from './frame.ts'
import { accountFrame } from './frame.ts'
import { suspensionButton, whySuspended } from './suspension.ts'

export interface ConnectionView extends Frame {
  readonly grant: Grant
  /** As typed, or as it is. */
  readonly name: string
  readonly permissions: PermissionsView
  /** Seconds since 1970. */
  readonly now: number
  readonly problem?: string
  /** Why it can do nothing, whatever is ticked. */
  readonly idle: string | undefined
  /** Who has suspended it, as far as its person can let it go on here. */
  readonly suspension: WhySuspended | undefined
}

export const connectionPage = (view: ConnectionView): Page =>
  accountFrame(
    'connection',
    `Permissions of ${nameOf(view.grant)}`,
    view,
    html`<section class="card">
      <h1>Permissions of ${nameOf(view.grant)}</h1>
      ${
        view.suspension
          ? html`<p class="problem">${whySuspended(view.suspension)} It can do nothing now.</p>
        <p>${suspensionButton(view.grant.id, view.suspension, view.csrf)}</p>`
          : ''
      }
      ${
        view.idle
          ? html`<p class="problem">${view.idle} What you change here changes nothing about that.</p>`
          : html`<p class="quiet">What you change here holds from the next call on. Nothing has to be connected anew.</p>`
      }
      <dl class="facts">
        ${
          view.grant.client
            ? html`<dt>Client</dt><dd>${standingBadge(view.grant.client.standing)} ${view.grant.client.name}</dd>
            <dt>Returns to</dt><dd>${view.grant.client.returnsTo}</dd>`
            : ''
        }
        <dt>Connected</dt><dd>${moment(view.grant.createdAt)}</dd>
        <dt>Ends</dt><dd>${endOfLife(view.grant)}${
          view.grant.endless ? '' : html`, in ${timeLeft(view.grant.expiresAt, view.now)}`
        }</dd>
      </dl>
      ${view.problem ? html`<p class="problem" role="alert">${view.problem}</p>` : ''}
      <form method="post" data-live autocomplete="off">
        <input type="hidden" name="csrf" value="${view.csrf}">
        ${onEnter('allow')}
        <label for="name">What you call it</label>
        <input type="text" id="name" name="name" maxlength="60" value="${view.name}">
        ${permissionFields(view.permissions)}
        ${bar(
          view.permissions,
          html`<button class="main" name="decision" value="allow">Save</button>
          <a class="button" href="/account">Back</a>`,
        )}
      </form>
    </section>`,
  )
