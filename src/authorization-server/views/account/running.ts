// Running now: every live algorithm of the account, with the buttons that end it. It belongs to the person, whatever became of
// their assistants.
import { html } from 'hono/html'
import type { Activity } from '../../../audit/records.ts'
import { liveAddress } from '../../../quantconnect/addresses.ts'
import type { RunningAlgorithm, RunningNow } from '../../running/running.ts'
import type { Html, Page } from '../layout.ts'
import { LATER, noticeLine } from '../layout.ts'
import { counted, exactMoment, moment } from '../moments.ts'
import type { Frame } from './frame.ts'
import { accountFrame, smallForm } from './frame.ts'

export interface RunningView extends Frame {
  readonly notice: Html | string | undefined
}

/** The page, but for the list, which comes when QuantConnect has answered. */
export const runningPage = (view: RunningView): Page =>
  accountFrame(
    'account',
    'Running now',
    view,
    html`<section class="card">
      <h1>Running now</h1>
      ${noticeLine(view.notice)}
      <p class="quiet">What runs live at QuantConnect goes on by itself, whatever becomes of your assistants. Here you end it yourself.</p>
      <h2>Your live algorithms</h2>
      <div id="running" data-running>${LATER}</div>
      <p class="actions"><a class="button" href="/account/running">Look again</a><a class="button" href="/account">Overview</a></p>
    </section>`,
  )

/** Its place on the overview: the list comes with the page, later, or a script asks for it. */
export const runningCard = (comesLater: boolean): Html => html`<section class="card" aria-labelledby="running-now">
    <h2 id="running-now">Running now</h2>
    <div id="running" data-running ${comesLater ? '' : 'data-asks'}>${
      comesLater
        ? LATER
        : html`<p data-without-script>What runs live at QuantConnect goes on by itself.
      <a href="/account/running">See what runs now, and stop it</a></p>
      <p class="quiet" data-with-script hidden>Asking QuantConnect …</p>`
    }</div>
  </section>`

export interface RunningListView {
  readonly now: RunningNow
  /** What the person sent of late, the newest first. */
  readonly deeds: readonly Activity[]
  /** Milliseconds since 1970. */
  readonly at: number
  readonly csrf: string
}

/** The list, as QuantConnect tells it. */
export const runningList = ({ now, deeds, at, csrf }: RunningListView): Html => html`
  ${deeds.map(deedItem)}
  ${
    'unknown' in now
      ? html`<p class="problem" role="alert"><strong>It is not known what runs.</strong> ${now.because}${
          now.unknown === 'no-answer' ? ' Try again in a moment, or look at quantconnect.com.' : ''
        }</p>`
      : html`<h3 class="count">${
          now.seen.length
            ? `${counted(now.seen.length, 'algorithm')} ${now.seen.length === 1 ? 'is' : 'are'} still running`
            : 'Nothing runs live'
        }</h3>
      ${
        now.seen.length
          ? html`<ul class="list" aria-label="Running now">${now.seen.map((one) => algorithmItem(one, csrf))}</ul>
        <p class="quiet">Stop ends the algorithm at once: it orders nothing more, and its positions stay open, unattended. Liquidate
        sells everything that it holds at market prices and ends it; you are asked to show that it is you.</p>`
          : ''
      }`
  }
  <p class="quiet">As QuantConnect told it ${exactMoment(at / 1000)}.</p>`

const algorithmItem = (one: RunningAlgorithm, csrf: string): Html => {
  const key = `r-${one.projectId ?? one.deployId}`
  return html`<li>
    <h4 id="${key}">${one.name} <strong class="badge ${one.isReal ? '' : 'good'}">${one.isReal ? 'real money' : 'paper'}</strong></h4>
    <dl class="facts">
      <dt>Trades</dt><dd>${one.brokerage}, ${one.money}</dd>
      <dt>State</dt><dd>${one.status}</dd>
      <dt>Equity</dt><dd>${one.equity ?? 'not told'}</dd>
      <dt>Unrealized</dt><dd>${one.unrealized ?? 'not told'}</dd>
      <dt>Holds</dt><dd>${one.holdings ?? 'not told'}</dd>
      <dt>Since</dt><dd>${one.launchedAt === undefined ? 'not told' : moment(one.launchedAt / 1000)}</dd>
      <dt>Started by</dt><dd>${one.startedBy ?? 'nobody here, as far as the record goes back'}</dd>
    </dl>
    <div class="actions">
      ${one.projectId === undefined ? '' : deedButtons(one, key, csrf)}
      <a class="button" href="${one.projectId === undefined ? 'https://www.quantconnect.com' : liveAddress(one.projectId)}"
        rel="noreferrer" target="_blank" aria-describedby="${key}">Open at QuantConnect</a>
    </div>
  </li>`
}

const deedButtons = ({ projectId, deployId }: RunningAlgorithm, key: string, csrf: string): Html => {
  const fields = html`<input type="hidden" name="deployId" value="${deployId}">`
  return html`${smallForm(
    `/account/running/${projectId}/stop`,
    csrf,
    html`${fields}<button class="halt" aria-describedby="${key}">Stop</button>`,
  )} ${smallForm(
    `/account/running/${projectId}/liquidate`,
    csrf,
    html`${fields}<button class="danger" aria-describedby="${key}">Liquidate</button>`,
  )}`
}

/** What became of a press: QuantConnect may take a minute until it shows in the list. */
function deedItem({ what, outcome, why, at, ref, ids }: Activity): Html {
  const said = html`${what ?? 'Something was sent'}, ${exactMoment(at / 1000)}`
  switch (outcome) {
    case undefined:
      return html`<p class="notice"><strong>On its way.</strong> ${said}: QuantConnect has not answered yet.</p>`
    case 'done':
      return html`<p class="good" role="status"><strong>Sent.</strong> ${said}: QuantConnect took it. It may take a minute until it has ended.</p>`
    case 'unknown':
      return html`<p class="problem"><strong>Nobody knows whether it was done.</strong> ${said} (reference ${ref}). ${why ?? ''}
        Look in a minute whether it still runs, here or <a href="${liveAddress(ids.projectId)}" rel="noreferrer" target="_blank">at
        QuantConnect</a>; if it does, press again.</p>`
    case 'failed':
    case 'blocked':
      return html`<p class="problem"><strong>It was not done.</strong> ${said}: ${why ?? ''}</p>`
  }
}
