// Documents as pages: what docs/ says to people, on the server that they use.
import { html, raw } from 'hono/html'
import type { Tokens } from 'marked'
import { Marked } from 'marked'
import { DOCUMENTS } from './documents-text.ts'
import type { Html, Page } from './layout.ts'
import { page } from './layout.ts'

/** Where a document is served; undefined when it is not. */
const addressOf = (href: string): string | undefined => {
  const [, name = '', anchor = ''] = /^([\w-]+)\.md(#[\w-]+)?$/.exec(href) ?? []
  if (!Object.hasOwn(DOCUMENTS, name)) return undefined
  return `${name === 'privacy' ? '/privacy' : `/docs/${name}`}${anchor}`
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')

const marked = new Marked({
  renderer: {
    // What is not served, and pictures, are text.
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens)
      const to = /^(https:|#)/.test(href) ? href : addressOf(href)
      return to === undefined ? text : `<a href="${to}" rel="noreferrer">${text}</a>`
    },
    image: () => '',
    heading({ depth, tokens, text }) {
      return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>`
    },
    // As the tables of the account: on a narrow screen each cell stands below the last, under the name of its column.
    table({ header, rows }) {
      const cell = (tag: string, attribute: string, { tokens }: Tokens.TableCell) =>
        `<${tag} ${attribute}>${this.parser.parseInline(tokens)}</${tag}>`
      const head = header.map((one) => (one.text ? cell('th', 'scope="col"', one) : '<td></td>')).join('')
      const body = rows.map(
        (row) =>
          `<tr>${row.map((one, column) => cell('td', `data-label="${header[column]?.text}"`, one)).join('')}</tr>`,
      )
      return `<div class="scroll" tabindex="0"><table class="calls prose"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
    },
  },
})

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? ''

/** The page of a document; undefined where there is none of that name. */
export function documentPage(name: string): Page | undefined {
  const text = Object.hasOwn(DOCUMENTS, name) ? DOCUMENTS[name] : undefined
  if (text === undefined) return undefined
  const content = html`<section class="card wide">${raw(String(marked.parse(text)))}</section>`
  return page({ name: name === 'privacy' ? 'privacy' : 'docs', title: titleOf(text), sandbox: false }, content)
}

/** The list of what there is to read. */
export const documentsPage = (source: string | undefined): Page =>
  page(
    { name: 'docs', title: 'Documents', sandbox: false },
    html`<section class="card">
      <h1>Documents</h1>
      <ul class="list">
        <li><a href="/">Connect an assistant</a><br><span class="quiet">The one address, and where each assistant wants it.</span></li>
        <li><a href="/docs/stay-in-charge">Stay in charge</a><br><span class="quiet">What you decide when an assistant asks, and
        what you can do afterwards.</span></li>
        <li><a href="/privacy">What is kept about people</a><br><span class="quiet">For how long, and who can read it.</span></li>
        ${source ? sourceItem(source) : ''}
      </ul>
    </section>`,
  )

const sourceItem = (source: string): Html =>
  html`<li><a href="${source}" rel="noreferrer">Source</a><br><span class="quiet">How it is made, and how to run it yourself.</span></li>`
