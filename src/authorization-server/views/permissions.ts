// The part of a form where a person says what a connection may do: presets, and one folded line for each thing that can be
// said (its boxes, with which money, until when, its brake), and at the bottom the bar, which says what it comes to beside the
// buttons. The consent page and the page of a connection share it. It works without scripts: lines fold by themselves.
import { html } from 'hono/html'
import { dangerousIn, mayTrade } from '../../grants/allowance.ts'
import type { Life } from '../../grants/lifetime.ts'
import { LIFETIMES } from '../../grants/lifetime.ts'
import type { Risk } from '../../scopes.ts'
import { ALL_RISKS, RISKS, SCOPES } from '../../scopes.ts'
import type { ChosenAllowance, Offer, Preset } from '../permissions/choice.ts'
import { PRESETS } from '../permissions/choice.ts'
import type { Summary } from '../permissions/summary.ts'
import { weightOfRisk } from '../permissions/weight.ts'
import type { Html } from './layout.ts'
import { moment, until } from './moments.ts'

export interface PermissionsView {
  readonly offers: readonly Offer[]
  readonly allowance: ChosenAllowance
  /** When the connection ends as it is; absent of a new one. */
  readonly life?: Life
  /** The preset whose boxes these are. */
  readonly preset: Preset
  /** Whether a client asks for something; on the account page nobody does, and everything is unfolded: the person came for it. */
  readonly requested: boolean
  readonly summary: Summary
  /** Seconds since 1970. */
  readonly now: number
}

export const PRESET_WORDS: Readonly<Record<Preset, { readonly name: string; readonly says: string }>> = {
  requested: { name: 'What it asks for', says: 'and nothing new that trades, spends or deletes' },
  readonly: { name: 'Look', says: 'change nothing' },
  research: { name: 'Research', says: 'write code and backtest' },
  paper: { name: 'Paper', says: 'also trade play money' },
  live: { name: 'Live', says: 'trade for real, spend, overwrite' },
  trader: { name: 'Trader', says: 'as Live, on paper or not' },
  admin: { name: 'Everything', says: 'also delete and manage' },
  custom: { name: 'My own choice', says: 'as ticked below' },
}
/** Those behind "More". */
const FURTHER: readonly Preset[] = ['trader', 'admin', 'custom']

/** What Enter in a field does (implicit submission presses the first button of a form), whatever buttons come first to be seen. */
export const onEnter = (decision: 'allow' | 'preview'): Html =>
  html`<input type="submit" name="decision" value="${decision}" hidden>`

/** Presets and lines. What a change may change in them is a `data-part`, which the script takes over from the server's answer. */
export const permissionFields = (
  view: PermissionsView,
): Html => html`<input type="hidden" name="rendered" value="${view.preset}">
    ${presets(view)}
    ${may(view)}
    <div data-part="money">${money(view)}</div>
    ${untilWhen(view)}
    <div data-part="brake">${brake(view)}</div>
    <button class="preview" name="decision" value="preview" data-without-script>Preview</button>`

function presets({ preset, requested }: PermissionsView): Html {
  const tile = (one: Preset) => html`<label class="preset">
        <input type="radio" name="preset" value="${one}" ${one === preset ? 'checked' : ''}>
        <span><strong>${PRESET_WORDS[one].name}</strong> <span class="quiet">${PRESET_WORDS[one].says}</span></span>
      </label>`
  return html`<fieldset class="presets">
      <legend>What may it do?</legend>
      ${PRESETS.filter((one) => !FURTHER.includes(one) && (requested || one !== 'requested')).map(tile)}
      <details class="more"><summary><strong>More</strong> <span class="quiet" data-part="more">${
        FURTHER.includes(preset) ? PRESET_WORDS[preset].name : 'all of it, or box by box'
      }</span></summary><div>${FURTHER.map(tile)}</div></details>
    </fieldset>`
}

/** A line that unfolds. */
const line = (name: string, says: Html | string, content: Html, open: boolean): Html =>
  html`<details class="line ${name}"${open ? ' open' : ''}><summary>${says}</summary>${content}</details>`

function may({ offers, allowance: { scopes }, requested }: PermissionsView): Html {
  const asked = requested ? offers.filter(({ asked }) => asked) : offers
  const further = requested ? offers.filter(({ asked }) => !asked) : []
  const hasNew = asked.some(({ isNew }) => isNew)
  const goesFurther = further.some(({ scope }) => scopes.includes(scope))
  const counts = ALL_RISKS.map((risk) => ({ risk, ...countOf(risk, offers, scopes, requested) })).filter(({ of }) => of)
  const content = html`<div id="boxes">
      ${groups(asked, scopes, requested)}
      ${
        further.length
          ? html`<details${goesFurther ? ' open' : ''}><summary>Allow more than it asks for</summary>${groups(further, scopes, requested)}</details>`
          : ''
      }
      <details class="codes"><summary>Names of these permissions in the protocol</summary>
        <dl>${offers.map(({ scope }) => html`<dt><code>${scope}</code></dt><dd>${SCOPES[scope].says}</dd>`)}</dl></details>
    </div>`
  const says = counts.map(({ risk, ticked, of }) => `${RISKS[risk].verb} ${ticked}/${of}`).join(' · ')
  return line('may', html`May: <span data-part="counts">${says}</span>`, content, !requested || hasNew)
}

