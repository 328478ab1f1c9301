// The bounded share of `npm run fuzz`: other inputs in each run, whose seed is told when one of them breaks something.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { useServer } from '../support/server.ts'
import { fuzz } from './fuzz.ts'
import type { World } from './world.ts'
import { openWorld } from './world.ts'

describe('endpoints, forms, headers and tools that are sent anything', () => {
  const server = useServer({ TRUSTED_PROXIES: '127.0.0.1,::1', CALL_BUDGET: '100000,100000,100000,100000' })
  let world: World
  before(async () => {
    world = await openWorld(server)
  })

  it('answer without a 5xx, a crash, a fault in the log or a secret', async () => {
    const { statuses } = await fuzz(world, 1_000, randomInt(2 ** 31))
    for (const expected of [200, 400, 401]) assert.ok(statuses.has(expected), `${[...statuses]}`)
  })
})
