import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GROUPS } from '../../src/scopes.ts'
import { connect, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { addedProjects, sandboxOf } from '../support/sandbox.ts'
import { useServer } from '../support/server.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'

const MAY_DELETE_FILES = [...GROUPS.research, 'qc:files:delete']

describe('a tool call', () => {
  const server = useServer()
  const connection = useConnection(server, { scope: MAY_DELETE_FILES.join(' '), allow: MAY_DELETE_FILES })

  const ask = (name: string, args: object = {}): Promise<Json> => callTool(server, connection.token, name, args)
  const create = async (name: string): Promise<number> => {
    const { structuredContent } = await ask('create_project', { name, language: 'Py' })
    return structuredContent.projects[0].projectId
  }
  const words = ({ content }: Json): string => content.map(({ text }: { text: string }) => text).join('\n')

  it('with an argument that is unknown is a result that names it, so that a model can correct itself (SEP-1303)', async () => {
    const result = await ask('create_project', { name: 'P', language: 'Py', projectNmae: 'x' })
    assert.equal(result.isError, true)
    assert.match(words(result), /projectNmae/)
    assert.match(words(result), /create_project/)
  })

  it('with an argument that is missing or of a wrong kind is a result that names it', async () => {
    for (const args of [{ name: 'P' }, { name: 'P', language: 'Rust' }, { name: 'P', language: 1 }]) {
      const result = await ask('create_project', args)
      assert.equal(result.isError, true)
      assert.match(words(result), /language/)
    }
    assert.match(words(await ask('read_file', { projectId: 'one' })), /projectId/)
    assert.match(words(await ask('read_file', { projectId: 1.5 })), /projectId/)
  })

  it('with bad arguments never reaches QuantConnect', async () => {
    await ask('create_project', { name: 'Never made', language: 'Py', extra: true })
    assert.doesNotMatch(words(await ask('list_projects')), /Never made/)
  })

  it('that QuantConnect refuses is an error in its words', async () => {
    const result = await ask('read_project', { projectId: 1 })
    assert.equal(result.isError, true)
    assert.match(words(result), /Project not found/)
    assert.match(result.structuredContent.error, /Project not found/)
  })

  it('that succeeds says the same in text and in structure, since clients show models one or the other', async () => {
    const projectId = await create('Two ways')
    const calls: [string, object][] = [
      ['read_account', {}],
      ['read_project', { projectId }],
      ['read_file', { projectId }],
      ['create_file', { projectId, name: 'a.py', content: 'x = 1' }],
      ['create_compile', { projectId }],
      ['list_backtests', { projectId }],
      ['delete_file', { projectId, name: 'a.py' }],
    ]
    for (const [name, args] of calls) {
      const { isError, content, structuredContent } = await ask(name, args)
      assert.equal(isError, undefined, name)
      assert.equal(content.length, 1, name)
      assertTextAndStructureAgree({ content, structuredContent }, name)
      assert.equal('success' in structuredContent, false, name)
    }
  })

  it('that fails says the same in text and in structure too', async () => {
    const result = await ask('read_project', { projectId: 1 })
    assert.ok(words(result).startsWith(result.structuredContent.error))
    assertTextAndStructureAgree(result, 'read_project')
  })

  it('answers about projects without the long list of builds that nobody asked for', async () => {
    const projectId = await create('Light')
    for (const [name, args] of [
      ['read_project', { projectId }],
      ['list_projects', {}],
    ] as const) {
      const { structuredContent } = await ask(name, args)
      assert.ok(structuredContent.projects.length, name)
      assert.equal('versions' in structuredContent, false, name)
    }
  })

  it('without arguments may leave them out', async () => {
    const { isError } = await ask('list_projects', undefined)
    assert.equal(isError, undefined)
  })

  it('that meets an outage says so, and that nothing was changed by a read', async () => {
    const projectId = await create('Trouble')
    await sandboxOf(server)('/sandbox/trouble', { path: '/projects/read', kind: 'http-500', times: 3 })
    const result = await ask('read_project', { projectId })
    assert.equal(result.isError, true)
    assert.match(words(result), /HTTP 500/)
    assert.match(words(result), /[Nn]othing was changed/)
    await sandboxOf(server)('/sandbox/trouble', { path: '/projects/read', kind: 'none' })
  })
})

describe('two people at once', () => {
  const server = useServer()

  it('never see each other’s projects, however their calls interleave', async () => {
    const people = await Promise.all(
      [
        { mark: 'of Alice', as: { userId: '100001', apiToken: 'sandbox-alice' } },
        { mark: 'of Bob', as: { userId: '100002', apiToken: 'sandbox-bob' } },
      ].map(async ({ mark, as }) => ({ mark, token: (await connect(server, { as })).tokens.access_token })),
    )
    const calls = Array.from({ length: 25 }, (_, number) =>
      people.flatMap(({ mark, token }) => [
        callTool(server, token, 'create_project', { name: `${number} ${mark}`, language: 'Py' }),
        callTool(server, token, 'list_projects'),
      ]),
    )
    await Promise.all(calls.flat())
    const seen = calls.flatMap((row) => [row.slice(0, 2), row.slice(2)].map((pair, person) => ({ person, pair })))
    for (const { person, pair } of seen) {
      for (const { structuredContent } of await Promise.all(pair)) {
        for (const name of addedProjects(structuredContent.projects))
          assert.ok(name.endsWith(people[person]?.mark ?? 'nobody'), name)
      }
    }
    for (const { mark, token } of people) {
      const names = addedProjects((await callTool(server, token, 'list_projects')).structuredContent.projects)
      assert.equal(names.filter((name) => name.endsWith(mark)).length, 25)
      assert.equal(names.length, 25)
    }
  })
})
