// A permission that does not exist yet, put into a copy of the table: what a newcomer may forget does not compile, and what
// is in the table is said on the pages.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ALL_RISKS } from '../../../src/scopes.ts'
import { temporaryFolder } from '../../support/folder.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const TABLE = 'src/scopes.ts'
const SUMMARY = 'src/authorization-server/permissions/summary.ts'
const FIRST_ROW = "  'qc:account:read': {"

describe('a permission that is made up', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())

  /** A copy of the table and of what makes sentences of it, with a further row. Returns where it lies. */
  function copyWith(name: string, row: string): string {
    const copy = join(folder.path, name)
    for (const file of [TABLE, SUMMARY]) {
      mkdirSync(join(copy, dirname(file)), { recursive: true })
      cpSync(join(ROOT, file), join(copy, file))
    }
    writeFileSync(join(copy, 'package.json'), '{"type":"module"}')
    const table = readFileSync(join(copy, TABLE), 'utf8')
    assert.ok(table.includes(FIRST_ROW))
    writeFileSync(join(copy, TABLE), table.replace(FIRST_ROW, `  'qc:made:up': ${row},\n${FIRST_ROW}`))
    return copy
  }

  for (const risk of ALL_RISKS) {
    it(`is said where it ${risk}, and is not among what cannot be done`, async () => {
      const copy = copyWith(risk, `{ says: 'Juggle oranges', phrase: ['juggle', 'oranges'], risk: '${risk}' }`)
      const { summarize } = await import(pathToFileURL(join(copy, SUMMARY)).href)
      const { RISKS } = await import(pathToFileURL(join(copy, TABLE)).href)
      const allowance = { scopes: ['qc:made:up'], paperOnly: false, endless: false, expiresAt: 1_800_000_000 }
      const { sentence } = summarize('It', allowance, [])
      const [can, cannot] = sentence.split('; it will not be able to ')
      assert.match(can, /^It will be able to juggle oranges( with real money)?$/)
      assert.ok(!cannot.includes(RISKS[risk].without), cannot)
    })
  }

  const WHOLE = "{ says: 'Juggle', phrase: ['juggle'], risk: 'reads' }"
  const LACKING = {
    says: "{ phrase: ['juggle'], risk: 'reads' }",
    phrase: "{ says: 'Juggle', risk: 'reads' }",
    risk: "{ says: 'Juggle', phrase: ['juggle'] }",
  }
  const ELSEWHERE = "{ says: 'Juggle', phrase: ['juggle'], risk: 'amuses' }"

  it('compiles with all that the pages need of it, and with nothing less', () => {
    const rows = { WHOLE, ELSEWHERE, ...LACKING }
    const tables = Object.entries(rows).map(([name, row]) => join(copyWith(`compiled-${name}`, row), TABLE))
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const options = ['--noEmit', '--strict', '--target', 'esnext', '--ignoreConfig']
    const { stdout } = spawnSync(tsc, [...options, ...tables], { encoding: 'utf8' })
    const problemsOf = (name: string) =>
      stdout
        .split(/\n(?=\S)/)
        .filter((problem) => problem.includes(`compiled-${name}/`))
        .join('\n')
    assert.equal(problemsOf('WHOLE'), '', stdout)
    for (const name of Object.keys(LACKING)) assert.match(problemsOf(name), new RegExp(`'${name}' is missing`))
    assert.match(problemsOf('ELSEWHERE'), /amuses/)
  })
})
