// What is left out of a record when it is written is there when it is read: whatever the record says, and whatever it lacks.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ALL_SCOPES, inShort, spelledOut } from '../../src/scopes.ts'
import { withoutUsual, withUsual } from '../../src/storage/usual.ts'

const USUAL = { kind: 'native', list: ['a', 'b'], flag: false, none: [] }
const value = fc.oneof(
  fc.constantFrom(...Object.values(USUAL)),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string()),
)
const record = fc.dictionary(fc.constantFrom(...Object.keys(USUAL), 'own', 'other'), value)

describe('a record without what is usual', () => {
  it('says the same when it is read', () => {
    fc.assert(
      fc.property(record, (one) => {
        const written = JSON.stringify(withoutUsual(one, USUAL))
        assert.deepEqual(withUsual(JSON.parse(written), USUAL), { ...one })
      }),
    )
  })

  it('is short where all is as usual, and names what is not there at all', () => {
    assert.deepEqual(withoutUsual({ ...USUAL, own: 1 }, USUAL), { own: 1 })
    assert.deepEqual(withoutUsual({ kind: 'native', list: ['a', 'b'], flag: true }, USUAL), { flag: true, none: null })
  })

  it('names scopes in short, and means each of them', () => {
    fc.assert(
      fc.property(fc.subarray([...ALL_SCOPES]), (scopes) => {
        assert.deepEqual(spelledOut(inShort(scopes)), scopes)
      }),
    )
    assert.equal(inShort(['qc:live:read', 'qc:live:write', 'qc:ai:read']), 'live:read,write ai:read')
  })
})
