// What many requests do alike is done for all that came in one turn of the event loop, in their order, and for nobody too early.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { nextBatch } from '../src/batches.ts'

describe('a batch', () => {
  it('is all that came in one turn, in its order, when that turn is over', async () => {
    const seen: string[] = []
    const ask = async (name: string) => {
      await Promise.resolve() // comes in the same turn, if later
      await nextBatch()
      seen.push(name)
    }
    const first = [ask('a'), ask('b')]
    await Promise.resolve()
    assert.deepEqual(seen, [])
    const late = nextTurn().then(() => ask('c'))
    await Promise.all(first)
    assert.deepEqual(seen, ['a', 'b'])
    await late
    assert.deepEqual(seen, ['a', 'b', 'c'])
  })
})
