// Whether more processes and more shards cost what docs/scaling.md says: one process on one Redis is measured, what four on a Cluster
// will come to is worked out from it, and then they are measured.
import { once } from 'node:events'
import { temporaryFolder } from '../../support/folder.ts'
import type { RedisFleet } from '../../support/redis-fleet.ts'
import { startCluster } from '../../support/redis-fleet.ts'
import { freePort } from '../../support/server.ts'
import { requestText } from '../goals/calls.ts'
import type { Outcome, Task } from '../goals/load.ts'
import { makePeople } from '../goals/people.ts'
import type { Product } from '../goals/process.ts'
import { processorMs, startProduct, startScript } from '../goals/process.ts'
import type { Bench, Rows } from './rows.ts'

const PROCESSES = 4
const SHARDS = 3
const PEOPLE = 1_000
const CONNECTIONS = 32
const WARM_UP_MS = 15_000
const MS = 8_000
const CALL = 'a read, 2026-07-28'

/** What one call came to: microseconds of processor time, and commands. */
interface Cost {
  readonly perSecond: number
  readonly own: number
  readonly redis: number
  /** Of those who ask, and of who stands in for QuantConnect. */
  readonly others: number
  readonly commands: number
  /** Of the commands, that of the master that has most of them. */
  readonly largestShare: number
}

export const fourProcesses: Rows = {
  title: 'Four processes on a Cluster',
  async measure(bench) {
    const one = await measureFleet(bench, bench.redis, 1)
    const cluster = await startCluster()
    try {
      const four = await measureFleet(bench, cluster, PROCESSES)
      const predicted = predict(one)
      const row = (what: string, of: (cost: Cost) => string) => [what, of(one), of(predicted), of(four)]
      const us = (value: number) => `${value.toFixed(0)} µs`
      const rows = [
        row('processor time of qcgate for a call', ({ own }) => us(own)),
        row('commands for a call, all masters together', ({ commands }) => commands.toFixed(1)),
        row('of them at the master that has most', ({ largestShare }) => `${(largestShare * 100).toFixed(0)} %`),
        row('processor time of Redis for a call, replicas included', ({ redis }) => us(redis)),
        row('calls a second on the two processors of this machine', ({ perSecond }) => perSecond.toFixed(0)),
      ]
      return {
        words: WORDS,
        columns: ['', 'one process, one Redis', 'four on a Cluster: predicted', 'measured'],
        rows,
      }
    } finally {
      await cluster.stop()
    }
  },
}

/**
 * A call costs a process the same however many there are. In a Cluster what it writes is followed by two commands more, which wait for
 * a replica, and each replica does the write again: half as much as there is to do for a read. All that runs shares two processors.
 */
function predict({ own, redis, others, commands }: Cost): Cost {
  const withReplica = redis * 1.5
  const writes = 1
  const perSecond = (2 * 1_000_000) / (own + withReplica + others)
  return {
    own,
    others,
    perSecond,
    redis: withReplica,
    commands: commands + 2 * writes,
    largestShare: 1 / SHARDS,
  }
}

async function measureFleet(bench: Bench, redis: RedisFleet, many: number): Promise<Cost> {
  const folder = temporaryFolder()
  const servers: Product[] = []
  const loaders = Array.from({ length: many }, () => startScript('load'))
  try {
    // They answer by one name, which is where the first of them listens.
    const first = await freePort()
    const origin = `http://localhost:${first}`
    const env = { ...bench.env, REDIS_URL: redis.url, PUBLIC_URL: origin }
    for (let at = 0; at < many; at += 1) {
      const server = await startProduct(bench.program, at ? env : { ...env, PORT: String(first) }, { folder })
      servers.push(at ? server : { ...server, port: first, origin })
    }
    const tokens = await makePeople(servers[0] as Product, PEOPLE) // sound: the loop above has made it
    const requests = tokens.map((token) => requestText({ host: new URL(origin).host }, token, CALL))
    const loadAll = async (ms: number): Promise<Outcome[]> => {
      const each = loaders.map((loader, at) => {
        const task: Task = { port: servers[at]?.port ?? 0, requests, connections: CONNECTIONS / many, ms }
        const done = once(loader, 'message') as Promise<[Outcome]>
        loader.send(task)
        return done
      })
      const outcomes = (await Promise.all(each)).map(([outcome]) => outcome)
      const failure = outcomes.find(({ failed }) => failed)?.failure
      if (failure) throw new Error(failure)
      return outcomes
    }
    await loadAll(WARM_UP_MS)
    const usedBy = () => ({
      own: servers.reduce((sum, { pid }) => sum + processorMs(pid), 0),
      others: [...loaders, bench.upstream].reduce((sum, { pid = 0 }) => sum + processorMs(pid), 0),
    })
    const [before, stored] = [usedBy(), await Promise.all(redis.nodes.map(infoOf))]
    const outcomes = await loadAll(MS)
    const [after, storedAfter] = [usedBy(), await Promise.all(redis.nodes.map(infoOf))]
    const answered = outcomes.reduce((sum, outcome) => sum + outcome.answered, 0)
    const each = (ms: number) => (ms / answered) * 1_000
    const grown = storedAfter.map((info, at) => ({
      ms: info.ms - (stored[at]?.ms ?? 0),
      commands: info.isMaster ? info.commands - (stored[at]?.commands ?? 0) : 0,
    }))
    const commands = grown.reduce((sum, one) => sum + one.commands, 0)
    return {
      perSecond: (answered / Math.max(...outcomes.map(({ ms }) => ms))) * 1_000,
      own: each(after.own - before.own),
      others: each(after.others - before.others),
      redis: each(grown.reduce((sum, one) => sum + one.ms, 0)),
      commands: commands / answered,
      largestShare: Math.max(...grown.map((one) => one.commands)) / commands,
    }
  } finally {
    for (const server of servers) await server.stop()
    for (const loader of loaders) loader.kill()
  }
}

/** What a Redis has used of a processor, and the commands that a process sends it for a read. None of them is used in a script. */
async function infoOf(node: RedisFleet['nodes'][number]) {
  const info = String(await node.ask('INFO', 'everything'))
  const number = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0)
  const calls = [...info.matchAll(/^cmdstat_(mget|evalsha|exists|wait):calls=(\d+)/gm)]
  return {
    ms: (number('used_cpu_sys') + number('used_cpu_user')) * 1_000,
    commands: calls.reduce((sum, [, , count]) => sum + Number(count), 0),
    isMaster: /^role:master/m.test(info),
  }
}

const WORDS = `${PEOPLE.toLocaleString('en')} people, ${CONNECTIONS} connections in all without a pause, for ${MS / 1_000} s; three masters with a replica each. What was predicted follows from the column before it, as [scaling](scaling.md) says. Commands are those that a process sends for a read: one that reads, one that writes a line, and in a Cluster two that wait for a replica.`
