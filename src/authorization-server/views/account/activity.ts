// What the assistants did, the newest first.
import { html } from 'hono/html'
import type { Call, Outcome } from '../../../audit/audit-log.ts'
import type { PageNumber } from '../../account/paging.ts'
import type { Html } from '../layout.ts'
import { counted, moment } from '../moments.ts'
import type { Frame } from './frame.ts'
import { accountFrame, pager } from './frame.ts'

export interface FilterFields {
  readonly connection: string
  readonly tool: string
  readonly outcome: string
}

export interface ActivityView extends Frame {
  readonly calls: readonly Call[]
  /** How many there are with this filter. */
  readonly total: number
  readonly page: PageNumber
  readonly filter: FilterFields
  /** What can be chosen: value and name. */
  readonly connections: readonly (readonly [string, string])[]
  readonly tools: readonly string[]
  /** The call that shows what became of one of a tool; empty for one that only reads. */
  readonly verify: (tool: string) => string
}

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  done: 'done',
  failed: 'failed',
  blocked: 'blocked',
  unknown: 'unknown',
} as const

export const activityPage = (view: ActivityView): Html =>
  accountFrame(
    'activity',
    'Activity',
    view,
    html`<section class="card wide">
      <h1>Activity</h1>
      <p class="quiet">What your assistants did in the last 30 days. Of what they sent only ids are kept. The reference of a
      call stands in the log of this server too.</p>
      <form method="get" class="filter">
        ${select('connection', 'Connection', view.filter.connection, view.connections)}
        ${select(
          'tool',
          'Tool',
          view.filter.tool,
          view.tools.map((tool) => [tool, tool] as const),
        )}
        ${select('outcome', 'Outcome', view.filter.outcome, Object.entries(OUTCOMES))}
        <button>Filter</button>
        <a class="button" href="/account/activity.csv${queryOf(view.filter)}">Download CSV</a>
      </form>
      ${
        view.calls.length
          ? html`<div class="scroll" tabindex="0" role="region" aria-label="Calls"><table class="calls">
          <thead><tr><th scope="col">Time</th><th scope="col">Assistant</th><th scope="col">Tool</th><th scope="col">Project</th>
            <th scope="col">Outcome</th><th scope="col">Took</th><th scope="col">Reference</th></tr></thead>
          <tbody>${view.calls.map((call) => row(call, view.verify(call.tool)))}</tbody></table></div>
          ${pager(view.page, (page) => `/account/activity${queryOf(view.filter, page)}`, `, ${counted(view.total, 'call')}`)}`
          : html`<p>Nothing${Object.values(view.filter).some(Boolean) ? ' that fits this filter' : ' yet'}.</p>`
      }
    </section>`,
  )

const row = (call: Call, verify: string): Html => html`<tr>
  <td data-label="Time">${moment(call.at / 1000)}</td><td data-label="Assistant">${call.client}</td>
  <td data-label="Tool"><code>${call.tool}</code></td>
  <td data-label="Project">${call.ids.projectId ?? ''}</td>
  <td data-label="Outcome">${outcomeOfCall(call, verify)}</td>
  <td data-label="Took">${call.ms === undefined ? '' : duration(call.ms)}</td>
  <td data-label="Reference"><code>${call.ref}</code></td>
</tr>`

/** What became of a call; where nobody knows, the call that finds out. */
function outcomeOfCall({ outcome, why }: Call, verify: string): Html {
  if (!outcome) return html`<span class="outcome">under way</span>`
  const words = outcome === 'unknown' ? [why, verify && `To find out: ${verify}`].filter(Boolean).join(' ') : why
  return html`<span class="outcome ${outcome}">${OUTCOMES[outcome]}</span>${words ? html` <span class="quiet">${words}</span>` : ''}`
}

const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const select = (
  name: string,
  label: string,
  chosen: string,
  options: readonly (readonly [string, string])[],
): Html => html`<label>${label}
  <select name="${name}"><option value="">all</option>${options.map(
    ([value, text]) => html`<option value="${value}" ${value === chosen ? 'selected' : ''}>${text}</option>`,
  )}</select></label>`

/** The query of a filter, with its question mark; empty when nothing is filtered. */
function queryOf(filter: FilterFields, page?: number): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value))
  if (page) query.set('page', String(page))
  return query.size ? `?${query}` : ''
}
