// What accounts begin with, and which records of a world are understood.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { build } from '../../src/sandbox/build.ts'
import { starterFiles } from '../../src/sandbox/starter.ts'
import { ALICE, BOB } from '../support/accounts.ts'
import type { Json } from '../support/json.ts'
import { openSandbox, sandboxClient, useSandbox } from '../support/sandbox-client.ts'

describe('a fresh account', () => {
  const sandbox = useSandbox()

  const people = [ALICE, BOB]
  const calls = () => people.map((person) => sandboxClient(sandbox, person))

  it('has a few projects, most in Python and one in C#, with names in folders', async () => {
    for (const call of calls()) {
      const { projects } = await call('/projects/read')
      const languages = projects.map(({ language }: Json) => language).toSorted()
      assert.deepEqual(languages, ['C#', 'Py', 'Py', 'Py'])
      assert.ok(projects.every(({ name }: Json) => name.includes('/')))
    }
  })

  it('holds code that builds', async () => {
    for (const call of calls()) {
      for (const { projectId, language, name } of (await call('/projects/read')).projects) {
        const { files } = await call('/files/read', { projectId })
        const { errors, program } = build({ files, language })
        assert.deepEqual(errors, [], name)
        assert.notEqual(program?.strategy.kind, 'idle', name)
      }
    }
  })

  it('has backtests from the past, with numbers at the first read, and different strategies', async () => {
    for (const call of calls()) {
      const kinds = new Set<string>()
      let count = 0
      for (const { projectId, created } of (await call('/projects/read')).projects) {
        const { backtests } = await call('/backtests/list', { projectId, includeStatistics: true })
        for (const { backtestId, status, trades, netProfit } of backtests) {
          const { backtest } = await call('/backtests/read', { projectId, backtestId })
          assert.equal(status, 'Completed.')
          assert.equal(backtest.statistics['Total Orders'], `${trades}`)
          assert.equal(backtest.statistics['Net Profit'], `${netProfit.toFixed(3)}%`)
          assert.ok(trades > 5 && backtest.created > created)
          kinds.add(backtest.statistics['Net Profit'])
          count += 1
        }
      }
      assert.ok(count >= 4)
      assert.equal(kinds.size, count)
    }
  })

  it('shares no id with the account of the other', async () => {
    const idsOf = async (call: ReturnType<typeof sandboxClient>) => {
      const ids: unknown[] = []
      for (const { projectId } of (await call('/projects/read')).projects) {
        ids.push(projectId)
        for (const { id } of (await call('/files/read', { projectId })).files) ids.push(id)
        for (const row of (await call('/backtests/list', { projectId })).backtests) {
          ids.push(row.backtestId, row.snapshotId)
        }
      }
      return ids
    }
    const all = (await Promise.all(calls().map(idsOf))).flat()
    assert.equal(new Set(all).size, all.length)
  })

  it('is the same in every sandbox, apart from its dates', async () => {
    const other = await openSandbox()
    const ids = async (one: { url: string }) =>
      (await sandboxClient(one)('/projects/read')).projects.map(({ projectId, name }: Json) => [projectId, name])
    assert.deepEqual(await ids(sandbox), await ids(other))
    await other.close()
  })

  it('keeps the dates that it was born with', async () => {
    const call = sandboxClient(sandbox)
    const dates = async () => (await call('/projects/read')).projects.map(({ created }: Json) => created)
    const first = await dates()
    assert.equal(JSON.parse((await sandbox.store.get('sandbox:{100001}')) ?? '').version, 1)
    assert.deepEqual(await dates(), first)
  })
})

describe('the record of a world', () => {
  const sandbox = useSandbox()

  const key = `sandbox:{${ALICE.userId}}`
  const put = async (record: object) => {
    const expect = { [key]: await sandbox.store.get(key) }
    await sandbox.store.commit({ expect, write: { [key]: { value: JSON.stringify(record), ttl: 60 } } })
  }

  it('is read when it is from before there were versions, with backtests from before there were simulations', async () => {
    const project = { projectId: 10000001, name: 'Old', description: '', language: 'Py', created: 0, modified: 0 }
    const files = starterFiles('Py').map((file, at) => ({ id: at, ...file, modified: 0 }))
    const backtest = { backtestId: 'a'.repeat(32), projectId: 10000001, name: 'Old', created: 1_700_000_000_000 }
    const rest = { snapshotId: 1, nodeName: 'B', parameterSet: {}, count: 1, failsAt: null, seenCompleted: true }
    const lists = { projects: [{ ...project, files }], compiles: [], backtests: [{ ...backtest, ...rest }] }
    await put({ userId: ALICE.userId, serial: 1, ...lists })
    const call = sandboxClient(sandbox)
    const { projects } = await call('/projects/read')
    assert.deepEqual(
      projects.map(({ name }: Json) => name),
      ['Old'],
    )
    const read = await call('/backtests/read', { projectId: 10000001, backtestId: 'a'.repeat(32) })
    assert.equal(read.backtest.statistics['Total Orders'], '1')
  })

  it('is refused in words when it is of a later version, and stays as it is', async () => {
    await put({ version: 2, userId: ALICE.userId, projects: 'in some new way' })
    const before = await sandbox.store.get(key)
    const { success, errors } = await sandboxClient(sandbox)('/projects/create', { name: 'x', language: 'Py' })
    assert.equal(success, false)
    assert.match(errors[0], /newer release \(version 2/)
    assert.equal(await sandbox.store.get(key), before)
  })
})
