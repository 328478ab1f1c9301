// The page of words: what it names exists, and the word that a newcomer knows leads there.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tableRows } from './support/table-rows.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')
const PAGE = readFileSync(join(ROOT, 'docs/vocabulary.md'), 'utf8')
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|js|css)$/.test(file))
const TEXTS = new Map(FILES.map((file) => [file, readFileSync(join(SRC, file), 'utf8').toLowerCase()]))

/** More is no answer. */
const HITS_AT_MOST = 12

describe('docs/vocabulary.md', () => {
  it('names files that exist', () => {
    const linked = [...PAGE.matchAll(/\[`([^`]+)`\]\(\.\.\/src\/([^)]+)\)/g)]
    assert.ok(linked.length > 50)
    for (const [, shown, path = ''] of linked) {
      assert.equal(shown, path)
      assert.ok(existsSync(join(SRC, path)), path)
    }
    for (const [, path = ''] of PAGE.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)) {
      assert.ok(existsSync(join(ROOT, path)), path)
    }
  })

  const questions = tableRows(PAGE.split('\n## Where is …\n')[1] ?? '')

  it('asks two questions of each room', () => {
    const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const asked = questions.map(([, , answer = '']) => answer.replaceAll('`', '').split('/')[0])
    assert.deepEqual(asked.toSorted(), rooms.flatMap(({ name }) => [name, name]).toSorted())
  })

  for (const [question = '', word = '', answer = ''] of questions) {
    it(`where is ${question} One search answers it`, () => {
      const wanted = word.replace(/^`|`$/g, '').toLowerCase()
      const hits = [...TEXTS].filter(([file, text]) => text.includes(wanted) || file.toLowerCase().includes(wanted))
      const found = hits.map(([file]) => file)
      assert.ok(found.includes(answer.replaceAll('`', '')), `${wanted}: ${found.join(', ')}`)
      assert.ok(found.length <= HITS_AT_MOST, `${found.length} files hold ${wanted}`)
    })
  }
})
