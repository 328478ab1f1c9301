import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { secretKind } from '../../src/key-files/key-file.ts'
import { createLog } from '../../src/observability/log.ts'
import { KEYS } from '../../src/storage/keys.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { put } from '../../src/storage/store.ts'
import { openVault } from '../../src/vault/vault.ts'
import { temporaryFolder } from '../support/folder.ts'

const ALICE = { realm: 'live', userId: '123456', apiToken: 'token-of-alice' } as const
const BOB = { realm: 'live', userId: '654321', apiToken: 'token-of-bob' } as const

describe('the vault', () => {
  const folder = temporaryFolder()
  const data = openSqliteStore(join(folder.path, 'data'))
  after(async () => {
    await data.close()
    folder.remove()
  })
  let made = 0
  /** A key folder of its own, over the one store. */
  const keyFolder = () => join(folder.path, `keys-${made++}`)
  const keyFile = (keys: string) => join(keys, 'vault.jwks.json')
  const readKeys = (keys: string) => JSON.parse(readFileSync(keyFile(keys), 'utf8')).keys
  const writeKeys = (keys: string, list: unknown[]) => writeFileSync(keyFile(keys), JSON.stringify({ keys: list }))
  const sealedOf = async (sub: string) => (await data.get(KEYS.credentials(sub))) ?? ''

  it('gives back what was put in, and nothing for a name that it does not know', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    assert.partialDeepStrictEqual(await vault.open(await vault.seal(ALICE)), ALICE)
    assert.equal(await vault.open('nonsense'), undefined)
  })

  it('stores neither token nor user id in a form that can be read, and calls the person by an opaque name', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const sub = await vault.seal(ALICE)
    const sealed = await sealedOf(sub)
    const { alg, enc } = decodeProtectedHeader(sealed)
    assert.deepEqual([alg, enc], ['dir', 'A256GCM'])
    const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    for (const secret of [ALICE.apiToken, ALICE.userId]) {
      for (const text of [sub, sealed, ...parts]) assert.ok(!text.includes(secret))
    }
    assert.match(sub, /^[\w-]{22,}$/)
  })

  it('seals the same credentials differently each time', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const first = await sealedOf(await vault.seal(ALICE))
    assert.notEqual(await sealedOf(await vault.seal(ALICE)), first)
  })

  it('calls a person the same at every sign-in, with a new token too, and keeps the newest token', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const sub = await vault.seal(ALICE)
    assert.equal(await vault.seal({ ...ALICE, apiToken: 'a newer token' }), sub)
    assert.equal((await vault.open(sub))?.apiToken, 'a newer token')
    const racers = await Promise.all(Array.from({ length: 10 }, () => vault.seal(BOB)))
    assert.equal(new Set(racers).size, 1)
  })

  it('calls nobody else the same: not another person, not the same number in the sandbox', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const subs = await Promise.all([vault.seal(ALICE), vault.seal(BOB), vault.seal({ ...ALICE, realm: 'sandbox' })])
    assert.equal(new Set(subs).size, 3)
  })

  it('calls a person whose credentials were removed the same when they sign in anew, and nobody until then', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const [alice, bob] = [await vault.seal(ALICE), await vault.seal(BOB)]
    await vault.removeCredentials(alice)
    assert.equal(await vault.open(alice), undefined)
    assert.equal(await data.get(KEYS.credentials(alice)), undefined)
    assert.equal(await vault.find(ALICE), alice)
    await vault.removeCredentials(alice) // twice is harmless
    assert.equal(await vault.seal({ ...ALICE, apiToken: 'a newer token' }), alice)
    assert.equal((await vault.open(alice))?.apiToken, 'a newer token')
    assert.partialDeepStrictEqual(await vault.open(bob), BOB)
  })

  it('forgets the name too of a person who is forgotten: whoever signs in then is somebody new', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const [alice, bob] = [await vault.seal(ALICE), await vault.seal(BOB)]
    await vault.forget(alice)
    assert.deepEqual([await vault.open(alice), await vault.find(ALICE)], [undefined, undefined])
    assert.notEqual(await vault.seal(ALICE), alice)
    assert.partialDeepStrictEqual(await vault.open(bob), BOB)
  })

  it('does not open a record under another person’s name, wherever it was moved', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const [alice, bob] = [await vault.seal(ALICE), await vault.seal(BOB)]
    await put(data, KEYS.credentials(bob), await sealedOf(alice), 60)
    assert.equal(await vault.open(bob), undefined)
  })

  it('opens nothing with another key, nor with none, nor with another under the same name', async () => {
    const keys = keyFolder()
    const sub = await (await openVault(keys, data, createLog('silent'))).seal(ALICE)
    const [{ kid }] = readKeys(keys)
    assert.equal(await (await openVault(keyFolder(), data, createLog('silent'))).open(sub), undefined)
    writeKeys(keys, [{ ...(await secretKind('A256GCM').make()), kid }])
    assert.equal(await (await openVault(keys, data, createLog('silent'))).open(sub), undefined)
    rmSync(keyFile(keys))
    assert.equal(await (await openVault(keys, data, createLog('silent'))).open(sub), undefined)
  })

  it('opens nothing that was changed', async () => {
    const vault = await openVault(keyFolder(), data, createLog('silent'))
    const sub = await vault.seal(ALICE)
    const sealed = (await sealedOf(sub)).split('.')
    for (const changed of [2, 3, 4]) {
      const parts = sealed.map((part, at) =>
        at === changed ? (part.startsWith('A') ? 'B' : 'A') + part.slice(1) : part,
      )
      await put(data, KEYS.credentials(sub), parts.join('.'), 60)
      assert.equal(await vault.open(sub), undefined)
    }
    await put(data, KEYS.credentials(sub), 'nonsense', 60)
    assert.equal(await vault.open(sub), undefined)
  })

  it('knows nobody but the users who are allowed, and keeps what it has of the others', async () => {
    const keys = keyFolder()
    const everybody = await openVault(keys, data, createLog('silent'))
    const bobs = await openVault(keys, data, createLog('silent'), { realms: ['live'], allowedUsers: [BOB.userId] })
    const [alice, bob] = [await everybody.seal(ALICE), await everybody.seal(BOB)]
    assert.deepEqual([await bobs.open(alice), await bobs.find(ALICE)], [undefined, undefined])
    assert.deepEqual([await bobs.excludes(alice), await bobs.excludes(bob)], [true, false])
    assert.partialDeepStrictEqual(await bobs.open(bob), BOB)
    assert.equal(await bobs.find(BOB), bob)
    const sealed = await sealedOf(alice)
    await assert.rejects(bobs.seal({ ...ALICE, apiToken: 'a newer token' }), /not stored/)
    await bobs.renew(alice)
    assert.equal(await sealedOf(alice), sealed)
    assert.partialDeepStrictEqual(await everybody.open(alice), ALICE)
    await bobs.forget(alice)
    assert.deepEqual([await everybody.open(alice), await everybody.find(ALICE)], [undefined, undefined])
  })

  it('still opens with the second key of the file what that key sealed when it was the first', async () => {
    const keys = keyFolder()
    const sub = await (await openVault(keys, data, createLog('silent'))).seal(ALICE)
    const [old] = readKeys(keys)
    const next = await secretKind('A256GCM').make()
    writeKeys(keys, [next, old])
    const vault = await openVault(keys, data, createLog('silent'))
    assert.partialDeepStrictEqual(await vault.open(sub), ALICE)
    await vault.seal(ALICE)
    assert.equal(decodeProtectedHeader(await sealedOf(sub)).kid, next.kid) // the next sign-in moves to the new key
    writeKeys(keys, [next])
    assert.partialDeepStrictEqual(await (await openVault(keys, data, createLog('silent'))).open(sub), ALICE)
  })
})
