import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { ALICE, BOB } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { refused, sandboxClient, sign } from '../support/sandbox-client.ts'
import { useFrozenSandbox } from './frozen.ts'

const [ORGANIZATION, BOBS] = ['5c0ffee1a2b3c4d5e6f708192a3b4c5d', '0ddba11f00d5e6f708192a3b4c5d6e7f']

/** The contents of an archive by name, found as programs find them: from the directory at its end (APPNOTE.TXT, PKWARE). */
function entriesOf(zip: Buffer): Record<string, string> {
  const end = zip.length - 22
  assert.equal(zip.readUInt32LE(end), 0x06054b50)
  const entries: Record<string, string> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50)
    const [size, nameLength, start] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const content = zip.subarray(start + 30 + nameLength, start + 30 + nameLength + size)
    assert.equal(crc32(content), zip.readUInt32LE(at + 16), name)
    entries[name] = content.toString('hex')
    at += 46 + nameLength
  }
  assert.equal(at, end)
  return entries
}

describe('the object store of the sandbox', () => {
  const frozen = useFrozenSandbox()
  const call = (path: string, args: object = {}) => frozen.call(path, { organizationId: ORGANIZATION, ...args })
  const set = (key: string, objectData: string) => call('/object/set', { key, objectData })

  async function upload(key: string, bytes: Uint8Array<ArrayBuffer>) {
    const form = new FormData()
    form.set('organizationId', ORGANIZATION ?? '')
    form.set('key', key)
    form.set('objectData', new Blob([bytes]))
    const response = await fetch(`${frozen.url}/object/set`, { method: 'POST', headers: sign(ALICE), body: form })
    return { status: response.status, body: (await response.json()) as Json }
  }

  it('text and bytes come to the same object', async () => {
    assert.deepEqual(await set('text.txt', 'Hello, world!'), { success: true })
    assert.deepEqual((await upload('greeting.txt', new TextEncoder().encode('Hello, world!'))).body, { success: true })
    for (const key of ['text.txt', 'greeting.txt']) {
      const { metadata } = await call('/object/properties', { key })
      const { created, modified, ...rest } = metadata
      assert.deepEqual(rest, {
        key,
        size: 13,
        md5: '6cd3556deb0da54bca060b4c39479839',
        mime: 'text/plain',
        preview: 'Hello, world!',
      })
      assert.equal(created, modified)
    }
  })

  it('a newer object silently takes the place of an older one', async () => {
    await set('k', 'old')
    frozen.tick(60)
    await set('/k', 'newer')
    const { size, created, modified } = (await call('/object/properties', { key: 'k' })).metadata
    assert.equal(size, 5)
    assert.notEqual(created, modified)
  })

  it('a list shows one level, folders first, and the root without a path', async () => {
    const empty = await call('/object/list')
    assert.deepEqual([empty.path, empty.objects, empty.objectStorageUsedHuman], ['/', [], '0 B'])
    await set('greeting.txt', 'Hello, world!')
    await set('models/a/weights.json', '{}')
    await set('models/b.json', '{}')
    const { path, objects, objectStorageUsed, page, totalPages } = await call('/object/list')
    assert.deepEqual([path, objectStorageUsed, page, totalPages], ['/', 17, 1, 1])
    const rows = (list: Json[]) => list.map(({ key, name, folder, mime }) => [key, name, folder, mime])
    assert.deepEqual(rows(objects), [
      ['/models', 'models', true, 'directory'],
      ['/greeting.txt', 'greeting.txt', false, 'text/plain'],
    ])
    assert.deepEqual(rows((await call('/object/list', { path: '/models' })).objects), [
      ['/models/a', 'a', true, 'directory'],
      ['/models/b.json', 'b.json', false, 'application/json'],
    ])
  })

  it('an export finds its address on the third read, and the address needs no signature', async () => {
    await set('models/a.txt', 'one')
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
    await upload('models/b.bin', bytes)
    const { jobId } = await call('/object/get', { keys: ['models/a.txt', 'models/b.bin', 'missing'] })
    assert.match(jobId, /^[0-9a-f]{32}$/)
    const urls = []
    for (let read = 0; read < 3; read += 1) urls.push((await call('/object/get', { jobId })).url)
    assert.deepEqual(urls.slice(0, 2), [null, null])
    const archive = await fetch(urls[2])
    assert.equal(archive.headers.get('Content-Type'), 'application/zip')
    assert.deepEqual(entriesOf(Buffer.from(await archive.arrayBuffer())), {
      'models/a.txt': Buffer.from('one').toString('hex'),
      'models/b.bin': Buffer.from(bytes).toString('hex'),
    })
    assert.equal((await fetch(urls[2].replace(/[\w-]{4}\.zip/, 'AAAA.zip'))).status, 404)
    assert.equal((await fetch(urls[2].replace(ALICE.userId, BOB.userId))).status, 404)
    frozen.tick(3601)
    assert.equal((await fetch(urls[2])).status, 404)
  })

  it('an export needs a permission that not every organization has', async () => {
    const bob = sandboxClient(frozen, BOB)
    await bob('/object/set', { organizationId: BOBS, key: 'k', objectData: 'x' })
    const answer = await bob('/object/get', { organizationId: BOBS, keys: ['k'] })
    assert.deepEqual(answer, refused('Organization does not have derivative export enabled'))
  })

  it('deleting a folder deletes everything below it', async () => {
    for (const key of ['models/a', 'models/b/c', 'modelsother']) await set(key, 'x')
    assert.deepEqual(await call('/object/delete', { key: 'models' }), { success: true })
    assert.deepEqual(
      (await call('/object/list')).objects.map(({ key }: Json) => key),
      ['/modelsother'],
    )
  })

  it('missing keys and folders are refused', async () => {
    const gone = refused('Object not found')
    assert.deepEqual(await call('/object/properties', { key: 'missing' }), gone)
    assert.deepEqual(await call('/object/delete', { key: 'missing' }), gone)
    assert.deepEqual(await call('/object/list', { path: '/missing' }), gone)
    assert.deepEqual(await call('/object/get', { keys: ['missing'] }), gone)
    assert.deepEqual(await call('/object/get', { keys: [] }), gone)
    assert.deepEqual(await call('/object/get', { jobId: 'unknown' }), refused('Job not found'))
  })

  it('an organization that is blank or of somebody else is refused', async () => {
    for (const organizationId of ['', BOBS]) {
      for (const end of ['set', 'properties', 'list', 'get', 'delete']) {
        const answer = await call(`/object/${end}`, { organizationId, key: 'k', objectData: 'x', keys: ['k'] })
        assert.deepEqual(answer, refused('Organization not found'), end)
      }
    }
  })

  it('an object over 1 MB is answered with HTTP 413', async () => {
    const { status, body } = await upload('large', new Uint8Array(1024 * 1024 + 1))
    assert.deepEqual([status, body.success], [413, false])
    assert.equal((await upload('just', new Uint8Array(1024 * 1024))).status, 200)
  })
})
