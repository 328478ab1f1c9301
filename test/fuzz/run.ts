// `npm run fuzz`: as many inputs as it is told (100,000 otherwise), in two rounds, and whether the second one left the server with
// more memory than the first. `npm run fuzz -- 5000 42` makes 5,000 with the seed 42.
import { randomInt } from 'node:crypto'
import type { Loop } from '../bench/busy/loop.ts'
import { startServer } from '../support/server.ts'
import { fuzz } from './fuzz.ts'
import { openWorld } from './world.ts'

const [count = 100_000, seed = randomInt(2 ** 31)] = process.argv.slice(2).map(Number)
/** What may be more after a round that did the same as the one before: what is remembered for a while, and has a bound. */
const GROWTH_AT_MOST = 24 * 1024 * 1024

const server = await startServer({
  TRUSTED_PROXIES: '127.0.0.1,::1',
  CALL_BUDGET: '100000,100000,100000,100000',
  NODE_OPTIONS: `--import ${new URL('../bench/busy/loop.ts', import.meta.url)}`,
})
let failed = false
try {
  const world = await openWorld(server)
  const memory = async () => ((await server.ask({ loop: 'memory' })) as Loop).heapUsed
  const held: number[] = []
  for (const round of [1, 2]) {
    const began = Date.now()
    const { inputs, statuses } = await fuzz(world, count / 2, seed + round)
    held.push(await memory())
    const all = [...statuses].sort(([one], [other]) => one - other).map(([status, times]) => `${status}: ${times}`)
    console.log(
      `round ${round}, seed ${seed + round}: ${inputs} inputs in ${Math.round((Date.now() - began) / 1000)} s; ${all.join(', ')}`,
    )
    console.log(`  memory after it: ${Math.round((held.at(-1) ?? 0) / 1024 / 1024)} MB`)
  }
  const grown = (held[1] ?? 0) - (held[0] ?? 0)
  failed = grown > GROWTH_AT_MOST
  console.log(
    failed
      ? `It grew by ${Math.round(grown / 1024 / 1024)} MB in the second round.`
      : 'No 5xx, no crash, no growth, no secret.',
  )
} catch (error) {
  failed = true
  console.error(error)
} finally {
  await server.stop()
}
process.exit(failed ? 1 : 0)
