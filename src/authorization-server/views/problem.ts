// The page for whatever went wrong: what happened, and what to do now.
import { html } from 'hono/html'
import type { Html } from './layout.ts'
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
}

export const problemPage = ({ title, happened, remedy, code, sandbox }: ProblemView): Html =>
  page(
    { title, sandbox },
    html`<section class="card">
      <h1>${title}</h1>
      <p>${happened}</p>
      <p>${remedy}</p>
      ${code ? html`<p class="quiet">Error: <code>${code}</code></p>` : ''}
    </section>`,
  )
