// What the assistants did, and the person themselves, the newest first; what had consequences before the rest.
import { html } from 'hono/html'
import type { View } from '../../../audit/counts.ts'
import type { Activity, Outcome } from '../../../audit/records.ts'
import { RISKS } from '../../../scopes.ts'
import type { PageNumber } from '../../account/paging.ts'
import type { Html, Page } from '../layout.ts'
import { counted, exactMoment } from '../moments.ts'
import type { Frame } from './frame.ts'
import { accountFrame, pager } from './frame.ts'

export interface FilterFields {
  readonly view: View
  readonly connection: string
  readonly tool: string
  readonly outcome: string
  readonly project: string
  /** Days, such as 2026-11-27. */
  readonly from: string
  readonly to: string
}

export interface ActivityView extends Frame {
  /** For how many days the record is kept. */
  readonly days: number
  readonly activities: readonly Activity[]
  /** What else there is, in short, below what had consequences. */
  readonly rest: readonly Activity[]
  /** Whether the projects are those of the sandbox, which has no pages. */
  readonly isSandbox: boolean
  /** What tools are called on the consent page, by name. */
  readonly titles: ReadonlyMap<string, string>
  /** How many there are with this filter. */
  readonly total: number
  readonly page: PageNumber
  readonly filter: FilterFields
  /** What can be chosen: value and name. */
  readonly connections: readonly (readonly [string, string])[]
  readonly tools: readonly string[]
  /** The call that shows what became of one of a tool; empty for one that only reads. */
  readonly verify: (tool?: string) => string
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  done: 'done',
  failed: 'failed',
  blocked: 'blocked',
  unknown: 'unknown',
} as const

const VIEWS: Readonly<Record<View, string>> = {
  consequences: 'what had consequences',
  others: 'everything else',
  sent: 'what changed something',
  refused: 'what was refused or failed',
  person: 'what you did',
  reads: 'what only looked',
  all: 'everything',
}

export const activityPage = (view: ActivityView): Page =>
  accountFrame(
    'activity',
    'Activity',
    view,
    html`<section class="card wide">
      <h1>Activity</h1>
      <p class="quiet">What your assistants did in the last ${counted(view.days, 'day')}, and you yourself. Of what they sent only ids
      and a few words are kept. The reference of a call stands in the log of this server too.</p>
      <form method="get" class="filter">
        ${select('view', 'Show', view.filter.view, Object.entries(VIEWS))}
        ${select('connection', 'Connection', view.filter.connection, [ANY, ...view.connections])}
        ${select('tool', 'Tool', view.filter.tool, [ANY, ...view.tools.map((tool) => [tool, view.titles.get(tool) ?? tool] as const)])}
        ${select('outcome', 'Outcome', view.filter.outcome, [ANY, ...Object.entries(OUTCOMES)])}
        <label>Project <input type="text" name="project" inputmode="numeric" pattern="[0-9]*" value="${view.filter.project}"></label>
        <label>From <input type="date" name="from" value="${view.filter.from}"></label>
        <label>To <input type="date" name="to" value="${view.filter.to}"></label>
        <button>Filter</button>
      </form>
      ${
        view.activities.length
          ? html`${view.filter.view === 'consequences' ? html`<h2>What had consequences</h2>` : ''}
          ${table('Calls', view.activities, view)}
          ${pager(view.page, (page) => `/account/activity${queryOf(view.filter, page)}`, `, ${counted(view.total, 'record')}`)}`
          : isFiltered(view.filter)
            ? html`<p>Nothing that fits this filter.</p>`
            : html`<p>Nothing yet that had consequences. <a href="/account/activity?view=all">Show everything</a></p>`
      }
      ${
        view.rest.length
          ? html`<h2>Everything else</h2>
          ${table('Everything else', view.rest, view)}
          <p><a href="/account/activity?view=others">All of it</a></p>`
          : ''
      }
      <h2>As a file</h2>
      <p class="quiet">All that is no read, sealed, so that anybody can see whether something was changed in it (<code>qcgate journal
      verify</code>); or as a table for a spreadsheet.</p>
      <p class="actions"><a class="button" href="/account/activity.jsonl">Download JSON Lines</a>
        <a class="button" href="/account/activity.csv">Download CSV</a>
        <a class="button" href="/account/activity.csv?journal=reads">Reads as CSV</a></p>
    </section>`,
  )

