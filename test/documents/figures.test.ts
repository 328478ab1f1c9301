// What the documents count and give as defaults is what the sources have.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config.ts'
import { toolList } from '../../src/resource-server/tools/catalog.ts'
import { ALL_SCOPES } from '../../src/scopes.ts'
import { SETTINGS } from '../../src/settings.ts'
import { tableRows } from '../support/table-rows.ts'

const README = readFileSync('README.md', 'utf8')
const PAGES = ['README.md', 'CHANGELOG.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith('.md'),
)

/** How a sentence counts something. A new way to say it belongs here. */
const COUNTS = [
  { what: 'tools', says: /\b(\d+) tools\b|\*\*Tools\*\*: (\d+),|\blists (\d+): the/g, has: toolList().length },
  { what: 'permissions', says: /\b(\d+) (?:permissions|boxes|`qc:\*` scopes)/g, has: ALL_SCOPES.length },
]

describe('the documents count right', () => {
  for (const { what, says, has } of COUNTS) {
    it(what, () => {
      const found = PAGES.flatMap((page) =>
        [...readFileSync(page, 'utf8').matchAll(says)].map(([said, ...numbers]) => ({
          place: `${page}: ${said}`,
          number: Number(numbers.find(Boolean)),
        })),
      )
      assert.ok(found.length > 2)
      for (const { place, number } of found) assert.equal(number, has, place)
    })
  }
})

describe('the table of variables in README.md', () => {
  const rows = tableRows(README.split('\n## Configuration\n')[1]?.split('\n## ')[0] ?? '')
  const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  const told = new Map(
    rows.flatMap(([names, defaults]) => codes(names).map((name, index) => [name, codes(defaults)[index]])),
  )

  it('has every variable that is read, and no other', () => {
    assert.deepEqual([...told.keys()].sort(), Object.keys(SETTINGS).sort())
  })

  it('gives the defaults that hold in a checkout', () => {
    const { port, host, dataDir, keysDir, callBudget, quantConnectApiUrl, logLevel, sandbox } = readConfig({})
    const { connection, account } = callBudget
    const defaults = {
      PORT: port,
      HOST: host,
      CALL_BUDGET: [connection, account].map(({ most, perSecond }) => `${most},${perSecond}`),
      DATA_DIR: dataDir,
      KEYS_DIR: keysDir,
      QUANTCONNECT_API_URL: quantConnectApiUrl,
      SANDBOX: sandbox ? 'on' : 'off',
      LOG_LEVEL: logLevel,
    }
    for (const [name, value] of Object.entries(defaults)) assert.equal(told.get(name), String(value), name)
  })
})
