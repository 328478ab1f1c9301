// What is kept about people, as docs/privacy.md says it.
import { html, raw } from 'hono/html'
import { Marked } from 'marked'
import type { Page } from './layout.ts'
import { page } from './layout.ts'
import { PRIVACY_TEXT } from './privacy-text.ts'

const marked = new Marked({
  renderer: {
    // Other documents are not served.
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens)
      return /^https:/.test(href) ? `<a href="${href}" rel="noreferrer">${text}</a>` : text
    },
    table(token) {
      return `<div class="scroll wide" tabindex="0">${new Marked().parser([token])}</div>`
    },
  },
})

export const privacyPage: Page = page(
  { name: 'privacy', title: 'What is kept about people', sandbox: false },
  html`<section class="card">${raw(await marked.parse(PRIVACY_TEXT))}</section>`,
)
