// An answer that takes long is cut off when its connection ends meanwhile, whichever process ended it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from '../support/connection.ts'
import { modern, rpc, toolCall } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { Tokens } from '../support/raw-client.ts'
import { refresh, refreshFrom } from '../support/raw-client.ts'
import { storeEnv } from '../support/stores.ts'
import { until } from '../support/until.ts'
import type { Reply, Upstream } from '../support/upstream.ts'
import { json, never, startUpstream } from '../support/upstream.ts'

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`a call that is under way when its connection ends, on ${name}`, () => {
    let upstream: Upstream
    before(async () => {
      upstream = await startUpstream()
    })
    const pair = usePair(() => ({
      ...storeEnv(name, 'open-answers:'),
      QUANTCONNECT_API_URL: upstream.url,
      SANDBOX: 'off',
      TRUSTED_PROXIES: '127.0.0.1/8,::1',
    }))
    after(() => upstream?.close())

    const as = { userId: '123456', apiToken: 'token-for-tests' }
    const slow = async (token: string, body: object, headers = {}) => {
      upstream.replies.push(never)
      const arrived = upstream.next()
      const answer = rpc(pair.one, token, body, headers).then((response) => response.text())
      return { answer, request: await arrived }
    }
    const ended = async ({ answer, request }: Awaited<ReturnType<typeof slow>>) => {
      await assert.rejects(answer)
      await request.hungUp // and QuantConnect is not kept busy for nobody
    }

    it('is cut off when the client revokes at the other process', async () => {
      const { client, tokens } = await connect(pair.one, { as })
      const call = await slow(tokens.access_token, toolCall('list_projects'))
      const body = new URLSearchParams({ client_id: client.client_id, token: tokens.refresh_token })
      assert.equal((await fetch(`${pair.addresses[1]}/revoke`, { method: 'POST', body })).status, 200)
      await ended(call)
    })

    it('is cut off in the 2026-07-28 era too', async () => {
      const { client, tokens } = await connect(pair.one, { as })
      const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'list_projects' }
      const call = await slow(
        tokens.access_token,
        modern('tools/call', { name: 'list_projects', arguments: {} }),
        headers,
      )
      const body = new URLSearchParams({ client_id: client.client_id, token: tokens.access_token })
      assert.equal((await fetch(`${pair.addresses[1]}/revoke`, { method: 'POST', body })).status, 200)
      await ended(call)
    })

    it('is cut off while many others come and go', async () => {
      const { client, tokens } = await connect(pair.one, { as })
      const others = []
      for (let at = 0; at < 6; at += 1) others.push((await connect(pair.one, { as })).tokens.access_token)
      const call = await slow(tokens.access_token, toolCall('list_projects'))
      const comesSoon: Reply = (response) =>
        void setTimeout(() => json(200, { success: true, projects: [] })(response), 300)
      let [isOver, answered] = [false, 0]
      const busy = others.map(async (token) => {
        while (!isOver) {
          upstream.replies.push(comesSoon)
          await (await rpc(pair.one, token, toolCall('list_projects'))).text()
          answered += 1
        }
      })
      await until('others to have come and gone for a while', () => answered >= 40)
      const body = new URLSearchParams({ client_id: client.client_id, token: tokens.refresh_token })
      assert.equal((await fetch(`${pair.addresses[1]}/revoke`, { method: 'POST', body })).status, 200)
      await ended(call)
      isOver = true
      await Promise.all(busy)
    })

    it('is cut off when a stolen refresh token ends the connection', async () => {
      const { client, tokens } = await connect(pair.one, { as })
      const refreshed = await refresh(pair.one, client, tokens.refresh_token)
      const { access_token } = (await refreshed.json()) as Tokens
      assert.equal((await rpc(pair.one, access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 200)
      const call = await slow(tokens.access_token, toolCall('list_projects'))
      await pair.one.advance(31)
      assert.equal((await refreshFrom('203.0.113.9', pair.one, client, tokens.refresh_token)).status, 400)
      await ended(call)
    })
  })
}
