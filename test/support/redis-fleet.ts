// The Redis servers of a test run, all on loopback: one with a password, a master with two replicas under three Sentinels,
// and a Cluster of six. `npm test` starts them once; a test that needs them fails when they are not there.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { temporaryFolder } from './folder.ts'
import { freePort } from './server.ts'
import { until } from './until.ts'

const PASSWORD = 'fleet-password'
/** Without these a replica joins late, and a failover in a young fleet takes long. */
const QUICK = ['repl-diskless-sync-delay 0', 'repl-ping-replica-period 1']

/** One server of a fleet. */
export interface RedisNode {
  readonly port: number
  /** Asks this very server, over a connection of its own. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>
  /** SIGKILL ends it, SIGSTOP leaves it deaf with its connections open, SIGCONT wakes it. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** The same server again after it was killed, with what it had on disk. */
  restart(): Promise<void>
}

/** Redis servers that belong together. */
export interface RedisFleet {
  /** What REDIS_URL would be. */
  readonly url: string
  readonly nodes: readonly RedisNode[]
  stop(): Promise<void>
}

interface StartedNode extends RedisNode {
  remove(): Promise<void>
}

/** All that were started here. Whatever ends this process, and however far it came, none is left behind. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

async function startNode(config: readonly string[], mode: 'redis' | 'sentinel' = 'redis'): Promise<StartedNode> {
  const folder = temporaryFolder()
  const port = await freePort()
  const file = join(folder.path, 'redis.conf')
  const password = config.includes(`requirepass ${PASSWORD}`) ? { password: PASSWORD } : {}
  const common = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder.path}`, 'loglevel warning']
  let child: ChildProcess

  const ask = async (command: string, ...args: (string | number)[]) => {
    const client = new Redis({
      port,
      ...password,
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
    })
    client.on('error', () => {})
    try {
      return await client.call(command, ...args)
    } finally {
      client.disconnect()
    }
  }
  const start = async () => {
    if (!existsSync(file)) {
      const own = mode === 'redis' ? ['save ""', ...config] : config
      writeFileSync(file, [...common, ...own].join('\n'))
    }
    const args = mode === 'sentinel' ? [file, '--sentinel'] : [file]
    child = spawn(process.env.REDIS_SERVER ?? 'redis-server', args, { stdio: 'ignore' })
    children.add(child.once('error', () => {}))
    await until('a redis-server to answer', async () => {
      if (child.exitCode !== null || child.pid === undefined) throw new Error('redis-server does not run')
      return ask('PING').then(
        () => true,
        () => false,
      )
    })
  }
  await start()
  const signal: RedisNode['signal'] = async (name) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = name === 'SIGKILL' ? once(child, 'exit') : undefined
    child.kill(name)
    await gone
  }
  return {
    port,
    ask,
    signal,
    restart: start,
    async remove() {
      await signal('SIGKILL')
      folder.remove()
    },
  }
}

const fleet = (url: string, nodes: readonly StartedNode[]): RedisFleet => ({
  url,
  nodes,
  stop: async () => {
    await Promise.all(nodes.map((node) => node.remove()))
  },
})

/** One Redis with a password; `config` are further lines of its configuration. */
export async function startSingle(config: readonly string[] = []): Promise<RedisFleet> {
  const node = await startNode([`requirepass ${PASSWORD}`, ...config])
  return fleet(`redis://:${PASSWORD}@127.0.0.1:${node.port}/0`, [node])
}

/** A master, two replicas, and three Sentinels that take half a second to call a master down. In this order. */
export async function startSentinel(): Promise<RedisFleet> {
  const master = await startNode(QUICK)
  const replicas = await Promise.all([1, 2].map(() => startNode([...QUICK, `replicaof 127.0.0.1 ${master.port}`])))
  const watch = [
    `sentinel monitor fleet 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds fleet 500',
    'sentinel failover-timeout fleet 5000',
  ]
  const sentinels = await Promise.all([1, 2, 3].map(() => startNode(watch, 'sentinel')))
  await until('the replicas to join', async () =>
    /connected_slaves:2/.test(String(await master.ask('INFO', 'replication'))),
  )
  await until('the Sentinels to know each other and the replicas', async () => {
    const views = await Promise.all(sentinels.map((one) => one.ask('INFO', 'sentinel')))
    return views.every((view) => /slaves=2,sentinels=3/.test(String(view)))
  })
  const url = `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/fleet`
  return fleet(url, [master, ...replicas, ...sentinels])
}

/** Three masters and three replicas, masters first; or no replicas. */
export async function startCluster(replicas: 0 | 3 = 3): Promise<RedisFleet> {
  const config = [...QUICK, 'cluster-enabled yes', 'cluster-node-timeout 1000', 'cluster-replica-validity-factor 0']
  const nodes = await Promise.all(Array.from({ length: 3 + replicas }, () => startNode(config)))
  const [first, ...others] = nodes as [StartedNode, ...StartedNode[]]
  await Promise.all(
    nodes.slice(0, 3).map(async (node, i) => {
      const slots = Array.from({ length: 16_384 }, (_, slot) => slot).filter(
        (slot) => Math.floor((slot * 3) / 16_384) === i,
      )
      await node.ask('CLUSTER', 'ADDSLOTS', ...slots)
      await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    }),
  )
  for (const { port } of others) await first.ask('CLUSTER', 'MEET', '127.0.0.1', port)
  await until('the nodes of the Cluster to meet', async () => {
    const views = await Promise.all(nodes.map((node) => node.ask('CLUSTER', 'NODES')))
    return views.every(
      (view) => String(view).trim().split('\n').length === nodes.length && !/handshake/.test(String(view)),
    )
  })
  await Promise.all(
    nodes
      .slice(3)
      .map(async (node, i) => node.ask('CLUSTER', 'REPLICATE', String(await nodes[i]?.ask('CLUSTER', 'MYID')))),
  )
  await until('the Cluster to be whole', async () => {
    const states = await Promise.all(nodes.map((node) => node.ask('CLUSTER', 'INFO')))
    const replicas = await Promise.all(nodes.slice(3).map((node) => node.ask('INFO', 'replication')))
    return (
      states.every((state) => /cluster_state:ok/.test(String(state))) &&
      replicas.every((state) => /master_link_status:up/.test(String(state)))
    )
  })
  return fleet(`redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes)
}
