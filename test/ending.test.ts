// A process that is told to end while a call is under way. What QuantConnect was asked to do is on its person's record, and its
// caller hears of it; nothing else is waited for. Ten seconds pass in one.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Call } from '../src/audit/audit-log.ts'
import { createAuditLog } from '../src/audit/audit-log.ts'
import { EVERYTHING, useConnection } from './support/connection.ts'
import { message, rpc, toolCall } from './support/mcp-requests.ts'
import type { SandboxCall } from './support/sandbox.ts'
import { sandboxOf } from './support/sandbox.ts'
import { useServer } from './support/server.ts'
import { withStore } from './support/stored.ts'
import { journeyStores } from './support/stores.ts'
import { until } from './support/until.ts'

/** Seconds: longer than ordinary requests are waited for, and shorter than QuantConnect is. */
const LONG = 12
/** Shorter than ordinary requests are waited for. */
const SHORT = 4
const WRITES = { name: 'create_project', path: '/projects/create', args: { name: 'Late', language: 'Py' } }
const READS = { name: 'list_projects', path: '/projects/read', args: {} }

for (const { name, env } of journeyStores('ending')) {
  describe(`a process that ends, on ${name}`, () => {
    const server = useServer({ TEST_SPEED: '10', ...env })
    const connection = useConnection(server, EVERYTHING)
    let accountId: string
    before(async () => {
      accountId = (await connection.grant())?.accountId ?? ''
    })

    /** The process that follows, and its sandbox, which listens elsewhere. */
    async function startAgain(): Promise<SandboxCall> {
      const listening = () => server.output().split('sandbox is listening').length
      const before = listening()
      await server.crashAndRestart()
      await until('the address of the new sandbox', () => listening() > before)
      return sandboxOf(server)
    }
    const troubles = async (sandbox: SandboxCall) => (await sandbox('/sandbox/trouble')).trouble.length
    /** A call that QuantConnect has been asked and answers after so many seconds. `answer` settles when its caller hears. */
    async function under({ name, path, args }: typeof READS, seconds: number, signal?: AbortSignal) {
      const sandbox = await startAgain()
      await sandbox('/sandbox/trouble', { path, kind: 'slow', seconds })
      const answer = rpc(server, connection.token, toolCall(name, args), {}, signal).then(message)
      answer.catch(() => {}) // heard where a test asks for it
      await until('the call at QuantConnect', async () => (await troubles(sandbox)) === 0)
      return { answer }
    }
    const calls = (): Promise<Call[]> => withStore(server, (store) => createAuditLog(store).calls(accountId))
    /** The calls of a tool that came on record meanwhile. */
    async function recorded(tool: string, meanwhile: () => Promise<unknown>): Promise<string[]> {
      const known = new Set((await calls()).map(({ ref }) => ref))
      await meanwhile()
      return (await calls()).filter((call) => call.tool === tool && !known.has(call.ref)).map(({ outcome }) => outcome)
    }

    // What a signal does is the same everywhere; that the store is closed last is said of each kind.
    for (const signal of name === 'SQLite' ? (['SIGTERM', 'SIGINT', 'SIGHUP'] as const) : (['SIGTERM'] as const)) {
      it(`by ${signal} waits for a call that changes something: its caller hears, and it is on record`, async () => {
        const outcomes = await recorded(WRITES.name, async () => {
          const { answer } = await under(WRITES, LONG)
          assert.equal(await server.end(signal), 0)
          assert.match((await answer).result.structuredContent.summary, /Created/)
        })
        assert.deepEqual(outcomes, ['answered'])
      })

      it(`by ${signal} waits for it also when its caller has left`, async () => {
        const outcomes = await recorded(WRITES.name, async () => {
          const caller = new AbortController()
          const { answer } = await under(WRITES, LONG, caller.signal)
          caller.abort()
          await assert.rejects(answer)
          assert.equal(await server.end(signal), 0)
        })
        assert.deepEqual(outcomes, ['answered'])
      })
    }

    if (name !== 'SQLite') return

    it('by Ctrl-C, which arrives twice where a program started this one, waits all the same', async () => {
      const outcomes = await recorded(WRITES.name, async () => {
        await under(WRITES, LONG)
        const ended = server.end('SIGINT')
        await Promise.all([ended, server.end('SIGINT')])
      })
      assert.deepEqual(outcomes, ['answered'])
    })

    it('by SIGTERM lets a read end that needs no longer than five seconds, and cuts off one that does', async () => {
      const short = await under(READS, SHORT)
      assert.equal(await server.end('SIGTERM'), 0)
      assert.ok((await short.answer).result.structuredContent.projects.length)
      const long = await under(READS, LONG)
      assert.equal(await server.end('SIGTERM'), 0)
      await assert.rejects(long.answer)
    })

    it('by SIGINT waits for no read', async () => {
      const { answer } = await under(READS, SHORT)
      assert.equal(await server.end('SIGINT'), 0)
      await assert.rejects(answer)
    })

    it('waits a minute at most, and then says that it lost sight of calls', async () => {
      const sandbox = await startAgain()
      const { path, name, args } = WRITES
      // The third of the four rounds in which they run begins well before the minute is over, and ends well after it.
      const [AT_ONCE, MANY] = [8, 32]
      await sandbox('/sandbox/trouble', { path, kind: 'slow', seconds: 24, times: MANY })
      const answers = Array.from({ length: MANY }, (_, id) =>
        rpc(server, connection.token, toolCall(name, args, id)).then(message),
      )
      const all = Promise.allSettled(answers)
      await until('as many calls at QuantConnect as may be', async () => {
        const [trouble] = (await sandbox('/sandbox/trouble')).trouble
        return trouble.times <= MANY - AT_ONCE
      })
      // The others have arrived when a request that was sent after them is answered; what arrives later is turned away.
      await (await rpc(server, connection.token, { jsonrpc: '2.0', id: MANY, method: 'tools/list' })).text()
      assert.equal(await server.end('SIGTERM'), 0)
      const lost = (await all).filter(({ status }) => status === 'rejected')
      assert.ok(lost.length > 0 && lost.length < MANY, `${lost.length} of ${MANY}`)
      await until('the line in the log', () =>
        /"calls":\[.*"tool":"create_project".*\],"msg":"ended before calls were recorded"/.test(server.output()),
      )
    })
  })
}
