// What was measured, as docs/drills.md.
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import type { Outcome } from './drill.ts'
import type { Ledger, Loss } from './ledger.ts'
import { LOSSES } from './ledger.ts'
import { WORKERS } from './load.ts'

/** What asynchronous replication may take with a master. */
const LAST_WRITES: ReadonlySet<Loss> = new Set(['registration', 'connection', 'sign-in'])
const EVIDENCE_AT_MOST = 20

/** What happened and must not happen, as sentences. */
export const violationsOf = ({ drill, ledger }: Outcome): string[] =>
  ledger.losses
    .filter(({ loss }) => !(drill.mayLoseLastWrites && LAST_WRITES.has(loss)))
    .map(({ loss, evidence }) => `${LOSSES[loss]}: ${evidence}`)

/** One drill as a heading, a sentence and a table. */
export function drillSection(outcome: Outcome): string {
  const { drill, ledger, said } = outcome
  const rows = [...(drill.rows ?? mixedRows)(ledger), ['the processes logged', listed(said)]]
  const losses = ledger.losses.map(({ loss, evidence }) => `- ${LOSSES[loss]}: ${evidence}`)
  const evidence = losses.length ? `\n\nLost:\n\n${losses.slice(0, EVIDENCE_AT_MOST).join('\n')}` : ''
  const table = ['| | |', '| --- | --- |', ...rows.map(([what, measured]) => `| ${what} | ${measured} |`)].join('\n')
  return `## ${drill.title}\n\n${drill.what}\n\n${table}${evidence}\n`
}

const mixedRows = (ledger: Ledger): string[][] => [
  ...traffic(ledger),
  ...recovery(ledger),
  ...kept(ledger),
  ...repeats(ledger),
]

/** A number, and a time, as the report has them. */
export const n = (count: number) => count.toLocaleString('en')
const s = (ms: number) => `${(ms / 1000).toFixed(1)} s`
const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${what}: ${n(count)}`)
    .join('<br>') || 'nothing'

function byKind(failures: readonly { failure: string | undefined }[]): string {
  const counts = new Map<string, number>()
  for (const { failure = '' } of failures) counts.set(failure, (counts.get(failure) ?? 0) + 1)
  return failures.length ? `${n(failures.length)}<br>${listed(counts)}` : '0'
}

function traffic({ sent, faults }: Ledger): string[][] {
  const outages = faults.map(({ at, repaired, recovered }) => ({ at, end: Math.max(repaired, recovered) }))
  const inOutage = sent.filter((one) => outages.some(({ at, end }) => one.ended >= at && one.began <= end))
  const failed = sent.filter(({ failure }) => failure !== undefined)
  const failedInOutage = inOutage.filter(({ failure }) => failure !== undefined)
  const others = failed.filter((one) => !failedInOutage.includes(one))
  return [
    ['requests sent', `${n(sent.length)}, of which ${n(inOutage.length)} between a fault and its end`],
    ['under way when a fault struck', n(faults.reduce((sum, { inFlight }) => sum + inFlight, 0))],
    ['failed', byKind(failed)],
    ['of these at other times than between a fault and its end', byKind(others)],
  ]
}

function recovery({ sent, faults }: Ledger): string[][] {
  const lasts = faults.map(({ at }, i) => {
    const next = faults[i + 1]?.at ?? Infinity
    const failed = sent.filter((one) => one.failure && one.ended >= at && one.began < next)
    return failed.length ? s(Math.max(...failed.map(({ ended }) => ended)) - at) : 'none'
  })
  const times = faults.map(({ at, recovered }) => recovered - at)
  const repairs = faults.map(({ at, repaired }) => repaired - at)
  if (faults.length <= 2) {
    return [
      ['from the fault until its cause was repaired', repairs.map(s).join(', then ')],
      ['from the fault until every worker had been served without a failure', times.map(s).join(', then ')],
      ['from the fault until the last failed request', lasts.join(', then ')],
    ]
  }
  return [
    ['from a kill until the new process listened', spread(repairs)],
    ['from a kill until every worker had been served without a failure', spread(times)],
  ]
}

/** Times in milliseconds, in two of them. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return `longest ${s(sorted.at(-1) ?? 0)}, median ${s(sorted[Math.floor(sorted.length / 2)] ?? 0)}`
}

/** What was acknowledged, and what of it did not hold. */
function kept({ counts, losses }: Ledger): string[][] {
  const lost = (loss: Loss) => losses.filter((one) => one.loss === loss).length
  const count = (what: string) => n(counts.get(what) ?? 0)
  return [
    ['processes that serve afterwards', count('processes that serve')],
    ['acknowledged registrations', `${count('registrations checked')}, unknown afterwards: ${lost('registration')}`],
    [
      'connections that should live',
      `${count('living connections checked')}, lost: ${lost('connection')} (${count('refreshes')} refreshes)`,
    ],
    [
      'acknowledged revocations',
      `${count('revocations')}, which ended ${count('revoked connections checked')} connections; undone: ${lost('revocation')}`,
    ],
    [
      'redeemed codes',
      `${count('codes redeemed')}, of which ${count('redeemed codes presented again')} were presented again in time; redeemed twice: ${lost('code')}`,
    ],
    ['people', `${count('people checked')}, signed out: ${lost('sign-in')}`],
    ['refresh tokens with two successors', n(lost('successor'))],
    ['answers that an honest client cannot act on', n(lost('answer'))],
  ]
}

const REPEATS = [
  'refreshes repeated with the old token',
  'refreshes given up after half a minute',
  'revocations repeated after a failure',
  'codes presented again after a failure, accepted',
  'codes presented again after a failure, refused',
  'connections that the rules allowed to end',
]
const repeats = ({ counts }: Ledger): string[][] => REPEATS.map((what) => [what, n(counts.get(what) ?? 0)])

/** The whole page. */
export function report(outcomes: readonly Outcome[]): string {
  const seconds = Math.round(outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0))
  const redis = /v=(\S+)/.exec(spawnSync(process.env.REDIS_SERVER ?? 'redis-server', ['--version']).stdout.toString())
  return `# Drills

What happens to people and clients when something larger breaks, measured. Written by \`npm run drills\`, which makes each
failure happen under load, looks afterwards whether every fact that was acknowledged still holds, and ends with 1 when one
that must hold does not.

Measured on ${cpus().length} cores, Node.js ${process.versions.node}, redis-server ${redis?.[1] ?? 'of unknown version'}, in ${seconds} s, everything on loopback.
To repeat: \`npm run drills\`. One drill, without writing this page: \`npm run drills -- ${outcomes[0]?.drill.name}\`.

The load: ${WORKERS} workers, each busy all the time. A worker is a client with connections of its own: it lists and calls
tools, refreshes (in one or two windows at once), revokes and connects again, authorizes again, and registers anew. A
request that fails is one without an answer, or with 429 or 5xx. A worker repeats it as an honest client does: a refresh
with the same old token, a code or a revocation with the same parameters, a visit from its beginning. Presenting a code
twice may end what it gave (OAuth 2.1 section 4.1.3), so connections of such a code may be over by the rules; they are
counted and not missed.

With Sentinels and in a Cluster, replication is asynchronous. The store waits up to 100 ms for a replica to have each
write; what only a master had when it died would be lost, and is counted here as lost.

${outcomes.map(drillSection).join('\n')}`
}
