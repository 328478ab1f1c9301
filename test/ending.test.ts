// A process that is told to end while a call is under way. What QuantConnect was asked to do is on its person's record, and its
// caller hears of it; nothing else is waited for.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAuditLog } from '../src/audit/audit-log.ts'
import type { Call } from '../src/audit/records.ts'
import { EVERYTHING, useConnection } from './support/connection.ts'
import { journalOf } from './support/deeds.ts'
import { message, rpc, toolCall } from './support/mcp-requests.ts'
import type { TestServer } from './support/server.ts'
import { useServer } from './support/server.ts'
import { withStore } from './support/stored.ts'
import { journeyStores } from './support/stores.ts'
import { until } from './support/until.ts'
import { held, json, never, startUpstream } from './support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

const PERSON = { userId: '123456', apiToken: 'token-for-tests' }
let projects = 0
/** One that is like no other, since the same one would not be sent again. */
const writes = () => ({ name: 'create_project', args: { name: `Late ${projects++}`, language: 'Py' } })
const READS = { name: 'list_projects', args: {} }
const DONE = json(200, { success: true, projects: [{ projectId: 7, name: 'Late', language: 'Py' }] })

/** `speed`: so many seconds pass in one. */
const useProcess = (speed: string, env: Record<string, string> = {}) => {
  const server = useServer({ TEST_SPEED: speed, QUANTCONNECT_API_URL: upstream.url, ...env })
  return { server, connection: useConnection(server, { ...EVERYTHING, as: PERSON }) }
}

const waits = (server: TestServer): number => server.output().split('waiting for calls that may have').length
const takesNoMore = (server: TestServer): Promise<boolean> =>
  fetch(`${server.origin}/healthz`).then(
    () => false,
    () => true,
  )

for (const { name, env } of journeyStores('ending')) {
  describe(`a process that ends, on ${name}`, () => {
    const { server, connection } = useProcess('10', env)
    let accountId: string
    before(async () => {
      accountId = (await connection.grant())?.accountId ?? ''
    })

    /** A call that has reached QuantConnect, which answers when told to. `answer` settles when its caller hears. */
    async function underWay({ name, args }: typeof READS | ReturnType<typeof writes>, signal?: AbortSignal) {
      await server.crashAndRestart()
      const { reply, release } = held(DONE)
      upstream.replies.push(reply)
      const arrived = upstream.next()
      const answer = rpc(server, connection.token, toolCall(name, args), {}, signal).then(message)
      answer.catch(() => {}) // heard where a test asks for it
      await arrived
      return { answer, release }
    }
    const calls = (): Promise<Call[]> => withStore(server, (store) => createAuditLog(store).calls(accountId))
    /** What became of the calls of a tool that came on record meanwhile. */
    async function recorded(tool: string, meanwhile: () => Promise<unknown>): Promise<(string | undefined)[]> {
      const known = new Set((await calls()).map(({ ref }) => ref))
      await meanwhile()
      return (await calls()).filter((call) => call.tool === tool && !known.has(call.ref)).map(({ outcome }) => outcome)
    }
    /** Sends a signal, and has QuantConnect answer when the process does nothing any more but wait for it. */
    async function endWhileWaiting(signal: NodeJS.Signals, release: () => void) {
      const before = waits(server)
      const ended = server.end(signal)
      if (signal === 'SIGINT') void server.end(signal) // a press arrives twice where a program started this one
      // After SIGHUP nothing is logged: the terminal is gone.
      await until('the process to wait', () => (signal === 'SIGHUP' ? takesNoMore(server) : waits(server) > before))
      release()
      assert.equal(await ended, 0)
    }

    // What a signal does is the same everywhere; that the store is closed last is said of each kind.
    for (const signal of name === 'SQLite' ? (['SIGTERM', 'SIGINT', 'SIGHUP'] as const) : (['SIGTERM'] as const)) {
      it(`by ${signal} waits for a call that changes something: its caller hears, and it is on record`, async () => {
        const outcomes = await recorded('create_project', async () => {
          const { answer, release } = await underWay(writes())
          await endWhileWaiting(signal, release)
          assert.match((await answer).result.structuredContent.summary, /Created/)
        })
        assert.deepEqual(outcomes, ['done'])
      })
    }

    it('waits for it also when its caller has left', async () => {
      const outcomes = await recorded('create_project', async () => {
        const caller = new AbortController()
        const { answer, release } = await underWay(writes(), caller.signal)
        caller.abort()
        await assert.rejects(answer)
        await endWhileWaiting('SIGTERM', release)
      })
      assert.deepEqual(outcomes, ['done'])
    })

    it('that is killed while it waits has the call on record, and nobody knows what became of it', async () => {
      const known = new Set((await calls()).map(({ ref }) => ref))
      const { answer } = await underWay(writes())
      const before = waits(server)
      const ended = server.end('SIGTERM')
      await until('the process to wait', () => waits(server) > before)
      await Promise.all([server.end('SIGKILL'), ended, assert.rejects(answer)])
      const left = (await journalOf(server, accountId)).filter(({ ref }) => !known.has(ref))
      assert.deepEqual(
        left.map(({ tool, outcome }) => [tool, outcome]),
        [['create_project', 'unknown']],
      )
    })

    if (name !== 'SQLite') return

    it('by SIGTERM lets a read end that needs no longer than five seconds, and cuts off one that does', async () => {
      const short = await underWay(READS)
      const ended = server.end('SIGTERM')
      await until('no more connections', () => takesNoMore(server))
      short.release()
      assert.equal((await short.answer).result.structuredContent.projects.length, 1)
      assert.equal(await ended, 0)
      const long = await underWay(READS)
      assert.equal(await server.end('SIGTERM'), 0)
      await assert.rejects(long.answer)
    })

    it('by SIGINT waits for no read', async () => {
      const { answer, release } = await underWay(READS)
      const ended = server.end('SIGINT')
      await until('no more connections', () => takesNoMore(server))
      release()
      await assert.rejects(answer)
      assert.equal(await ended, 0)
    })
  })
}

describe('a process that ends while QuantConnect answers nothing', () => {
  const { server, connection } = useProcess('20', { CALL_BUDGET: '1000,1000,1000,1000' })

  it('waits a minute at most, and then says which calls it lost sight of', async () => {
    // Eight run at once, each is given up after 30 seconds, and 64 wait: more than a minute’s worth, when one more is refused.
    const answers: Promise<unknown>[] = []
    let isFull = false
    const ask = async () => {
      const { name, args } = writes()
      upstream.replies.push(never)
      const answer = await message(await rpc(server, connection.token, toolCall(name, args)))
      if (/Too many calls/.test(answer.result.structuredContent.error)) isFull = true
    }
    await until('a call that is one too many', () => {
      if (!isFull) answers.push(...Array.from({ length: 8 }, ask))
      return isFull
    })
    const all = Promise.allSettled(answers)
    assert.equal(await server.end('SIGTERM'), 0)
    assert.ok((await all).some(({ status }) => status === 'rejected'))
    await until('the line in the log', () =>
      /"calls":\[.*"tool":"create_project".*\],"msg":"ended before calls were recorded"/.test(server.output()),
    )
  })
})