/** How many of a kind are ticked, of those that are asked for or ticked. */
function countOf(risk: Risk, offers: readonly Offer[], scopes: readonly string[], requested: boolean) {
  const those = offers.filter(({ scope }) => SCOPES[scope].risk === risk)
  return {
    ticked: those.filter(({ scope }) => scopes.includes(scope)).length,
    of: those.filter(({ scope, asked }) => !requested || asked || scopes.includes(scope)).length,
  }
}

/** The boxes, those of one kind together and folded away; open where something is new. */
const groups = (offered: readonly Offer[], scopes: readonly string[], folded: boolean): Html =>
  html`${ALL_RISKS.map((risk) => {
    const { harmless, title, verb, note, mark } = RISKS[risk]
    const those = offered.filter(({ scope }) => SCOPES[scope].risk === risk)
    if (!those.length) return ''
    const ticked = those.filter(({ scope }) => scopes.includes(scope)).length
    const open = !folded || those.some(({ isNew }) => isNew)
    return html`<details class="group${harmless ? '' : ' grave'}" data-weight="${risk === 'trades' ? risk : weightOfRisk(risk, true)}"${open ? ' open' : ''}>
      <summary>${harmless ? '' : html`<span aria-hidden="true">▲ </span>`}<span data-part="${verb}-${those[0]?.asked}">${ticked} of ${those.length}</span> ${verb}</summary>
      <fieldset><legend>${title}</legend>
      ${note ? html`<p>${note}</p>` : ''}
      ${those.map(
        ({ scope, isNew }) => html`<label class="scope">
        <input type="checkbox" name="scope" value="${scope}" ${scopes.includes(scope) ? 'checked' : ''}>
        <span>${SCOPES[scope].says}
          ${mark ? html`<span class="badge">${mark}</span>` : ''}
          ${isNew ? html`<span class="badge new">new</span>` : ''}</span>
      </label>`,
      )}</fieldset></details>`
  })}`

/** Shown only where something trades: what is not asked is on paper. */
function money({ allowance }: PermissionsView): Html | '' {
  if (!mayTrade(allowance)) return ''
  const choice = html`<fieldset class="choices"><legend>With which money?</legend>
      <label><input type="radio" name="paper" value="on" ${allowance.paperOnly ? 'checked' : ''}>
        <span><strong>Paper trading only</strong> <span class="quiet">QuantConnect’s play money; whatever else trades is left alone</span></span></label>
      <label class="real"><input type="radio" name="paper" value="off" ${allowance.paperOnly ? '' : 'checked'}>
        <span><strong>Real money</strong> <span class="quiet">whatever brokerage your algorithms use</span></span></label>
    </fieldset>`
  return line(
    'money',
    html`Money: <span data-part="money-says">${allowance.paperOnly ? 'paper' : 'real'}</span>`,
    choice,
    true,
  )
}

function untilWhen({ allowance, life, now, requested }: PermissionsView): Html {
  const choice = (value: string, says: Html | string): Html => html`<label>
        <input type="radio" name="expires" value="${value}" ${value === allowance.ends ? 'checked' : ''}> <span>${says}</span>
      </label>`
  const content = html`<fieldset class="choices lifetime"><legend>For how long?</legend>
      ${life ? choice('keep', html`as it is: ${endOfLife(life)}`) : ''}
      ${Object.entries(LIFETIMES).map(([value, { says }]) => choice(value, says))}
    </fieldset>`
  return line('until', html`<span data-part="until">${until(allowance, now, 'Until')}</span>`, content, !requested)
}

function brake({ allowance, requested }: PermissionsView): Html | '' {
  if (!dangerousIn(allowance).length) return ''
  const choice = html`<fieldset class="choices"><legend>When it repeats itself</legend>
      <label><input type="radio" name="brake" value="on" ${allowance.brake ? 'checked' : ''}>
        <span><strong>Suspend it</strong> <span class="quiet">when it trades, spends, deletes or administers the same more than five
        times in a minute; you are told, and can let it go on</span></span></label>
      <label><input type="radio" name="brake" value="off" ${allowance.brake ? '' : 'checked'}>
        <span><strong>Let it</strong> <span class="quiet">as often as it likes</span></span></label>
    </fieldset>`
  const says = allowance.brake ? 'suspended' : 'goes on'
  return line(
    'brake',
    html`When it repeats itself: <span data-part="brake-says">${says}</span>`,
    choice,
    !requested || !allowance.brake,
  )
}

/** When it ends, continuing a sentence. */
export const endOfLife = ({ endless, expiresAt }: Life): Html =>
  endless ? html`when you end it, or after 90 days without a call` : html`on ${moment(expiresAt)}`

/** What the form as it stands comes to, and the buttons; it stays at the bottom of the screen. */
export const bar = ({ summary, allowance, now }: PermissionsView, buttons: Html): Html => html`<div class="bar">
    ${summaryBox(summary, html` <span data-part="end">${until(allowance, now)}</span> ·`)}
    <div class="actions">${buttons}</div>
  </div>`

/** What permissions come to, and the tools behind them. `end` is when it ends. */
export const summaryBox = (
  { sentence, tools, realMoney }: Summary,
  end: Html | '' = '',
): Html => html`<section id="summary" class="summary${
  realMoney ? ' danger' : ''
}" aria-live="polite" aria-label="In short">
    <p data-part="sentence">${realMoney ? html`<strong class="badge">real money</strong> ` : ''}${sentence}</p>
    <div class="end">${end}
    <details class="tools"><summary data-part="tools">${tools.length} tools</summary><p class="quiet" data-part="tool-list">${
      tools.length ? tools.join(' · ') : 'None.'
    }</p></details></div>
  </section>`