const ANY = ['', 'all'] as const
const isFiltered = ({ view, ...others }: FilterFields): boolean =>
  view !== 'consequences' || Object.values(others).some(Boolean)

const table = (label: string, those: readonly Activity[], view: ActivityView): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="calls">
    <thead><tr><th scope="col">Time</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Project</th>
      <th scope="col">Outcome</th><th scope="col">Decided by</th><th scope="col">Took</th><th scope="col">Reference</th></tr></thead>
    <tbody>${those.map((one) => row(one, view))}</tbody></table></div>`

const row = (one: Activity, { verify, isSandbox, titles }: ActivityView): Html => html`<tr>
  <td data-label="Time">${exactMoment(one.at / 1000)}</td>
  <td data-label="Who">${one.kind === 'person' ? 'you' : (one.client ?? '')}</td>
  <td data-label="What">${words(one, titles)}</td>
  <td data-label="Project">${projectLink(one.ids.projectId, isSandbox)}</td>
  <td data-label="Outcome">${one.kind === 'person' && one.tool === undefined ? '' : outcomeOfCall(one, verify(one.tool))}</td>
  <td data-label="Decided by">${decidedBy(one)}</td>
  <td data-label="Took">${one.ms === undefined ? '' : duration(one.ms)}</td>
  <td data-label="Reference"><code>${one.ref}</code></td>
</tr>`

/** What it was in words, by the tool as the consent page calls it; its name on demand, and how often, where it stands for several. */
const words = ({ what, tool, count }: Activity, titles: ReadonlyMap<string, string>): Html =>
  html`${what ?? ''}${
    tool ? html`<details class="tool"><summary>${titles.get(tool) ?? tool}</summary><code>${tool}</code></details>` : ''
  }${count > 1 ? ` × ${count}` : ''}`

/** QuantConnect’s own page of a project; the sandbox has none. */
const projectLink = (id: string | number | undefined, isSandbox: boolean): Html | string | number => {
  if (id === undefined || isSandbox || typeof id !== 'number') return id ?? ''
  return html`<a href="https://www.quantconnect.com/project/${id}" target="_blank" rel="noreferrer">${id}</a>`
}

/** What let it through, or kept it back. */
function decidedBy({ kind, outcome, rule, risk, tool }: Activity): string {
  if (kind === 'person') return tool === undefined ? '' : 'you'
  if (outcome === 'blocked')
    return rule !== undefined && Object.hasOwn(RULES, rule) ? (RULES[rule] ?? '') : 'this server'
  return risk === undefined || kind === 'read' ? '' : `its permission to ${RISKS[risk].verb}`
}

/** By the rule that refused. */
const RULES: Readonly<Record<string, string>> = {
  suspended: 'its suspension',
  scopes: 'its permissions',
  paper: 'paper trading only',
  repeated: 'the same call before it',
  rate: 'the limit of calls',
}

/** What became of a call; where nobody knows, the call that finds out. */
function outcomeOfCall({ kind, outcome, why }: Activity, verify: string): Html {
  if (!outcome) return html`<span class="outcome">under way</span>`
  const findsOut = kind === 'person' ? LOOK : verify && `Ask your assistant to find out: ${verify}`
  const says = outcome === 'unknown' ? [why, findsOut].filter(Boolean).join(' ') : why
  return html`<span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>${says ? html` <span class="quiet">${says}</span>` : ''}`
}

/** Where a person finds out what became of what they sent themselves. */
const LOOK = 'Look under Running now whether it still runs.'

const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const select = (
  name: string,
  label: string,
  chosen: string,
  options: readonly (readonly [string, string])[],
): Html => html`<label>${label}
  <select name="${name}">${options.map(
    ([value, text]) => html`<option value="${value}" ${value === chosen ? 'selected' : ''}>${text}</option>`,
  )}</select></label>`

/** The query of a filter, with its question mark. */
function queryOf(filter: FilterFields, page?: number): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value))
  if (page) query.set('page', String(page))
  return `?${query}`
}
