// What holds for the sandbox as a whole: shared and lasting worlds, limits of transport, trouble on demand.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startSandbox } from '../../src/sandbox/server.ts'
import { openSqliteStore } from '../../src/storage/sqlite.ts'
import { ALICE } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { refused, sandboxClient, sign, useSandbox } from '../support/sandbox-client.ts'

describe('the sandbox', () => {
  const sandbox = useSandbox()
  const call = sandboxClient(sandbox)

  const create = async (name: string, through = call) =>
    (await through('/projects/create', { name, language: 'Py' })).projects[0]

  it('a restart loses nothing', async () => {
    const { projectId } = await create('Survivor')
    const restarted = await startSandbox(sandbox.store)
    const { projects } = await sandboxClient(restarted)('/projects/read', { projectId })
    assert.equal(projects[0].name, 'Survivor')
    await restarted.close()
  })

  it('two sandboxes on one store lose none of each other’s changes', async () => {
    const store = openSqliteStore(sandbox.folder) // as a second process opens it
    const second = await startSandbox(store)
    const other = sandboxClient(second)
    await Promise.all(Array.from({ length: 20 }, (_, index) => create('Shared', index % 2 ? call : other)))
    const read = async (through: typeof call) =>
      (await through('/projects/read')).projects.filter(({ name }: Json) => name.startsWith('Shared'))
    const projects = await read(call)
    assert.deepEqual(await read(other), projects)
    for (const field of ['name', 'projectId']) {
      assert.equal(new Set(projects.map((project: Json) => project[field])).size, 20, field)
    }
    await second.close()
    await store.close()
  })

  it('reading writes nothing', async () => {
    const key = `sandbox:{${ALICE.userId}}`
    await create('Untouched')
    const before = await sandbox.store.get(key)
    await call('/projects/read')
    await call('/projects/delete', { projectId: -1 })
    assert.equal(await sandbox.store.get(key), before)
  })

  it('a body over 8 MB is answered with HTTP 413', async () => {
    const response = await fetch(`${sandbox.url}/projects/read`, {
      method: 'POST',
      headers: sign(ALICE),
      body: ' '.repeat(8 * 1024 * 1024 + 1),
    })
    assert.equal(response.status, 413)
    assert.equal(((await response.json()) as Json).success, false)
  })

  it('a body that is no JSON object is refused with HTTP 200, and no body means no arguments', async () => {
    const post = async (body: string) => {
      const response = await fetch(`${sandbox.url}/account/read`, { method: 'POST', headers: sign(ALICE), body })
      return { status: response.status, ...((await response.json()) as Json) }
    }
    for (const body of ['{', '[]', 'null', '1']) {
      assert.deepEqual(await post(body), { status: 200, ...refused('Invalid request body') }, body)
    }
    assert.equal((await post('')).success, true)
  })

  it('an account that is full says so, and deleting helps', async () => {
    const lot = '#'.repeat(65_536)
    const { projectId } = await create('Large')
    const { projectId: second } = await create('Larger')
    const answers: Json[] = []
    for (let count = 0; count < 80 && answers.every(({ success }) => success); count += 1) {
      const target = count % 2 ? projectId : second
      answers.push(await call('/files/create', { projectId: target, name: `f${count}.py`, content: lot }))
    }
    assert.deepEqual(answers.at(-1), refused('This sandbox account is full; delete some files first'))
    assert.equal((await call('/files/delete', { projectId, name: 'f1.py' })).success, true)
    assert.equal((await call('/files/create', { projectId, name: 'f1.py', content: lot })).success, true)
  })

  it('closes at once, whatever is kept alive or answered slowly', async () => {
    const closing = await startSandbox(sandbox.store)
    const slow = sandboxClient(closing)
    await slow('/sandbox/trouble', { path: '/projects/read', kind: 'slow' })
    const pending = slow('/projects/read').then(
      () => 'answered',
      () => 'cut off',
    )
    await slow('/authenticate') // by now the slow request has arrived, and a connection is kept alive
    const started = performance.now()
    await closing.close()
    assert.ok(performance.now() - started < 1_000)
    assert.equal(await pending, 'cut off')
  })
})
