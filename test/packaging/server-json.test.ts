// server.json, by which the MCP registry lists this program: made from the repository, and nothing without one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { registryName, serverJson } from '../../packaging/server-json.ts'
import { readConfig } from '../../src/config.ts'
import { variables } from '../deployment/files.ts'
import { SERVER_SCHEMA } from './server-schema.ts'

const { name, version, description } = JSON.parse(readFileSync('package.json', 'utf8'))
const EXAMPLE = 'https://github.com/example/qcgate'
const release = { version, description, repository: EXAMPLE }
const listed = serverJson(release)
const [npm] = listed?.packages ?? []

const ajv = new Ajv({ allErrors: true })
formats.default(ajv)
const isListable = ajv.compile(SERVER_SCHEMA)

/** Where the registry would say no, as paths into the document. */
function refusals(document: unknown): string[] {
  isListable(document)
  return (isListable.errors ?? []).map(({ instancePath }) => instancePath)
}

describe('server.json', () => {
  it('is what the MCP registry takes', () => {
    assert.deepEqual(refusals(listed), [])
    assert.match(listed?.$schema ?? '', /\/schemas\/\d{4}-\d\d-\d\d\/server\.schema\.json$/)
  })

  for (const [what, broken, path] of [
    ['a name without an owner', { ...listed, name: 'qcgate' }, '/name'],
    ['a description of a whole page', { ...listed, description: description.repeat(2) }, '/description'],
    ['no version', { ...listed, version: undefined }, ''],
    ['a range of versions', { ...listed, packages: [{ ...npm, version: '^1.0.0' }] }, '/packages/0/version'],
    ['no transport', { ...listed, packages: [{ ...npm, transport: {} }] }, '/packages/0/transport'],
    ['a member of an older schema', { ...listed, packages: [{ ...npm, registry_type: 'npm' }] }, '/packages/0'],
    ['a link that is none', { ...listed, websiteUrl: 'example' }, '/websiteUrl'],
  ] as const) {
    it(`would not be taken with ${what}`, () => assert.ok(refusals(broken).includes(path), refusals(broken).join(' ')))
  }

  it('names the package that npm has, in this version', () => {
    assert.deepEqual([npm?.identifier, npm?.version, listed?.version], [name, version, version])
    assert.equal(listed?.repository.url, EXAMPLE)
  })

  it('tells only of variables that the program reads, with the defaults that it has', () => {
    const told = npm?.environmentVariables ?? []
    for (const variable of told) assert.ok(variables.includes(variable.name), variable.name)
    assert.ok(told.find((variable) => variable.name === 'REDIS_URL')?.isSecret)
    assert.equal(told.find((variable) => variable.name === 'PORT')?.default, String(readConfig({}).port))
  })

  it('leads a client to where the program listens by itself, whatever the port', () => {
    const { url = '' } = npm?.transport ?? {}
    const [, variable] = /\{(\w+)\}/.exec(url) ?? []
    assert.equal(variable, 'PORT')
    assert.equal(url.replace('{PORT}', '3001'), readConfig({ PORT: '3001' }).resource)
  })

  it('is not there while nobody has given the repository', () => {
    assert.equal(serverJson({ ...release, repository: '' }), undefined)
    assert.equal(registryName(''), undefined)
  })

  it("bears the name of the repository's owner, and no other place's", () => {
    assert.equal(registryName(EXAMPLE), 'io.github.example/qcgate')
    assert.equal(listed?.name, registryName(EXAMPLE))
    for (const repository of [
      'https://gitlab.com/example/qcgate',
      'http://github.com/example/qcgate',
      `${EXAMPLE}/tree`,
      'example/qcgate',
    ]) {
      assert.throws(() => registryName(repository), /is no repository at GitHub/, repository)
    }
  })

  it('stops the build when not even the beginning of the description is short enough', () => {
    assert.throws(() => serverJson({ ...release, description: 'word '.repeat(30) }), /takes 100 characters/)
    assert.equal(serverJson({ ...release, description: 'Short.' })?.description, 'Short.')
  })
})
