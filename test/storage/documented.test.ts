// docs/storage.md is what operators go by, so it names every key there is, as it is, and none that is gone.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { KEYS } from '../../src/storage/keys.ts'

/** By entry of `KEYS` the cells behind it in the table of the document. */
function documented(): Map<string, string[]> {
  const [, section = ''] =
    /^## Every key$([\s\S]*?)^The models behind/m.exec(readFileSync('docs/storage.md', 'utf8')) ?? []
  const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)]
  return new Map(rows.map(([, name = '', cells = '']) => [name, cells.split(' | ')]))
}

/** By entry of `KEYS` the owner that its comment names. */
function owners(): Map<string, string> {
  const source = readFileSync('src/storage/keys.ts', 'utf8')
  const entries = [...source.matchAll(/\/\*\*[^\n]*Owner: (\S+) \*\/\n {2}(\w+):/g)]
  return new Map(entries.map(([, owner = '', name = '']) => [name, owner]))
}

describe('docs/storage.md', () => {
  const rows = documented()

  it('names every entry of KEYS, and no others', () => {
    assert.deepEqual([...rows.keys()].sort(), Object.keys(KEYS).sort())
  })

  for (const [name, make] of Object.entries(KEYS)) {
    const [key = '', value, owner = '', stays] = rows.get(name) ?? []

    it(`shows ${name} as it is made`, () => {
      const made = (make as (...parts: string[]) => string)(...['MODEL', 'x'].slice(0, make.length))
      const shape = (text: string) => text.replace(/`/g, '').replace(/\{.*/, '{}')
      assert.equal(shape(key).replace('WHAT', 'MODEL'), shape(made))
    })

    it(`says what ${name} holds, for how long, and whose it is`, () => {
      assert.ok(value && stays)
      assert.equal(owner, `\`${owners().get(name)}\``)
      const path = `src/${owner.replaceAll('`', '')}`
      assert.ok(existsSync(path) || existsSync(`${path}.ts`), path)
    })
  }
})
