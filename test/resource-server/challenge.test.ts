import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { challenge } from '../../src/resource-server/challenge.ts'
import { ALL_SCOPES, GROUPS } from '../../src/scopes.ts'

const PLACES = { issuer: 'https://qcgate.example', metadata: 'https://qcgate.example/metadata' }
const RESEARCH = GROUPS.research.join(' ')

describe('the bearer challenge, RFC 6750 §3', () => {
  it('names no error to a request that carried no token', () => {
    const { status, header } = challenge({ reason: 'no-credentials' }, PLACES)
    assert.deepEqual([status, header], [401, `Bearer resource_metadata="${PLACES.metadata}", scope="${RESEARCH}"`])
  })

  it('does not let a probe tell one bad token from another', () => {
    assert.deepEqual(
      challenge({ reason: 'invalid-token', cause: 'ERR_JWT_EXPIRED' }, PLACES),
      challenge({ reason: 'invalid-token', cause: 'the grant has ended' }, PLACES),
    )
  })

  for (const scope of ALL_SCOPES) {
    it(`says that ${scope} is missing in characters that a header can carry`, () => {
      const { header, status } = challenge(
        { reason: 'missing-scope', grantId: 'a-grant', required: [scope], missing: [scope] },
        PLACES,
      )
      assert.equal(status, 403)
      // Tokens and quoted strings of printable ASCII, without a backslash or a quotation mark inside.
      assert.match(header, /^Bearer (\w+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(, |$)){4}$/)
      assert.ok(header.includes(`(${scope})`))
      assert.ok(header.includes('https://qcgate.example/account/connections/a-grant'), 'where a person can allow it')
      assert.ok(header.includes(` scope="${scope}"`))
    })
  }
})
