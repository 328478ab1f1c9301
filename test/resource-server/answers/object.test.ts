// The Object Store: which bytes are sent, what is known of a file, and when an archive is ready.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, ORGANIZATION, takes } from './run-tool.ts'

const where = { organizationId: ORGANIZATION, key: 'greeting.txt' }
/** MD5 of `Hello, world!`. */
const MD5 = '6cd3556deb0da54bca060b4c39479839'

describe('upload_object', () => {
  it('sends a text as it is, once and as a form, and tells its bytes and MD5', async () => {
    const { asked, data } = await answerOf('upload_object', { ...where, objectData: 'Hello, world!' })
    assert.deepEqual(asked, [
      {
        endpoint: '/object/set',
        args: { ...where, objectData: 'Hello, world!' },
        options: { retry: false, form: true, secrets: [] },
      },
    ])
    assert.deepEqual(data, { ...where, size: 13, md5: MD5 })
  })

  it('counts bytes, not characters', async () => {
    assert.equal((await answerOf('upload_object', { ...where, objectData: 'äß€' })).data.size, 7)
  })

  it('decodes base64 before it sends, and tells the bytes and MD5 of what was decoded', async () => {
    const args = { ...where, objectData: 'SGVsbG8sIHdvcmxkIQ==', encoding: 'base64' }
    const { asked, data } = await answerOf('upload_object', args)
    const { objectData } = asked[0]?.args ?? {}
    assert.ok(objectData instanceof Uint8Array)
    assert.equal(Buffer.from(objectData).toString(), 'Hello, world!')
    assert.deepEqual(data, { ...where, size: 13, md5: MD5 })
  })

  it('sends text that looks like base64 as text', async () => {
    const { asked } = await answerOf('upload_object', { ...where, objectData: 'SGVsbG8=' })
    assert.equal(asked[0]?.args.objectData, 'SGVsbG8=')
  })

  for (const objectData of ['SGVsbG8', 'SGVs bG8=', 'SGVs\nbG8=', 'SGV-bG8=', 'SGVsbG8===', '=SGV', 'Hällo===']) {
    it(`refuses ${JSON.stringify(objectData)} as base64, before anything is sent`, () => {
      assert.ok(!takes('upload_object', { ...where, objectData, encoding: 'base64' }))
      assert.ok(takes('upload_object', { ...where, objectData, encoding: 'text' }))
    })
  }
})

describe('read_object_properties', () => {
  it('tells size, MD5, media type, times and the beginning', async () => {
    const metadata = {
      key: 'greeting.txt',
      modified: '2026-10-06 14:21:07',
      created: '2026-10-05 14:21:07',
      size: 13,
      md5: MD5,
      mime: 'text/plain',
      preview: 'Hello, world!',
    }
    const { data } = await answerOf('read_object_properties', where, { metadata, success: true })
    assert.deepEqual(data, {
      ...where,
      size: 13,
      md5: MD5,
      mime: 'text/plain',
      created: '2026-10-05 14:21:07 UTC',
      modified: '2026-10-06 14:21:07 UTC',
      preview: 'Hello, world!',
    })
  })
})

describe('a download', () => {
  const job = { organizationId: ORGANIZATION, jobId: '5e7a9c1b3d5f70829a4b6c8d0e2f4a61' }
  const url = 'https://cdn.example.org/export/5e7a9c1b3d5f70829a4b6c8d0e2f4a61.zip'

  it('begins with a job, which is made once', async () => {
    const args = { organizationId: ORGANIZATION, keys: ['a.txt', 'b/c.txt'] }
    const { asked, data, next } = await answerOf('read_object_store_file_job_id', args, {
      jobId: job.jobId,
      success: true,
    })
    assert.deepEqual(asked, [{ endpoint: '/object/get', args, options: { retry: false, form: false, secrets: [] } }])
    assert.deepEqual(data, job)
    assert.match(next, new RegExp(`read_object_store_file_download_url.*${job.jobId}`))
  })

  it('is ready when there is an address, and asked for again until then', async () => {
    const { asked, data } = await answerOf('read_object_store_file_download_url', job, [
      { jobId: job.jobId, url: null, success: true },
      { jobId: job.jobId, url: '', success: true },
      { jobId: job.jobId, url, success: true },
    ])
    assert.deepEqual(
      asked.map(({ args }) => args),
      [job, job, job],
    )
    assert.deepEqual(data, { ...job, ready: true, url })
  })

  it('with an empty address is not ready, has no address, and is asked for again with the same job', async (context) => {
    let now = 0
    // The waiting of many looks passes at once.
    context.mock.method(performance, 'now', () => {
      now += 15_000
      return now
    })
    const { data, next } = await answerOf('read_object_store_file_download_url', job, { url: '', success: true })
    assert.deepEqual(data, { ...job, ready: false })
    assert.match(next, new RegExp(`read_object_store_file_download_url.*${job.jobId}`))
  })
})

describe('list_object_store_files', () => {
  const folder = {
    path: '/',
    objects: [
      { key: '/models', name: 'models', modified: '2026-10-05 14:21:07', mime: 'directory', folder: true, size: 0 },
      {
        key: '/greeting.txt',
        name: 'greeting.txt',
        modified: '2026-10-05 14:21:07',
        mime: 'text/plain',
        folder: false,
        size: 13,
      },
    ],
    page: 1,
    totalPages: 1,
    objectStorageUsed: 13,
    objectStorageUsedHuman: '13 B',
    success: true,
  }
  const list = (more: object = {}, args: object = {}) =>
    answerOf('list_object_store_files', { organizationId: ORGANIZATION, ...args }, { ...folder, ...more })

  it('tells folders and files each as a row, and the storage used', async () => {
    const { data, summary, cut } = await list()
    assert.deepEqual(data, {
      organizationId: ORGANIZATION,
      path: '/',
      page: 1,
      totalPages: 1,
      objectStorageUsed: 13,
      objectStorageUsedHuman: '13 B',
      count: 2,
      objects: [
        { key: '/models', folder: true, size: 0, mime: 'directory', modified: '2026-10-05 14:21:07 UTC' },
        { key: '/greeting.txt', folder: false, size: 13, mime: 'text/plain', modified: '2026-10-05 14:21:07 UTC' },
      ],
    })
    assert.match(summary, /folders 1, files 1/)
    assert.match(summary, /13 B/)
    assert.doesNotMatch(summary, /complete/)
    assert.deepEqual(cut, [])
  })

  it('tells which page it is where there are more, that the list is not complete, and what is left out', async () => {
    const { summary, cut, data } = await list({ page: 2, totalPages: 3 })
    assert.match(summary, /2 of 3/)
    assert.match(summary, /not complete/)
    assert.match(cut.join(), /2 of 3/)
    assert.deepEqual([data.page, data.totalPages], [2, 3])
  })

  it('sends the path of a folder, and none for the root', async () => {
    assert.deepEqual((await list({}, { path: '/models', start: 0, end: 5 })).asked[0]?.args, {
      organizationId: ORGANIZATION,
      path: '/models',
    })
    assert.deepEqual((await list()).asked[0]?.args, { organizationId: ORGANIZATION })
  })
})
