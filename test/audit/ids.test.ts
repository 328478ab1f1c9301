// Of arguments only ids are kept.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { idsIn as idsAmong } from '../../src/audit/ids.ts'
import { reference } from '../../src/audit/reference.ts'
import { RECORDED } from '../../src/resource-server/tools/catalog.ts'

const GOLDEN = 'test/golden/tools'
/** The names of all tools' arguments. */
const ARGUMENTS = new Set(
  readdirSync(GOLDEN).flatMap((file) => {
    const { inputSchema } = JSON.parse(readFileSync(`${GOLDEN}/${file}`, 'utf8'))
    return Object.keys(inputSchema.properties ?? {})
  }),
)

const idsIn = (args: unknown) => idsAmong(args, RECORDED)

describe('the ids among arguments', () => {
  it('are those that tools take, and a new tool’s is either kept or named here', () => {
    const named = [...ARGUMENTS].filter((name) => /ids?$/i.test(name))
    assert.deepEqual(named.sort(), [...RECORDED, 'codeSourceId'].sort())
  })

  it('are kept under their names', () => {
    const ids = { projectId: 23456789, backtestId: '26c7bb06b8487cffb8a1b5d4e0e0b7ce' }
    assert.deepEqual(idsIn({ ...ids, waitSeconds: 30 }), ids)
    assert.deepEqual(idsIn({ algorithmId: 'L-0123abc', versionId: '-1', collaboratorUserId: 'public.id_1' }), {
      algorithmId: 'L-0123abc',
      versionId: '-1',
      collaboratorUserId: 'public.id_1',
    })
  })

  it('are all that is kept: no names, code, keys, queries, or logins', () => {
    const others = [...ARGUMENTS].filter((name) => !RECORDED.some((id) => id === name))
    assert.ok(others.length > 40)
    assert.deepEqual(idsIn(Object.fromEntries(others.map((name) => [name, 'private']))), {})
    assert.deepEqual(idsIn({ brokerage: { id: 'X', 'oanda-account-id': '1', projectId: 7 } }), {})
    assert.deepEqual(idsIn({ id: 1, secretId: 'x', access_token_id: 'x' }), {})
  })

  it('look like ids: whole numbers and short plain words, and nothing else under their names', () => {
    for (const value of [
      1.5,
      NaN,
      2 ** 60,
      '',
      'x'.repeat(81),
      'a\nb',
      'two words',
      '<b>',
      '=1',
      'é',
      true,
      null,
      [1],
      { a: 1 },
    ]) {
      assert.deepEqual(idsIn({ projectId: value }), {}, String(value))
    }
    assert.deepEqual(idsIn({ projectId: 'x'.repeat(80) }), { projectId: 'x'.repeat(80) })
    assert.deepEqual(idsIn({ projectId: 0 }), { projectId: 0 })
  })

  it('are none in what is no set of arguments', () => {
    for (const args of [undefined, null, 'projectId', 7, [], ['projectId']]) assert.deepEqual(idsIn(args), {})
    assert.deepEqual(idsIn(JSON.parse('{"__proto__":{"projectId":7}}')), {})
  })
})

describe('a reference', () => {
  it('is eight characters that cannot be mistaken for each other, and another one each time', () => {
    const many = Array.from({ length: 1_000 }, reference)
    for (const one of many) assert.match(one, /^[a-hj-km-np-z2-9]{8}$/)
    assert.equal(new Set(many).size, many.length)
  })
})
