// The list of what we change in oidc-provider: the tests that it names are there, and so are the files.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { tableRows } from '../support/table-rows.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ROOMS = ['src/authorization-server/oidc', 'src/authorization-server', 'src'].map((room) => join(ROOT, room))
const PAGE = readFileSync(join(ROOT, 'src/authorization-server/oidc/README.md'), 'utf8')
const TABLES = PAGE.split('\n## ').slice(1)
const ROWS = TABLES.filter((table) => !table.startsWith('Set, though')).flatMap(tableRows)
const NAMED = /`(test\/[\w./-]+\.test\.ts)`: "([^"]+)"/g

/** The titles of a test file, as what they match: a part that is filled in stands for anything. */
function titlesOf(file: string): RegExp[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const titles = [...text.matchAll(/\bit\(\s*(?:'((?:\\.|[^'\\])+)'|"([^"]+)"|`([^`]+)`)/g)]
  return titles
    .map(([, single, double, template = '']) => {
      const plain = single?.replaceAll('\\', '') ?? double
      return plain ? [plain] : template.split(/\$\{[^}]*\}/)
    })
    .filter((parts) => parts.join('').length > 4) // else it would match anything
    .map((parts) => new RegExp(`^${parts.map(literally).join('.+')}$`))
}
const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

describe('the list of what we change in oidc-provider', () => {
  it('has a test for every row', () => {
    assert.ok(ROWS.length > 100)
    for (const row of ROWS) {
      assert.equal(row.length, 4, row[0])
      assert.notEqual([...(row[3] ?? '').matchAll(NAMED)].length, 0, row[0])
    }
  })

  it('names tests that there are, by their titles', () => {
    for (const [, file = '', title = ''] of PAGE.replaceAll('\n', ' ').matchAll(NAMED)) {
      assert.ok(existsSync(join(ROOT, file)), file)
      assert.ok(
        titlesOf(file).some((known) => known.test(title)),
        `${file}: ${title}`,
      )
    }
  })

  it('names every file of the folder, and none that is not there', () => {
    const named = [...PAGE.matchAll(/`(?!test\/)([\w/-]+\.ts)`/g)].map(([, file = '']) => file)
    for (const file of named)
      assert.ok(
        ROOMS.some((room) => existsSync(join(room, file))),
        file,
      )
    const here = readdirSync(ROOMS[0] ?? '').filter((file) => file.endsWith('.ts'))
    assert.deepEqual(
      here.filter((file) => !named.includes(file)),
      [],
    )
  })
})
