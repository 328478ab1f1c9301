// The page for whatever went wrong: what happened, and what to do now.
import { html } from 'hono/html'
import type { ClientIdentity } from '../clients/clients.ts'
import type { Page } from './layout.ts'
import { page } from './layout.ts'

export interface ProblemView {
  readonly title: string
  /** What happened, in a sentence. */
  readonly happened: string
  /** What the person can do about it. */
  readonly remedy: string
  /** The error's name in the standard, for whoever helps. */
  readonly code?: string
  readonly sandbox: boolean
  /** A way on, within this server. */
  readonly link?: { readonly to: string; readonly says: string }
}

export const problemPage = ({ title, happened, remedy, code, sandbox, link }: ProblemView): Page =>
  page(
    { name: 'problem', title, sandbox },
    html`<section class="card">
      <h1>${title}</h1>
      <p>${happened}</p>
      <p>${remedy}</p>
      ${link ? html`<p><a class="button" href="${link.to}">${link.says}</a></p>` : ''}
      ${code ? html`<p class="quiet">Error: <code>${code}</code></p>` : ''}
    </section>`,
  )

export interface ReturnView {
  readonly client: ClientIdentity
  readonly error: string
  /** The client's address with the error in it. */
  readonly to: string
  readonly sandbox: boolean
}

/** The page for an OAuth error that goes back to the client when its person says so. */
export const returnPage = ({ client, error, to, sandbox }: ReturnView): Page =>
  page(
    { name: 'problem', title: 'This cannot go on', sandbox },
    html`<section class="card">
      <h1>This cannot go on</h1>
      ${client.warning ? html`<p class="problem"><strong>Look twice.</strong> ${client.warning.says}</p>` : ''}
      <p>A link brought you here to connect a program. ${whatIsWrong(error)} Nothing was given to anybody.</p>
      <dl class="facts">
        <dt>Who asks</dt><dd>${client.says}</dd>
        <dt>You return to</dt><dd><strong>${client.returnsTo}</strong></dd>
      </dl>
      <p>If you were connecting it yourself, go back: it is told what went wrong. If not, close this page.</p>
      <p><a class="button" href="${to}" rel="noreferrer">Go back to ${new URL(to).host}</a></p>
      <p class="quiet">Error: <code>${error}</code></p>
    </section>`,
  )

const whatIsWrong = (error: string): string => {
  switch (error) {
    case 'login_required':
    case 'consent_required':
    case 'interaction_required':
      return 'It wants an answer without asking you, and you have not connected it.'
    case 'invalid_target':
      return 'It asks for access to another server than this one.'
    default:
      return 'Its request is not one that this server can answer.'
  }
}

/**
 * The page for an OAuth error that cannot go back to the client, because who or where it is was part of the error.
 * `byDocument` says that the client is known by its metadata document.
 */
export function errorPage(error: string, description: string | undefined, sandbox: boolean, byDocument = false): Page {
  const again = 'Go back to your assistant and connect again.'
  const base = { title: 'This cannot go on', code: error, sandbox }
  switch (error) {
    case 'invalid_client':
      if (byDocument) {
        return problemPage({
          ...base,
          happened: 'The assistant describes itself on a site of its makers, and this server could not read that.',
          remedy: 'Connect again in a few minutes. If that does not help, tell the makers of the assistant.',
        })
      }
      return problemPage({
        ...base,
        happened: 'The assistant uses a registration that this server does not know (any more).',
        remedy: 'Remove this server from your assistant and add it again; that registers it anew.',
      })
    case 'invalid_redirect_uri':
      return problemPage({
        ...base,
        happened: 'The assistant asks to return to an address that it did not register, so nothing was sent there.',
        remedy: 'Remove this server from your assistant and add it again. If that does not help, tell its makers.',
      })
    case 'temporarily_unavailable':
      return problemPage({
        ...base,
        title: 'One moment, please',
        happened: `This cannot go on right now: ${description}.`,
        remedy: 'Load this page again in a while. If that does not help, go back to your assistant and connect again.',
      })
    case 'server_error':
      return problemPage({
        ...base,
        happened: 'Something went wrong on this server. The cause is in its log.',
        remedy: `${again} If it happens again, tell whoever runs this server.`,
      })
    default:
      return problemPage({ ...base, happened: description ?? 'The request cannot be answered.', remedy: again })
  }
}
