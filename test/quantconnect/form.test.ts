// Uploads: multipart/form-data (RFC 7578), signed like everything else.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { json } from '../support/upstream.ts'
import { credentialsOf, requestsTo, withClient } from './callers.ts'

const FORM = { form: true }
const ORGANIZATION = '0123456789abcdef0123456789abcdef'

describe('an upload', () => {
  const values: [what: string, value: string | Uint8Array, bytes: Buffer][] = [
    ['text, line ends and all', 'a\nb\r\nÜ', Buffer.from('a\nb\r\nÜ')],
    ['bytes that are no text', Uint8Array.of(0, 255, 13, 10, 128), Buffer.of(0, 255, 13, 10, 128)],
    ['nothing', '', Buffer.alloc(0)],
  ]
  for (const [what, objectData, bytes] of values) {
    it(`carries ${what} as a file, and the rest as fields`, () =>
      withClient(async (upstream, client) => {
        const args = { organizationId: ORGANIZATION, key: 'a/b.csv', objectData, absent: undefined }
        assert.equal((await client.call(credentialsOf(1), '/object/set', args, FORM)).kind, 'done')
        const [request] = upstream.requests
        assert.ok(request?.headers.authorization && request.headers.timestamp)
        const type = request.headers['content-type'] ?? ''
        assert.match(type, /^multipart\/form-data; boundary=/)
        const form = await new Response(new Uint8Array(request.bytes), { headers: { 'content-type': type } }).formData()
        assert.deepEqual([...form.keys()], ['organizationId', 'key', 'objectData'])
        assert.equal(form.get('organizationId'), ORGANIZATION)
        assert.equal(form.get('key'), 'a/b.csv')
        const file = form.get('objectData')
        assert.ok(file instanceof File)
        assert.deepEqual(Buffer.from(await file.arrayBuffer()), bytes)
      }))
  }

  it('whose signature is refused is an answer like any other', () =>
    withClient(async (upstream, client) => {
      upstream.replies.push(json(401, { errors: ['a'] }))
      upstream.verdicts.push(json(401, { errors: ['no'] }))
      const answer = await client.call(credentialsOf(1), '/object/set', { objectData: 'x' }, FORM)
      assert.deepEqual(answer, { kind: 'credentials', reasons: ['no'] })
      assert.equal(requestsTo(upstream, '/object/set').length, 1)
      assert.equal(requestsTo(upstream, '/authenticate')[0]?.headers['content-type'], 'application/json')
    }))
})
