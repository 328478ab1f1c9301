// What a model sees of each tool, and what people read about them, is what the repository shows.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { madeFrom } from '../providers/page.ts'
import { generatedFiles } from './files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = generatedFiles()

describe('generated files are current (npm run catalogue)', () => {
  for (const [path, contents] of files) {
    it(path, () => {
      assert.ok(existsSync(root + path), `${path} is missing: npm run catalogue`)
      assert.equal(readFileSync(root + path, 'utf8'), contents)
    })
  }

  it('and none is left of a tool that is gone', () => {
    const kept = readdirSync(`${root}test/golden/tools`).map((name) => `test/golden/tools/${name}`)
    assert.deepEqual(
      kept.filter((path) => !files.has(path)),
      [],
    )
  })

  it('docs/providers.md is about the schemas of today (npm run providers)', () => {
    const schemas = toolList().map(({ inputSchema }) => inputSchema)
    assert.ok(readFileSync(`${root}docs/providers.md`, 'utf8').includes(madeFrom(schemas)), 'npm run providers')
  })
})
