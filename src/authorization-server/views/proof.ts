// Before anything dangerous: is it still the person? What was decided waits at the server, and the form here names it.
import { html } from 'hono/html'
import type { Life } from '../../grants/lifetime.ts'
import type { Holders } from '../permissions/describe-connection.ts'
import type { Summary } from '../permissions/summary.ts'
import type { Html, Page } from './layout.ts'
import { page } from './layout.ts'
import { counted, moment } from './moments.ts'
import { passkeyFields } from './passkeys.ts'
import { endOfLife, summaryBox } from './permissions.ts'

/** What the page says of an act. */
export interface ActWords {
  readonly sandbox: boolean
  /** What is about to be done, continuing "Before …". */
  readonly before: string
  /** The same for the record, which has no list beside it. */
  readonly recorded?: string
  /** What the person should know of how they came here. */
  readonly caution?: string
  /** The software that it is about: what it calls itself, and where its answers go. Its person's name for it says neither. */
  readonly client?: { readonly name: string; readonly returnsTo: string }
  /** Who holds the connection already, and gets this too. */
  readonly holders?: Holders
  /** What it is about, one by one. */
  readonly items?: readonly string[]
  /** What it comes to, where permissions are at stake. */
  readonly summary?: Summary
  /** When what is allowed ends. */
  readonly life?: Life
  /** Passkeys that count from then on, as their person knows them. */
  readonly alsoCount: readonly { readonly name: string; readonly createdAt: number }[]
  /** Where the person goes who would rather not: an address, or a form of choices as it was sent. */
  readonly back: string | readonly (readonly [name: string, value: string])[]
}

export interface ProofView {
  /** The name of the act. */
  readonly act: string
  readonly csrf: string
  readonly words: ActWords
  /** What the browser needs to ask for a passkey; absent when none counts. */
  readonly passkeyOptions?: object
  /** Whether the API token counts. */
  readonly takesToken: boolean
  readonly problem?: string
}

export const proofPage = ({ act, csrf, words, passkeyOptions, takesToken, problem }: ProofView): Page =>
  page(
    { name: 'proof', title: 'Is it you?', sandbox: words.sandbox, act },
    html`<section class="card">
      <h1>Show that it is you</h1>
      <p>Before ${words.before}, show that you are the one at this screen, and not a program that uses your browser. It counts
      for this alone.</p>
      ${words.caution ? html`<p class="problem">${words.caution}</p>` : ''}
      ${
        words.client
          ? html`<dl class="facts"><dt>Client</dt><dd>${words.client.name}, returns to <strong>${words.client.returnsTo}</strong></dd></dl>`
          : ''
      }
      ${words.holders ? html`<p>Whoever connected it gets this too: it was connected ${counted(words.holders.times, 'time')}, last ${moment(words.holders.last)}.</p>` : ''}
      ${words.items ? html`<ul>${words.items.map((item) => html`<li>${item}</li>`)}</ul>` : ''}
      ${words.summary ? summaryBox(words.summary) : ''}
      ${words.life ? html`<p>It ends ${endOfLife(words.life)}.</p>` : ''}
      ${words.alsoCount.map(
        ({
          name,
          createdAt,
        }) => html`<p class="problem"><strong>Look twice.</strong> From then on the passkey “${name}”, which
        was added ${moment(createdAt)} right after a sign-in, confirms such things too. If you do not know it, go back and remove
        it on <a href="/account">your account page</a> first.</p>`,
      )}
      ${problem ? html`<p class="problem" role="alert" id="problem">${problem}</p>` : ''}
      ${
        passkeyOptions
          ? html`<form method="post" class="passkey" data-passkey="get" data-options="${JSON.stringify(passkeyOptions)}">
            ${named(csrf, act)}${passkeyFields('Use a passkey', 'main')}
          </form>`
          : ''
      }
      ${
        takesToken
          ? html`<form method="post">
            ${named(csrf, act)}
            <p class="quiet">The API token is the one that this server uses for your QuantConnect account. QuantConnect mailed
            it to you.</p>
            <label for="apiToken">API token</label>
            <input type="password" id="apiToken" name="apiToken" autocomplete="current-password" spellcheck="false" required
              ${problem ? html`aria-describedby="problem"` : ''}>
            <div class="actions"><button class="${passkeyOptions ? '' : 'main'}" data-waits="Asking QuantConnect…">Confirm</button></div>
          </form>`
          : ''
      }
      ${takesToken ? '' : html`<p class="quiet">You chose that only a passkey confirms.</p>`}
      ${wayBack(csrf, words.back)}
    </section>`,
  )

/** Choices go back to the page that they were made on. */
const wayBack = (csrf: string, back: ActWords['back']): Html =>
  typeof back === 'string'
    ? html`<p><a class="button" href="${back}">Back</a></p>`
    : html`<form method="post">
        <input type="hidden" name="csrf" value="${csrf}">
        ${back.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <button name="decision" value="preview">Back</button>
      </form>`

const named = (csrf: string, act: string): Html => html`<input type="hidden" name="csrf" value="${csrf}">
  <input type="hidden" name="act" value="${act}">`
