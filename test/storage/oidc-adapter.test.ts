import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createGrants } from '../../src/grants/grants.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { createOidcAdapter } from '../../src/storage/oidc-adapter.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { put } from '../../src/storage/store.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('records of the authorization server', () => {
  const folder = temporaryFolder()
  const [one, other] = [openSqliteStore(folder.path), openSqliteStore(folder.path)] // two processes
  after(async () => {
    await Promise.all([one.close(), other.close()])
    folder.remove()
  })

  it('take note of a client assertion once, whichever process sees it first (RFC 7523 §3)', async () => {
    const notes = [one, other].map((store) => createOidcAdapter(store)('ReplayDetection'))
    const seen = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => notes[i % 2]?.upsert('assertion', { iss: 'client' }, 60)),
    )
    assert.equal(seen.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  it('of a code are used by one of all who ask', async () => {
    const codes = [one, other].map((store) => createOidcAdapter(store)('AuthorizationCode'))
    await codes[0]?.upsert('code', { grantId: 'g' }, 60)
    const used = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => codes[i % 2]?.consume('code')))
    assert.equal(used.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  it('allow nothing when they cannot be read', async () => {
    const grants = createGrants(one)
    for (const damaged of ['{', '{"version":2}', 'null', '{"version":1,"scopes":["qc:all"]}']) {
      await put(one, KEYS.grant('damaged'), damaged, 60)
      assert.equal(await grants.find('damaged'), undefined)
      assert.equal(await grants.change('damaged', { scopes: ['qc:live:write'] }), undefined)
    }
  })
})
