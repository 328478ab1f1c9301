// The part of a form where a person says what a connection may do: presets, a sentence that sums it up, a box for each
// permission, paper or real money, and for how long. The consent page and the account page share it.
import { html } from 'hono/html'
import type { Allowance } from '../../grants/allowance.ts'
import type { Life } from '../../grants/lifetime.ts'
import { LIFETIMES } from '../../grants/lifetime.ts'
import { ALL_RISKS, RISKS, SCOPES } from '../../scopes.ts'
import type { ChosenAllowance, Offer, Preset } from '../permissions/choice.ts'
import { PRESETS } from '../permissions/choice.ts'
import type { Summary } from '../permissions/summary.ts'
import type { Html } from './layout.ts'
import { moment } from './moments.ts'

export interface PermissionsView {
  readonly offers: readonly Offer[]
  readonly allowance: ChosenAllowance
  /** When the connection ends as it is; absent of a new one. */
  readonly life?: Life
  /** The preset whose boxes these are. */
  readonly preset: Preset
  /** Whether a client asks for something; on the account page nobody does. */
  readonly requested: boolean
  readonly summary: Summary
  /** Whether the page says the summary elsewhere. */
  readonly summaryApart?: boolean
}

const PRESET_WORDS: Readonly<Record<Preset, { readonly name: string; readonly says: string }>> = {
  requested: { name: 'What it asks for', says: 'and nothing new that trades, spends or deletes' },
  readonly: { name: 'Look only', says: 'change nothing' },
  research: { name: 'Research', says: 'write code and backtest' },
  trader: { name: 'Trader', says: 'build, backtest and go live' },
  admin: { name: 'Everything', says: 'also delete and manage' },
  custom: { name: 'My own choice', says: 'as ticked below' },
}

export function permissionFields(view: PermissionsView): Html {
  const { allowance } = view
  const asked = view.offers.filter(({ asked }) => asked)
  const more = view.offers.filter(({ asked }) => !asked)
  const open = more.some(({ scope }) => allowance.scopes.includes(scope))
  return html`<input type="hidden" name="rendered" value="${view.preset}">
    <fieldset class="presets">
      <legend>What may it do?</legend>
      ${PRESETS.filter((preset) => view.requested || preset !== 'requested').map(
        (preset) => html`<label class="preset">
        <input type="radio" name="preset" value="${preset}" ${preset === view.preset ? 'checked' : ''}>
        <span><strong>${PRESET_WORDS[preset].name}</strong> <span class="quiet">${PRESET_WORDS[preset].says}</span></span>
      </label>`,
      )}
    </fieldset>
    <fieldset class="paper">
      <legend>With which money?</legend>
      <label><input type="radio" name="paper" value="on" ${allowance.paperOnly ? 'checked' : ''}>
        <span><strong>Paper trading only</strong> <span class="quiet">QuantConnect’s play money only; whatever else trades is left alone</span></span></label>
      <label><input type="radio" name="paper" value="off" ${allowance.paperOnly ? '' : 'checked'}>
        <span><strong>Real money</strong> <span class="quiet">whatever brokerage your algorithms use</span></span></label>
    </fieldset>
    ${view.summaryApart ? '' : summaryBox(view.summary)}
    <div id="boxes">
      ${boxes(view.requested ? asked : view.offers, allowance)}
      ${
        more.length && view.requested
          ? html`<details${open ? ' open' : ''}><summary>Allow more than it asks for</summary>${boxes(more, allowance)}</details>`
          : ''
      }
    </div>
    <fieldset class="paper">
      <legend>When it repeats itself</legend>
      <label><input type="radio" name="brake" value="on" ${allowance.brake ? 'checked' : ''}>
        <span><strong>Suspend it</strong> <span class="quiet">when it trades, spends, deletes or administers the same more than five
        times in a minute; you are told, and can let it go on</span></span></label>
      <label><input type="radio" name="brake" value="off" ${allowance.brake ? '' : 'checked'}>
        <span><strong>Let it</strong> <span class="quiet">as often as it likes</span></span></label>
    </fieldset>
    <fieldset class="lifetime">
      <legend>For how long?</legend>
      ${view.life ? lifetimeChoice('keep', html`as it is: ${endOfLife(view.life)}`, allowance) : ''}
      ${Object.entries(LIFETIMES).map(([value, { says }]) => lifetimeChoice(value, says, allowance))}
    </fieldset>`
}

const lifetimeChoice = (value: string, says: Html | string, { ends }: ChosenAllowance): Html => html`<label>
        <input type="radio" name="expires" value="${value}" ${value === ends ? 'checked' : ''}> <span>${says}</span>
      </label>`

/** When it ends, continuing a sentence. */
export const endOfLife = ({ endless, expiresAt }: Life): Html =>
  endless ? html`when you end it, or after 90 days without a call` : html`on ${moment(expiresAt)}`

/** What the form as it stands comes to. */
export const summaryBox = ({ sentence, tools, realMoney }: Summary): Html => html`<section id="summary" class="summary${
  realMoney ? ' danger' : ''
}" aria-live="polite" aria-label="In short">
    <p>${realMoney ? html`<strong class="badge">real money</strong> ` : ''}${sentence}</p>
    <details class="tools"><summary>${tools.length} tools</summary><p class="quiet">${
      tools.length ? tools.join(' · ') : 'None.'
    }</p></details>
  </section>`

/** A box for each scope, those of one kind together. */
const boxes = (offered: readonly Offer[], { scopes: ticked }: Allowance): Html =>
  html`${ALL_RISKS.map((risk) => {
    const { harmless, title, note, mark } = RISKS[risk]
    const scopes = offered.filter(({ scope }) => SCOPES[scope].risk === risk)
    if (!scopes.length) return ''
    return html`<fieldset class="${harmless ? '' : 'grave'}">
      <legend>${harmless ? '' : html`<span aria-hidden="true">▲ </span>`}${title}</legend>
      ${note ? html`<p>${note}</p>` : ''}
      ${scopes.map(
        ({ scope, isNew }) => html`<label class="scope">
        <input type="checkbox" name="scope" value="${scope}" ${ticked.includes(scope) ? 'checked' : ''}>
        <span><span>${SCOPES[scope].says}
          ${mark ? html`<span class="badge">${mark}</span>` : ''}
          ${isNew ? html`<span class="badge new">new</span>` : ''}</span>
          <code>${scope}</code></span>
      </label>`,
      )}
    </fieldset>`
  })}`
