// package.json of the package, before and after its owners have named a repository.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { packageManifest } from '../../packaging/manifest.ts'
import { registryName } from '../../packaging/server-json.ts'

const EXAMPLE = 'https://github.com/example/qcgate'
const product = JSON.parse(readFileSync('package.json', 'utf8'))

describe("the package's package.json", () => {
  it('says where its home is, its source and its issues, and by which name the MCP registry knows it', () => {
    const { homepage, repository, bugs, mcpName } = packageManifest(product, EXAMPLE)
    assert.equal(homepage, `${EXAMPLE}#readme`)
    assert.deepEqual(repository, { type: 'git', url: `git+${EXAMPLE}.git` })
    assert.deepEqual(bugs, { url: `${EXAMPLE}/issues` })
    assert.equal(mcpName, registryName(EXAMPLE))
  })

  it('has no such field, not even an empty one, while nobody knows', () => {
    const silent = Object.keys(packageManifest(product, ''))
    const speaking = Object.keys(packageManifest(product, EXAMPLE))
    assert.deepEqual(
      speaking.filter((field) => !silent.includes(field)),
      ['homepage', 'repository', 'bugs', 'mcpName'],
    )
  })

  it('takes nothing of the checkout along but what describes the product', () => {
    const { name, version, description, license, keywords, engines } = packageManifest(product, '')
    assert.deepEqual(
      { name, version, description, license, keywords, engines },
      {
        name: product.name,
        version: product.version,
        description: product.description,
        license: product.license,
        keywords: product.keywords,
        engines: product.engines,
      },
    )
    for (const field of ['private', 'dependencies', 'devDependencies', 'optionalDependencies', 'scripts']) {
      assert.ok(!(field in packageManifest(product, EXAMPLE)), field)
    }
  })
})
