// What every tool must be. A new tool is held to the same sentences.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromJsonSchema } from '@modelcontextprotocol/server'
import { scopesFor } from '../../src/resource-server/gate.ts'
import { findTool, secretsOf, toolList } from '../../src/resource-server/tools/catalog.ts'
import type { Scope } from '../../src/scopes.ts'
import { ALL_SCOPES, GROUPS, isScope, SCOPES } from '../../src/scopes.ts'
import { declaredNeeds, NEEDS, PUBLISHED } from './published-scopes.ts'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
  readonly anyOf?: Schema[]
  readonly required?: string[]
}

/** Every schema inside a schema, with the path to it. */
function* within(schema: Schema, path = ''): Generator<[string, Schema]> {
  yield [path, schema]
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* within(inner, `${path}.${name}`)
  if (schema.items) yield* within(schema.items, `${path}[]`)
  for (const inner of schema.anyOf ?? []) yield* within(inner, path)
}

/** What a reader is told of an argument; where there are several forms, the first one tells it. */
const saysOf = ({ description, anyOf }: Schema): string | undefined => description ?? anyOf?.[0]?.description

/** What trades, spends, makes something, or does it anew each time: a patch that adds lines adds them twice. */
const ONCE_ONLY = [
  'create_project',
  'create_project_collaborator',
  'create_file',
  'patch_file',
  'create_compile',
  'create_backtest',
  'create_optimization',
  'create_live_algorithm',
  'liquidate_live_algorithm',
  'create_live_command',
  'broadcast_live_command',
  'read_object_store_file_job_id',
]

/** Scopes of what trades, or reaches what does. */
const TRADING: readonly Scope[] = ['qc:live:write', 'qc:live:execute', 'qc:admin:write']
/** What has to do with a brokerage account. */
const LIVE: readonly string[] = ['starts', 'commands', 'stops', 'liquidations', 'logins']

