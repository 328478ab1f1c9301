// What every tool must be. A new tool is held to the same sentences, and needs a line in tool-scopes.json.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { scopesFor } from '../../src/resource-server/gate.ts'
import { findTool, TOOL_LIST } from '../../src/resource-server/tools/catalog.ts'
import { isScope, SCOPES } from '../../src/scopes.ts'
import NEEDS from './tool-scopes.json' with { type: 'json' }

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Record<string, Schema>
  readonly required?: string[]
  readonly additionalProperties?: unknown
}

describe('the catalogue', () => {
  it('holds the published tools in a fixed order, each once, with the scopes that each is published with', () => {
    const scopes = Object.fromEntries(TOOL_LIST.map(({ name }) => [name, findTool(name)?.scopes]))
    assert.deepEqual(
      TOOL_LIST.map(({ name }) => name),
      Object.keys(NEEDS),
    )
    assert.deepEqual(scopes, NEEDS)
  })

  it('knows no tool but those', () => {
    for (const name of ['', 'nonsense', 'constructor', '__proto__', 'READ_ACCOUNT', 'read_account ']) {
      assert.equal(findTool(name), undefined)
    }
  })

  it('asks for the scopes of all tools together, each once, in the order of the vocabulary', () => {
    assert.deepEqual(scopesFor(['create_file', 'read_account', 'patch_file']), ['qc:account:read', 'qc:files:write'])
    assert.deepEqual(scopesFor([]), [])
  })

  for (const { name, title, description = '', inputSchema, annotations, ...rest } of TOOL_LIST) {
    describe(name, () => {
      const tool = findTool(name)
      const schema = inputSchema as Schema

      it('is named as clients and models can take it', () => {
        assert.match(name, /^[a-z][a-z0-9_]{2,63}$/)
        assert.ok(title && title.length <= 40)
        assert.deepEqual(Object.keys(rest), [])
      })

      it('needs at least one scope, and only scopes that exist', () => {
        assert.ok(tool?.scopes.length)
        assert.ok(tool?.scopes.every(isScope))
      })

      it('has all four hints, and they agree with what its scopes risk', () => {
        const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations ?? {}
        for (const hint of [readOnlyHint, destructiveHint, idempotentHint, openWorldHint]) {
          assert.equal(typeof hint, 'boolean')
        }
        const risks = (tool?.scopes ?? []).map((scope) => SCOPES[scope].risk)
        assert.equal(
          readOnlyHint,
          risks.every((risk) => risk === 'reads'),
        )
        if (risks.includes('deletes')) assert.equal(destructiveHint, true)
        if (readOnlyHint) assert.deepEqual([destructiveHint, idempotentHint], [false, true])
      })

      it('describes itself in at most 400 characters', () => {
        assert.ok(description.length >= 20 && description.length <= 400, `${description.length}`)
        assert.match(description, /\.$/)
      })

      it('takes flat arguments, describes each, and takes no others', () => {
        assert.equal(schema.type, 'object')
        assert.equal(schema.additionalProperties, false)
        assert.ok(!('model' in (schema.properties ?? {})))
        for (const [argument, { description: says }] of Object.entries(schema.properties ?? {})) {
          assert.ok(says, argument)
        }
        for (const argument of schema.required ?? []) assert.ok(schema.properties?.[argument], argument)
      })

      it('is one POST below QuantConnect’s address', () => {
        assert.match(tool?.endpoint ?? '', /^(\/[a-z0-9-]+)+$/)
      })
    })
  }
})
