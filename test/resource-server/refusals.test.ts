// What a model reads when QuantConnect does not do its part. The sandbox makes the trouble, a client calls over HTTP.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { connect, EVERYTHING, useConnection } from '../support/connection.ts'
import type { Json } from '../support/json.ts'
import { callTool, message, rpc, toolCall } from '../support/mcp-requests.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh } from '../support/raw-client.ts'
import { RawPerson } from '../support/raw-person.ts'
import { sandboxOf } from '../support/sandbox.ts'
import { openSandbox } from '../support/sandbox-client.ts'
import { startServer, type TestServer, useServer } from '../support/server.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'
import { until } from '../support/until.ts'

/** Thirty seconds of waiting pass in one and a half. */
const SPEED = { TEST_SPEED: '20' }

describe('when QuantConnect refuses', () => {
  const server = useServer(SPEED)
  const connection = useConnection(server, EVERYTHING)
  const sandbox = sandboxOf(server)
  let projectId: number
  beforeEach(async () => {
    await sandbox('/sandbox/reset')
    projectId = (await sandbox('/projects/create', { name: 'Trouble', language: 'Py' })).projects[0].projectId
  })

  const trouble = (path: string, kind: string, more: object = {}) =>
    sandbox('/sandbox/trouble', { path, kind, ...more })
  const toCome = async () => (await sandbox('/sandbox/trouble')).trouble.length
  const ask = (name: string, args: object = {}): Promise<Json> => callTool(server, connection.token, name, args)
  /** A call that must fail: what happened, and what to do next, the same in both halves. */
  async function failed(name: string, args: object = {}): Promise<{ error: string; next: string }> {
    const result = await ask(name, args)
    assert.equal(result.isError, true, JSON.stringify(result))
    assertTextAndStructureAgree(result, name)
    return result.structuredContent
  }

  it('success false: in its words, with the call that helps', async () => {
    const cases: [string, object, RegExp, RegExp][] = [
      ['read_project', { projectId: 1 }, /Project not found/, /list_projects/],
      ['read_file', { projectId, name: 'util.py' }, /File not found: util\.py/, /read_file/],
      ['read_compile', { projectId, compileId: 'x' }, /Compile id not found/, /create_compile/],
      ['read_backtest', { projectId, backtestId: 'x' }, /Backtest not found/, /list_backtests/],
      ['read_optimization', { optimizationId: 'O-1' }, /Optimization not found/, /list_optimizations/],
      ['create_file', { projectId, name: 'a.exe' }, /File extension is not valid/, /\.py/],
      ['list_object_store_files', { organizationId: 'x' }, /Organization not found/, /list_organizations/],
      ['create_file', { projectId, name: 'main.py', content: 'x' }, /File already exists/, /update/],
    ]
    for (const [name, args, words, help] of cases) {
      const { error, next } = await failed(name, args)
      assert.match(error, words)
      assert.match(next, help)
    }
  })

  it('no spare node: says when one will be free, and who may decide otherwise', async () => {
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const start = (backtestName: string) => ask('create_backtest', { projectId, compileId, backtestName })
    await Promise.all([start('One of many'), start('Another')])
    const { error, next } = await failed('create_backtest', { projectId, compileId, backtestName: 'Too many' })
    assert.match(error, /There are no spare nodes available in your cluster/)
    assert.match(next, /list_backtests.*ask the person/)
  })

  it('an AI answer without success, and one with a finding, are answers', async () => {
    const files = [{ name: 'main.py', content: 'def broken(:\n' }]
    const found = await ask('check_syntax', { language: 'Py', files })
    assert.equal(found.isError, undefined)
    assert.match(found.content[0].text, /main\.py/)
    assertTextAndStructureAgree(found, 'check_syntax')
  })

  it('the AI service is busy: says so', async () => {
    await trouble('/ai/tools/complete', 'refuse', {
      reason: 'Failed to process request data, please try again shortly.',
    })
    const { next } = await failed('complete_code', { language: 'Py', sentence: 'self.add' })
    assert.match(next, /few seconds/)
  })

  for (const kind of ['unauthorized', 'hash-mismatch']) {
    it(`${kind} once, while the token still works: nobody is sent to replace it`, async () => {
      await trouble('/projects/read', kind)
      const { error, next } = await failed('read_project', { projectId })
      assert.doesNotMatch(`${error} ${next}`, /\/account|new token/)
      assert.match(next, /again/)
      assert.equal((await ask('read_project', { projectId })).isError, undefined)
    })

    it(`${kind}, and /authenticate agrees: a tool result that says where a new token goes, never a 401`, async () => {
      await trouble('*', kind, { times: 2 })
      const response = await rpc(server, connection.token, toolCall('read_project', { projectId }))
      assert.equal(response.status, 200)
      const { result } = await message(response)
      assert.equal(result.isError, true)
      const { error, next } = result.structuredContent
      assert.match(error, /does not accept the stored API token/)
      assert.ok(next.includes(`${server.origin}/account`), next)
      assert.match(next, /confirm which assistants to keep/)
      assert.match(next, /nothing needs reconnecting/)
      assert.equal(await toCome(), 0) // the call, and one question to be sure
    })
  }

  it('a person who enters the token on the account page is connected as before', async () => {
    const person = new RawPerson(server)
    const place = await person.open(`${server.origin}/account`)
    const signIn = { ...place, url: new URL('/account/sign-in', place.url) }
    const wrong = await person.submit(signIn, { userId: '100001', apiToken: 'nonsense' })
    assert.equal(wrong.status, 422)
    assert.match(wrong.html, /does not accept/)
    assert.match(wrong.html, /value="100001"/)
    const saved = await person.submit(signIn, { userId: '100001', apiToken: 'sandbox-alice' })
    assert.equal(saved.status, 200)
    assert.match(saved.html, /<h1>Your account/)
    assert.equal((await ask('read_project', { projectId })).isError, undefined)
  })

  for (const kind of ['http-500', 'http-500-html']) {
    it(`${kind}: says so, asks whether the token still works, and repeats nothing`, async () => {
      await trouble('/projects/read', kind)
      const { error, next } = await failed('read_project', { projectId })
      assert.match(error, /HTTP 500/)
      assert.match(next, /Nothing was changed/)
      assert.doesNotMatch(`${error} ${next}`, /account|</)
    })
  }

  it('413: says that it is too large, and what to do', async () => {
    await trouble('/files/update', 'http-413')
    const { error, next } = await failed('update_file_contents', { projectId, name: 'main.py', content: 'x' })
    assert.match(error, /too large/)
    assert.match(next, /smaller/)
  })

  it('no answer in time, of a reader: nothing was changed', async () => {
    await trouble('/projects/read', 'slow')
    const { error, next } = await failed('read_project', { projectId })
    assert.match(error, /did not answer in time/)
    assert.match(next, /Nothing was changed/)
  })

  it('no answer in time, of a writer: unknown, and the call that finds out is named', async () => {
    await trouble('/projects/create', 'slow')
    const { error, next } = await failed('create_project', { name: 'Was it made', language: 'Py' })
    assert.match(error, /did not answer in time/)
    assert.match(next, /unknown whether this was done.*list_projects/)
  })

  for (const name of ['read_backtest_chart', 'read_backtest_orders']) {
    it(`${name} that is loading and never ends: says so after a while, and what to do`, async () => {
      const { compileId } = await sandbox('/compile/create', { projectId })
      await server.advance(5)
      const { backtest } = await sandbox('/backtests/create', { projectId, compileId, backtestName: 'One' })
      await server.advance(30)
      for (const path of ['/backtests/chart/read', '/backtests/orders/read'])
        await trouble(path, 'loading', { times: 900 })
      const { backtestId } = backtest
      const { error, next } = await failed(name, {
        projectId,
        backtestId,
        ...(name.endsWith('chart') && { name: 'Drawdown' }),
      })
      assert.match(error, /still gathering/)
      assert.match(next, /again in a minute/)
    })
  }

  for (const kind of ['http-429', 'http-502', 'http-503', 'http-504', 'hang-up']) {
    it(`${kind} twice, of a reader: nobody notices, since it is asked again`, async () => {
      await trouble('/projects/read', kind, { times: 2 })
      assert.equal((await ask('read_project', { projectId })).isError, undefined)
      assert.equal(await toCome(), 0)
    })

    it(`${kind} three times, of a reader: given up, and nothing was changed`, async () => {
      await trouble('/projects/read', kind, { times: 4 })
      const { next } = await failed('read_project', { projectId })
      assert.match(next, /nothing was changed/i)
      assert.equal(await toCome(), 1)
    })

    it(`${kind} once, of a writer: never sent twice`, async () => {
      await trouble('/projects/create', kind)
      const { next } = await failed('create_project', { name: `Once, ${kind}`, language: 'Py' })
      const names = (await sandbox('/projects/read')).projects.map(({ name }: Json) => name)
      assert.ok(!names.includes(`Once, ${kind}`))
      if (kind === 'http-429') assert.match(next, /nothing was changed/)
      else assert.match(next, /unknown whether this was done.*list_projects/)
    })
  }

  it('an answer that is lost after the work was done: the call that finds out does find out', async () => {
    await trouble('/projects/create', 'hang-up', { after: true })
    const { next } = await failed('create_project', { name: 'Made unseen', language: 'Py' })
    assert.match(next, /list_projects/)
    const { structuredContent } = await ask('list_projects')
    assert.equal(structuredContent.projects.filter(({ name }: Json) => name === 'Made unseen').length, 1)
  })

  it('reading on fails after work was begun: the work is told with its id, and nobody begins it twice', async () => {
    await trouble('/compile/read', 'refuse', { reason: 'Not now' })
    const started = await ask('create_compile', { projectId })
    assert.equal(started.isError, undefined)
    const { compileId, next } = started.structuredContent
    assert.match(next, new RegExp(`read_compile with compileId ${compileId}`))
    await server.advance(5)
    await trouble('/backtests/read', 'http-500', { times: 3 })
    const args = { projectId, compileId, backtestName: 'Begun', waitSeconds: 50 }
    const begun = await ask('create_backtest', args)
    assert.equal(begun.isError, undefined)
    assert.match(begun.structuredContent.next, /^read_backtest with projectId \d+ and backtestId [0-9a-f]{32}/)
  })

  it('an answer of several megabytes leaves in less than one, and says what was left out', async () => {
    for (const [path, name, args] of [
      ['/projects/read', 'list_projects', {}],
      ['/files/read', 'read_file', { projectId }],
      ['/files/read', 'read_file', { projectId, name: 'main.py' }],
      ['/account/read', 'read_account', {}],
      ['/backtests/list', 'list_backtests', { projectId }],
      ['/lean/versions/read', 'read_lean_versions', {}],
    ] as const) {
      await trouble(path, 'huge')
      const result = await ask(name, args)
      assert.equal(result.isError, undefined, name)
      assert.ok(Buffer.byteLength(JSON.stringify(result)) < 1_000_000, name)
      assertTextAndStructureAgree(result, name)
    }
  })
})

