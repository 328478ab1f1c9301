// Versions: LEAN's newest first, and our own without asking anybody.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VERSION } from '../../../src/version.ts'
import { answerOf } from './run-tool.ts'

describe('LEAN versions', () => {
  const build = (id: number, more: object = {}) => ({
    id,
    created: '2026-10-03 18:02:41',
    description: `What changed\nin ${id}`,
    leanHash: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c',
    leanCloudHash: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
    name: `v2.5.0.0.${id}`,
    ref: `refs/tags/${id}`,
    public: 1,
    ...more,
  })

  it('come newest first, whatever order QuantConnect gives, each as a row', async () => {
    const versions = [build(9998), build(17369), build(17001)]
    const { data, summary } = await answerOf('read_lean_versions', {}, { versions, success: true })
    const row = (id: number) => ({
      id,
      name: `v2.5.0.0.${id}`,
      created: '2026-10-03 18:02:41 UTC',
      public: 1,
      description: `What changed in ${id}`,
    })
    assert.deepEqual(data, { count: 3, versions: [row(17369), row(17001), row(9998)] })
    assert.match(summary, /17369/)
  })

  it('are 20 at once; the newest is known in every window', async () => {
    const versions = Array.from({ length: 45 }, (_, at) => build(at + 1))
    const { data, summary } = await answerOf('read_lean_versions', { start: 20 }, { versions, success: true })
    assert.deepEqual([data.count, data.versions.length, data.versions[0].id, data.versions[19].id], [45, 20, 25, 6])
    assert.match(summary, /20 to 40 of 45/)
    assert.match(summary, /v2\.5\.0\.0\.45/)
  })
})

for (const name of ['read_mcp_server_version', 'read_latest_mcp_server_version']) {
  it(`${name} tells the version of this server and asks nobody`, async () => {
    const { data, asked } = await answerOf(name, {})
    assert.deepEqual(data, { version: VERSION })
    assert.deepEqual(asked, [])
  })
}
