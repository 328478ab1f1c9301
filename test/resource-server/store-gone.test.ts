// A store that goes away while a call with consequences is on its way. Before its intent is written nothing is sent; afterwards
// its answer goes out, and what became of it is written as soon as it can be, without anybody asking.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { EVERYTHING, useConnection } from '../support/connection.ts'
import type { Deed } from '../support/deeds.ts'
import { arrivalsOf, DONE, journalOf, newCommand, newProject, PERSON, standInEnv } from '../support/deeds.ts'
import type { Json } from '../support/json.ts'
import { callTool } from '../support/mcp-requests.ts'
import { useOwnRedis } from '../support/own-redis.ts'
import { until } from '../support/until.ts'
import { held, startUpstream } from '../support/upstream.ts'

const upstream = await startUpstream()
after(() => upstream.close())

describe('when the store goes away', () => {
  const { server, acl, signal } = useOwnRedis({ ...standInEnv(upstream), TEST_SPEED: '30' })
  const connection = useConnection(server, { ...EVERYTHING, as: PERSON })
  let accountId: string
  before(async () => {
    accountId = (await connection.grant())?.accountId ?? ''
  })

  const call = ({ tool, args }: Deed): Promise<Json> => callTool(server, connection.token, tool, args)
  const outcomeOf = async ({ digest }: Deed) =>
    (await journalOf(server, accountId)).find((one) => one.digest === digest)?.outcome

  /** Lets QuantConnect answer what it is asked next when `meanwhile` has happened. */
  async function meanwhile(deed: Deed, happens: () => Promise<unknown>): Promise<Json> {
    const { reply, release } = held(DONE)
    upstream.replies.push(reply)
    const asked = upstream.next()
    const told = call(deed)
    await asked
    await happens()
    release()
    return told
  }

  const stop = () => signal('SIGSTOP')
  /** It is there again, and the server has written to it: a connection that was deaf may have been given up meanwhile. */
  async function wake(): Promise<void> {
    await signal('SIGCONT')
    await until('the server to have its store again', () =>
      call(newProject()).then(
        ({ isError }) => !isError,
        () => false,
      ),
    )
  }
  const withoutJournals = () =>
    acl(
      'resetkeys',
      '~*grant*',
      '~*attempts*',
      '~*budget*',
      '~*account*',
      '~*credentials*',
      '~*sent*',
      '~*lease*',
      '%R~*',
    )

  for (const [way, goes, comesBack] of [
    ['answers nothing', stop, wake],
    ['takes nothing for the record', withoutJournals, () => acl('allkeys')],
  ] as const) {
    it(`between intent and outcome, and ${way}: the answer goes out, and the outcome is on record when it is back`, async () => {
      const deed = newProject()
      const { isError, structuredContent } = await meanwhile(deed, goes)
      await comesBack()
      assert.deepEqual([isError, structuredContent.projects.length], [undefined, 1])
      await until('the outcome to be on record', async () => (await outcomeOf(deed)) === 'done')
      assert.equal(arrivalsOf(upstream, deed), 1)
    })

    it(`before the intent, and ${way}: nothing is sent, and the model reads that it could not be written down`, async () => {
      const deed = newCommand()
      await connection.change({ paperOnly: true })
      const { isError, structuredContent } = await meanwhile(deed, goes)
      await comesBack()
      await connection.change({ paperOnly: false })
      assert.equal(isError, true)
      assert.match(structuredContent.error, /could not write down what it was about to do/)
      assert.match(structuredContent.next, /Nothing was sent/)
      assert.equal(arrivalsOf(upstream, deed), 0)
      await until('the record to be sure of it', async () => [undefined, 'failed'].includes(await outcomeOf(deed)))
    })
  }

  it('between intent and outcome, for ever: the log has the outcome, and on record nobody knows', async () => {
    const deed = newProject()
    await meanwhile(deed, withoutJournals)
    // Of this one: that of a call before it may have been given up, too.
    const givenUp = new RegExp(`"level":50.*"digest":"${deed.digest}","outcome":"done".*"msg":"call not recorded"`)
    await until('the outcome to be given up', () => givenUp.test(server.output()))
    await acl('allkeys')
    assert.equal(await outcomeOf(deed), 'unknown')
  })

  it('between intent and outcome, and the process is told to end: it ends when the outcome is written', async () => {
    const deed = newProject()
    await meanwhile(deed, withoutJournals)
    const ended = server.end('SIGTERM')
    await until('the process to wait', () => server.output().includes('waiting for calls that may have'))
    await acl('allkeys')
    assert.equal(await ended, 0)
    assert.equal(await outcomeOf(deed), 'done')
  })
})