describe('when an account calls more than may wait', () => {
  const server = useServer()

  it('the calls too many are told to come later, and nothing of them was sent', async () => {
    // One connection alone may not call so often at once.
    const tokens = [await connect(server), await connect(server)].map(({ tokens }) => tokens.access_token)
    const sandbox = sandboxOf(server)
    await sandbox('/sandbox/trouble', { path: '/account/read', kind: 'slow', times: 100 })
    const told: Json[] = []
    const leave = new AbortController()
    const calls = Array.from({ length: 80 }, (_, index) =>
      rpc(server, tokens[index % 2] ?? '', toolCall('read_account'), {}, leave.signal)
        .then(message)
        .then(({ result }) => told.push(result.structuredContent))
        .catch(() => 'left'),
    )
    await until('the calls too many are answered', () => told.length === 80 - 8 - 64)
    for (const { error, next } of told) {
      assert.match(error, /waiting.*not sent/)
      assert.match(next, /Wait until the others/)
    }
    assert.equal((await sandbox('/sandbox/trouble')).trouble[0].times, 100 - 8)
    leave.abort()
    await Promise.all(calls)
  })
})

describe('when the clock of this machine is wrong', () => {
  let sandbox: Awaited<ReturnType<typeof openSandbox>>
  let server: TestServer
  before(async () => {
    sandbox = await openSandbox()
    server = await startServer({ SANDBOX: 'off', QUANTCONNECT_API_URL: sandbox.url })
  })
  after(async () => {
    await server?.stop()
    await sandbox?.close()
  })

  it('nobody’s token is blamed, and the operator learns by how much it is wrong', async () => {
    const { client, tokens } = await connect(server)
    await server.advance(3 * 60 * 60)
    const { access_token } = (await (await refresh(server, client, tokens.refresh_token)).json()) as Tokens
    const { structuredContent, isError } = await callTool(server, access_token, 'read_account')
    assert.equal(isError, true)
    assert.match(structuredContent.error, /clock of this qcgate server/)
    assert.match(structuredContent.next, /no token needs replacing/)
    await until('the log tells it', () => /the clock of this machine is suspected/.test(server.output()))
  })
})
