import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useFrozenSandbox } from './frozen.ts'

describe('what the sandbox says of itself', () => {
  const { call } = useFrozenSandbox()

  it('the list of LEAN builds is long, newest first', async () => {
    const { versions } = await call('/lean/versions/read')
    assert.ok(versions.length >= 40)
    assert.ok(versions[0].id > versions[1].id)
    assert.match(versions[0].name, /^v\d+\.\d+\.\d+\.\d+\.17369$/)
    assert.match(versions[0].leanHash, /^[0-9a-f]{40}$/)
    assert.match(versions[0].created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  })

  it('an account belongs to one organization, and prefers it', async () => {
    const { organizations } = await call('/organizations/list')
    const { organizationId } = await call('/account/read')
    assert.deepEqual(
      organizations.map(({ id, preferred }: { id: string; preferred: boolean }) => [id, preferred]),
      [[organizationId, true]],
    )
  })
})