describe('the catalogue', () => {
  it('holds 69 tools, each once', () => {
    assert.equal(new Set(toolList().map(({ name }) => name)).size, 69)
    assert.equal(toolList().length, 69)
  })

  it('asks for the scopes that are published for each tool', () => {
    assert.deepEqual(declaredNeeds(), Object.fromEntries(toolList().map(({ name }) => [name, NEEDS[name]])))
    assert.deepEqual(
      Object.keys(NEEDS).toSorted(),
      toolList()
        .map(({ name }) => name)
        .toSorted(),
    )
  })

  it('knows the scopes, groups and risks that are published', () => {
    const { readonly, trader, admin } = GROUPS
    assert.deepEqual([...ALL_SCOPES].toSorted(), [...PUBLISHED.scopes].toSorted())
    const sorted = (groups: object) => Object.entries(groups).map(([name, scopes]) => [name, [...scopes].toSorted()])
    assert.deepEqual(sorted({ readonly, trader, admin }), sorted(PUBLISHED.groups))
    assert.deepEqual(Object.fromEntries(ALL_SCOPES.map((scope) => [scope, SCOPES[scope].risk])), PUBLISHED.risks)
  })

  it('marks what may only stop something, and nothing that also sells', () => {
    assert.deepEqual(
      toolList()
        .filter(({ name }) => findTool(name)?.onlyLowersRisk)
        .map(({ name }) => name),
      ['abort_optimization', 'stop_live_algorithm'],
    )
  })

  it('keeps from happening twice by accident whatever happens anew each time, trades or makes something, and nothing that stops', () => {
    const once = toolList()
      .map(({ name }) => name)
      .filter((name) => findTool(name)?.onceOnly)
    assert.deepEqual(once, ONCE_ONLY)
    for (const { name, annotations, inputSchema, outputSchema } of toolList()) {
      const isOnce = once.includes(name)
      const { countsAs, onlyLowersRisk } = findTool(name) ?? {}
      if (annotations?.idempotentHint === false) assert.ok(isOnce, name)
      if (['starts', 'commands', 'liquidations', 'backtests', 'optimizations'].includes(countsAs ?? ''))
        assert.ok(isOnce, name)
      if (name.startsWith('create_')) assert.ok(isOnce, name)
      if (annotations?.readOnlyHint || onlyLowersRisk || countsAs === 'deletions') assert.ok(!isOnce, name)
      assert.equal('repeat' in ((inputSchema as Schema).properties ?? {}), isOnce, name)
      assert.equal((inputSchema as Schema).required?.includes('repeat') ?? false, false)
      assert.equal('repeated' in ((outputSchema as Schema).properties ?? {}), isOnce, name)
    }
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

  it('takes less than 60 kB of a model’s context with all input schemas together', () => {
    const size = Buffer.byteLength(JSON.stringify(toolList().map(({ inputSchema }) => inputSchema)))
    assert.ok(size < 60_000, `${size} bytes`)
  })

  for (const { name, title, description = '', inputSchema, outputSchema, annotations, _meta, ...rest } of toolList()) {
    describe(name, () => {
      const tool = findTool(name)
      const schema = inputSchema as Schema

      it('is named as clients and models can take it', () => {
        assert.match(name, /^[a-z][a-z0-9_]{2,63}$/)
        assert.ok(title && title.length <= 40)
        assert.deepEqual(Object.keys(rest), [])
      })

      it('needs at least one scope, and only scopes that exist, and tells clients that ask beforehand', () => {
        assert.ok(tool?.scopes.length)
        assert.ok(tool?.scopes.every(isScope))
        assert.deepEqual(_meta, { securitySchemes: [{ type: 'oauth2', scopes: tool?.scopes }] })
      })

      it('has all four hints, and they agree with what is at stake', () => {
        const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations ?? {}
        for (const hint of [readOnlyHint, destructiveHint, idempotentHint, openWorldHint]) {
          assert.equal(typeof hint, 'boolean')
        }
        assert.equal(readOnlyHint, tool?.risk === 'reads')
        if (tool?.risk === 'deletes') assert.equal(destructiveHint, true)
        if (readOnlyHint) assert.deepEqual([destructiveHint, idempotentHint], [false, true])
        assert.equal(openWorldHint, tool?.endpoint !== undefined)
      })

      it('puts nothing at stake that its scopes do not name', () => {
        const risks: string[] = (tool?.scopes ?? []).map((scope) => SCOPES[scope].risk)
        assert.ok(['reads', 'changes', ...risks].includes(tool?.risk ?? ''), tool?.risk)
        if (risks.some((risk) => !['reads', 'changes'].includes(risk))) assert.notEqual(tool?.risk, 'reads')
      })

      it('says what tells whether it could reach real money, when it does more than read', () => {
        assert.equal(tool?.money === undefined, annotations?.readOnlyHint)
        const { properties = {}, required = [] } = schema
        switch (tool?.money) {
          case 'by-brokerage':
            assert.ok(properties.brokerage && required.includes('projectId'))
            break
          case 'by-deployment':
          case 'by-project':
            assert.ok(required.includes('projectId'))
            break
          case 'for-others':
            assert.ok(required.includes('projectId') && required.some((argument) => /liveControl$/i.test(argument)))
            break
          case 'by-organization':
            assert.ok(required.includes('organizationId'))
        }
      })

      it('says in a trader’s words what a call comes to, when it does more than read', () => {
        assert.equal(tool?.says === undefined, annotations?.readOnlyHint)
      })

      it('could reach real money when it trades, gives live control, or takes a scope that does', () => {
        const could = tool?.money !== undefined && tool.money !== 'none'
        if (TRADING.some((scope) => tool?.scopes.includes(scope)) || tool?.risk === 'trades') assert.ok(could)
        assert.equal(
          Object.keys(schema.properties ?? {}).some((argument) => /liveControl$/i.test(argument)),
          tool?.money === 'for-others',
        )
      })

      it('says where its project stands, what it counts as, and which arguments the record keeps', () => {
        const properties = Object.keys(schema.properties ?? {})
        const places = { argument: 'projectId', 'argument-or-all': 'projectId', optimization: 'optimizationId' }
        const place = Object.entries(places).find(([name]) => name === tool?.project)?.[1]
        if (place) assert.ok(properties.includes(place))
        else assert.ok(!properties.includes('projectId') && !properties.includes('optimizationId'))
        assert.equal(tool?.project === 'argument', schema.required?.includes('projectId') ?? false)
        assert.equal(tool?.countsAs === 'reads', annotations?.readOnlyHint)
        // What overwrites counts as a change.
        if (tool?.risk === 'deletes') assert.equal(tool.countsAs, name === 'upload_object' ? 'changes' : 'deletions')
        if (tool?.risk === 'spends') assert.equal(tool.countsAs, 'optimizations')
        assert.equal(tool?.risk === 'trades' || tool?.money === 'always', LIVE.includes(tool?.countsAs ?? ''))
        assert.deepEqual(
          tool?.recorded.toSorted(),
          properties.filter((argument) => /ids?$/i.test(argument) && argument !== 'codeSourceId').toSorted(),
        )
      })

      it('describes itself in at most 400 characters', () => {
        assert.ok(description.length >= 20 && description.length <= 400, `${description.length}`)
        assert.match(description, /\.$/)
      })

      it('takes flat arguments, describes each at any depth, and takes no others', () => {
        assert.equal(schema.type, 'object')
        assert.ok(!('model' in (schema.properties ?? {})))
        assert.ok(!('anyOf' in schema))
        for (const [path, inner] of within(schema)) {
          for (const [argument, about] of Object.entries(inner.properties ?? {})) {
            assert.ok(saysOf(about), `${path}.${argument}`)
          }
          for (const argument of inner.required ?? []) assert.ok(inner.properties?.[argument], argument)
        }
      })

      it('tells clients and models which arguments are secrets, and strikes just those out of answers', () => {
        const secret = /password|secret|token|key$/i
        for (const [path, { properties = {} }] of within(schema)) {
          if (path === '') continue // an Object Store key is a path
          for (const [argument, about] of Object.entries(properties)) {
            const isSecret = /^Secret: /.test(saysOf(about) ?? '')
            if (secret.test(argument)) assert.ok(isSecret, argument)
            assert.equal(secretsOf(name).has(argument), isSecret, argument)
          }
        }
      })

      it('has an output schema that takes a refusal, an empty answer and an unknown field', async () => {
        const { validate } = fromJsonSchema(outputSchema as never)['~standard']
        for (const answer of [{ error: 'No.', next: 'Wait.' }, {}, { summary: 'x', unheardOf: [1] }]) {
          assert.equal((await validate(answer)).issues, undefined)
        }
      })

      it('calls an endpoint below QuantConnect’s address, or nobody', () => {
        if (tool?.endpoint) assert.match(tool.endpoint, /^(\/[a-z0-9-]+)+$/)
        else assert.match(name, /version$/)
      })

      it('names the call that finds out what happened, when it changes something', () => {
        assert.equal(tool?.annotations.readOnlyHint, tool?.verify === undefined)
      })
    })
  }
})
