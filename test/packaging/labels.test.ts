// What the image says of itself.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { imageLabels } from '../../packaging/labels.ts'
import { registryName } from '../../packaging/server-json.ts'

const build = { version: '1.2.3', revision: 'c0ffee', repository: 'https://github.com/example/qcgate' }
const labelsOf = (lines: readonly string[]) => Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))

describe("the image's labels", () => {
  it('say which commit of which repository it was built of', () => {
    const labels = labelsOf(imageLabels(build))
    assert.equal(labels['org.opencontainers.image.version'], '1.2.3')
    assert.equal(labels['org.opencontainers.image.revision'], 'c0ffee')
    assert.equal(labels['org.opencontainers.image.source'], build.repository)
    assert.equal(labels['io.modelcontextprotocol.server.name'], registryName(build.repository))
  })

  it('name no repository while nobody has given it', () => {
    assert.deepEqual(imageLabels({ ...build, repository: '' }), ['org.opencontainers.image.version=1.2.3'])
  })

  it('name no commit where git knows none', () => {
    const lines = imageLabels({ ...build, revision: undefined })
    assert.ok(!lines.some((line) => line.includes('revision')))
    assert.equal(lines.length, imageLabels(build).length - 1)
  })

  it('are a line each', () => {
    for (const line of imageLabels(build)) assert.match(line, /^[a-z.]+=\S+$/)
  })
})
