// The whole story, once with each line of the SDK's client: discover, register, sign in, consent, list, call, refresh,
// revoke, and be turned away.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ALICE } from '../support/accounts.ts'
import { useBrowser } from '../support/browser.ts'
import { visitor } from '../support/person.ts'
import type { McpClient } from '../support/sdk-client.ts'
import { isUnauthorized, usePrograms } from '../support/sdk-client.ts'
import { type TestServer, useServer } from '../support/server.ts'
import { journeyStores } from '../support/stores.ts'
import { assertTextAndStructureAgree } from '../support/text-and-structure.ts'

/** Asks again until the answer is the one waited for; each question moves the server's clock on by two seconds. */
async function poll<T>(server: TestServer, ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (let asked = 0; asked < 20; asked++) {
    const answer = await ask()
    if (done(answer)) return answer
    await server.advance(2)
  }
  throw new Error('waited in vain')
}

async function call(client: McpClient, name: string, args: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: args })
  assert.ok(!result.isError, JSON.stringify(result.content))
  assertTextAndStructureAgree(result, name)
  return result.structuredContent
}

for (const store of journeyStores('main-road')) {
  describe(`the main road, on ${store.name}`, () => {
    const server = useServer(store.env)
    const browser = useBrowser()
    const newProgram = usePrograms(server)

    for (const line of ['v2', 'v1'] as const) {
      it(`leads the ${line} client from a pasted address to a backtest, and ends when it is revoked`, async () => {
        const { page, complaints } = await browser.newPerson()
        const program = await newProgram(line)
        const client = await program.connect(visitor(page, line === 'v2' ? {} : { as: ALICE }))

        const { tools } = await client.listTools()
        assert.ok(tools.some(({ name }) => name === 'create_backtest'))
        assert.match(client.getInstructions() ?? '', /SANDBOX account 100001/)

        const { projects } = await call(client, 'create_project', { name: `Journey ${line}`, language: 'Py' })
        const { projectId } = projects[0]
        await call(client, 'create_file', { projectId, name: 'signals.py', content: 'THRESHOLD = 0.5\n' })
        const { compileId } = await call(client, 'create_compile', { projectId })
        const build = await poll(
          server,
          () => call(client, 'read_compile', { projectId, compileId }),
          ({ state }) => state !== 'InQueue',
        )
        assert.equal(build.state, 'BuildSuccess')
        const started = await call(client, 'create_backtest', { projectId, compileId, backtestName: 'First' })
        const { backtestId } = started.backtest
        const { backtest } = await poll(
          server,
          () => call(client, 'read_backtest', { projectId, backtestId }),
          (answer) => answer.backtest.completed,
        )
        assert.equal(backtest.error, undefined)
        assert.match(backtest.statistics['Sharpe Ratio'], /^-?\d/)

        // An hour later the access token has ended; the client refreshes by itself and the call goes through.
        const first = program.tokens()
        await server.advance(3601)
        await call(client, 'read_account')
        assert.notEqual(program.tokens().access_token, first.access_token)
        assert.notEqual(program.tokens().refresh_token, first.refresh_token)

        const revoked = await fetch(`${server.origin}/revoke`, {
          method: 'POST',
          body: new URLSearchParams({ ...program.credentials, token: program.tokens().refresh_token ?? '' }),
        })
        assert.equal(revoked.status, 200)
        const authorization = `Bearer ${program.tokens().access_token}`
        const refused = await fetch(server.mcp, { method: 'POST', headers: { authorization } })
        assert.equal(refused.status, 401)
        assert.match(refused.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
        await assert.rejects(client.callTool({ name: 'read_account' }), isUnauthorized)
        assert.deepEqual(complaints, [])
        await client.close()
      })
    }
  })
}
