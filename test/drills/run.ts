// All drills in turn, or those that the arguments name. Ends with 1 when something happened that must not.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { clusterKilled } from './cluster.ts'
import { deedsOnRedis, deedsOnSqlite } from './deeds.ts'
import type { Outcome } from './drill.ts'
import { perform, stopEverything } from './drill.ts'
import { killOnRedis, killOnSqlite } from './kill.ts'
import { redisFrozen, redisKilled } from './redis-stopped.ts'
import { drillSection, report, violationsOf } from './report.ts'
import { sentinelFrozen, sentinelKilled } from './sentinel.ts'
import { suspendOnRedis, suspendOnSqlite } from './suspend.ts'

const DRILLS = [
  killOnSqlite,
  killOnRedis,
  deedsOnSqlite,
  deedsOnRedis,
  suspendOnSqlite,
  suspendOnRedis,
  redisFrozen,
  redisKilled,
  sentinelKilled,
  sentinelFrozen,
  clusterKilled,
]
const REPORT = fileURLToPath(new URL('../../docs/drills.md', import.meta.url))

const named = process.argv.slice(2)
const unknown = named.filter((name) => !DRILLS.some((drill) => drill.name === name))
if (unknown.length) {
  console.error(`There is no drill ${unknown.join(', ')}; there are ${DRILLS.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await stopEverything()
    process.exit(130)
  })
}

const outcomes: Outcome[] = []
const violations: string[] = []
for (const drill of DRILLS.filter(({ name }) => !named.length || named.includes(name))) {
  console.log(`[drill] ${drill.title} …`)
  const outcome = await perform(drill)
  outcomes.push(outcome)
  violations.push(...violationsOf(outcome).map((violation) => `${drill.name}: ${violation}`))
  console.log(`${drillSection(outcome)}\n[drill] done in ${Math.round(outcome.seconds)} s\n`)
}

if (named.length === 0) writeFileSync(REPORT, report(outcomes))
for (const violation of violations) console.error(violation)
process.exit(violations.length ? 1 : 0)
