// What the documents point at is there.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['docs', 'src', 'keys']
const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
]

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')
const withoutBlocks = (text: string) => text.replace(/^```.*?^```$/gms, '')

/** The addresses of a page's headings, as repositories make them. */
const anchorsOf = (page: string): Set<string> =>
  new Set(
    [...withoutBlocks(read(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )

/** Where the links of a page lead that stay in the repository: a file, and a heading or nothing. */
const linksOf = (page: string): { target: string; anchor: string }[] =>
  [...withoutBlocks(read(page)).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', anchor = '']) => ({ target: path ? join(dirname(page), path) : page, anchor }),
  )

describe('the documents', () => {
  for (const page of PAGES) {
    it(`lead nowhere in vain: ${page}`, () => {
      for (const { target, anchor } of linksOf(page)) {
        assert.ok(existsSync(join(ROOT, target)), target)
        if (anchor) assert.ok(anchorsOf(target).has(anchor), `${target}#${anchor}`)
      }
      for (const [, path = ''] of read(page).matchAll(
        /`((?:src|test|scripts|docs|packaging|deploy)\/[\w./-]+\.\w+)`/g,
      )) {
        assert.ok(existsSync(join(ROOT, path)), path)
      }
    })
  }

  it('all stand in the index, docs/README.md, but for single decisions', () => {
    const listed = linksOf('docs/README.md').map(({ target }) => target)
    const pages = PAGES.filter((page) => /^(docs\/[^/]+|keys\/.*|[^/]+)\.md$/.test(page) && page !== 'docs/README.md')
    assert.deepEqual(
      pages.filter((page) => !listed.includes(page)),
      [],
    )
  })
})
