// docs/operating.md says what to do about every warning and error that the log can have, and about none that it cannot.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { tableRows } from '../support/table-rows.ts'

const LEVELS = { warn: 40, error: 50 } as const

/** Each warning and error of the sources, as `level message`. */
const logged = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => [...readFileSync(`src/${file}`, 'utf8').matchAll(/\blog\.(warn|error)\([^']*'([^']+)'/g)])
  .map(([, level, message]) => `${LEVELS[level as keyof typeof LEVELS]} ${message}`)

/** Each of the page: the level stands behind a message, or behind the last of several. `…` stands for the rest of one. */
const told = tableRows(readFileSync('docs/operating.md', 'utf8').split('\n## Logs\n')[1]?.split('\n## ')[0] ?? '')
  .flatMap(([cell = '']) => [...cell.matchAll(/((?:`[^`]+`,? ?)+)\((\d0)\)/g)])
  .flatMap(([, messages = '', level]) =>
    [...messages.matchAll(/`([^`]+)`/g)].map(([, message]) => `${level} ${message}`),
  )
  .filter((line) => !line.startsWith('30 '))

const fits = (line: string, written: string) =>
  written.endsWith('…') ? line.startsWith(written.slice(0, -1).trimEnd()) : line === written

describe('docs/operating.md tells of the log', () => {
  it('every warning and every error', () => {
    assert.ok(logged.length > 15)
    assert.deepEqual(
      logged.filter((line) => !told.some((written) => fits(line, written))),
      [],
    )
  })

  it('and none that is gone', () => {
    assert.deepEqual(
      told.filter((written) => !logged.some((line) => fits(line, written))),
      [],
    )
  })
})
