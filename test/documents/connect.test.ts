// docs/connect.md says of each client what the home page of a server says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { Client } from '../../src/authorization-server/views/connect.ts'
import { commonClients, otherClients } from '../../src/authorization-server/views/connect.ts'

const LOCAL = { resource: 'http://localhost:3000/mcp', local: true }
const PUBLIC = { resource: 'https://qcgate.example.com/mcp', local: false }

const onOneLine = (text: string) => text.replace(/\s+/g, ' ')
const [, ...parts] = readFileSync('docs/connect.md', 'utf8').split(/^## /m)
const sections = new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part]))
const section = (name: string) => sections.get(name) ?? assert.fail(`docs/connect.md has no section ${name}`)

const local = [...commonClients(LOCAL), ...otherClients(LOCAL)]
const hosted = commonClients(PUBLIC).filter(({ name }) => !local.some((one) => one.name === name))
/** Where the local server's page says why some are missing, their sections say what they need. */
const clients = [...hosted, ...local.filter(({ name }) => name !== 'claude.ai and ChatGPT')]

function holdsAll({ name, steps, byHand = [] }: Client): void {
  const words = onOneLine(section(name))
  const blocks = [...section(name).matchAll(/^```\n(.*?)\n```$/gms)].map(([, block]) => block)
  for (const { says, copy, opens } of [...steps, ...byHand]) {
    assert.ok(words.includes(opens ? `*${says}*` : onOneLine(says)), says)
    if (copy) assert.ok(blocks.includes(copy), copy)
  }
}

describe('docs/connect.md', () => {
  for (const client of clients) it(`says of ${client.name} what the home page says`, () => holdsAll(client))

  it('has a section for each client and no other, and one for when it does not connect', () => {
    assert.deepEqual([...sections.keys()], [...clients.map(({ name }) => name), 'When it does not connect'])
  })
})
