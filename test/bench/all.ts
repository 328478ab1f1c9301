// What else was measured, `npm run bench -- all`: writes the section "The rest" of docs/benchmarks.md. A word behind it measures
// only the rows whose title contains it, and writes nothing.
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { buildPackage } from '../support/package.ts'
import { startSingle } from '../support/redis-fleet.ts'
import { CALL_BUDGET, load, startListening, startScript } from './goals/process.ts'
import { callsAndLists } from './rest/calls-and-lists.ts'
import { chart } from './rest/chart.ts'
import { distances } from './rest/distances.ts'
import { fourProcesses } from './rest/four-processes.ts'
import { latencyAdded } from './rest/latency-added.ts'
import { manyGrants } from './rest/many-grants.ts'
import { memory } from './rest/memory.ts'
import { writeRest } from './rest/page.ts'
import { peerCalls } from './rest/peer-calls.ts'
import type { Bench, Rows } from './rest/rows.ts'
import { tableText } from './rest/rows.ts'
import { slowDisk } from './rest/slow-disk.ts'
import { starts } from './rest/starts.ts'
import { streams } from './rest/streams.ts'
import { tokenEndpoint } from './rest/token-endpoint.ts'
import { wholeConnection } from './rest/whole-connection.ts'

const ROWS: readonly Rows[] = [
  callsAndLists,
  latencyAdded,
  streams,
  manyGrants,
  starts,
  distances,
  slowDisk,
  peerCalls,
  tokenEndpoint,
  wholeConnection,
  fourProcesses,
  memory,
  chart,
]

const only = (process.argv[2] ?? '').toLowerCase()
const folder = temporaryFolder()
const redis = await startSingle()
const loader = startScript('load')
const sections: string[] = []
try {
  const package_ = await buildPackage(join(folder.path, 'dist'))
  const stub = await startListening('stub')
  const url = `http://127.0.0.1:${stub.port}/api/v2`
  const bench: Bench = {
    program: join(package_.folder, 'dist/main.js'),
    upstream: { ...stub, url },
    env: { QUANTCONNECT_API_URL: url, SANDBOX: 'off', CALL_BUDGET },
    redis,
    load: (task) => load(loader, task),
  }
  for (const rows of ROWS.filter(({ title }) => title.toLowerCase().includes(only))) {
    await redis.nodes[0]?.ask('FLUSHALL')
    const section = `### ${rows.title}\n\n${await measured(rows, bench)}\n`
    console.log(section)
    sections.push(section)
  }
  if (!only) writeRest(`${opening()}\n\n${sections.join('\n')}`)
} finally {
  await redis.stop()
  folder.remove()
}
process.exit()

/** What came of one set of rows. If it breaks off, the others are measured even so. */
async function measured(rows: Rows, bench: Bench): Promise<string> {
  try {
    return tableText(await rows.measure(bench))
  } catch (error) {
    console.error(error)
    process.exitCode = 1
    return 'Not measured: it broke off.'
  }
}

function opening(): string {
  const [cpu] = cpus()
  const machine = `${cpus().length} processors (${cpu?.model.trim()}), Linux ${release()}, Node.js ${process.versions.node}`
  return `\`npm run bench -- all\` measures this and writes this section. Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}.`
}
