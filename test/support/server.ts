// A qcgate process of its own for one test file: the real program, on loopback, ended by its own process id.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { temporaryFolder } from './folder.ts'
import { FLAG, SERVER } from './program.ts'
import { assertNothingSecretLeft } from './secrets.ts'
import { redisUrl } from './stores.ts'
import { whileRunning } from './while-running.ts'

const CLOCK = new URL('./clock.ts', import.meta.url).href

// A node of a Redis Cluster talks to the others 10,000 ports higher, which must stay below that range as well.
const RANGE = { from: 10_000, size: 12_000, each: 20 }
/** The one port in that range to which `fetch` does not connect (Fetch standard, bad ports). */
const REFUSED_BY_FETCH = 10_080
let asked = 0

/**
 * A free port for a server that is told its port. Below the range from which the system takes the ports of outgoing
 * connections, and from a part of it that no other test file draws from at the same time.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = RANGE.from + ((process.pid * RANGE.each + asked++) % RANGE.size)
    if (port === REFUSED_BY_FETCH) continue
    const probe = createServer().listen(port, '127.0.0.1')
    const free = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!free) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}

/** A process that runs. */
export interface TestServer {
  readonly origin: string
  readonly mcp: string
  /** Where it listens on loopback, whatever its PUBLIC_URL says. */
  readonly port: number
  readonly folder: string
  /** Where its store is, when that is a Redis and not in the folder. */
  readonly redisUrl: string | undefined
  /** Everything the process wrote so far, both streams. */
  output(): string
  /** Asks what was preloaded into the process, and gives the answer. One question at a time. */
  ask(question: object): Promise<unknown>
  /** Moves the process's clock forward. */
  advance(seconds: number): Promise<void>
  /** Stops the process's clock, which goes on only as far as it is moved; at a time in ms. Timers run all the same. */
  stopClock(at?: number): Promise<void>
  /** Sends a signal to the process, and gives its exit status when it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** `kill -9`, then a new process on the same port, store and keys; with other variables, where some are given. */
  crashAndRestart(changed?: Record<string, string>): Promise<void>
  /** Ends the process, makes sure that it left nothing secret behind, and removes its folder. */
  stop(): Promise<void>
}

type Environment = Record<string, string>

/**
 * A server for the tests of one suite: started before the first, stopped after the last. Call it inside `describe`. Of what
 * is built from our sources, unless it is told of another program; its variables may be known only then.
 */
export function useServer(env: Environment | (() => Environment) = {}, program?: () => string): TestServer {
  let server: TestServer | undefined
  before(async () => {
    server = await startServer(typeof env === 'function' ? env() : env, program?.())
  })
  after(() => server?.stop())
  return whileRunning('server', () => server)
}

let started = 0
/** The store of a server that is told none: SQLite, or a Redis in a run that was told so. */
const usualStore = (): { REDIS_URL?: string } =>
  process.env.QCGATE_TEST_STORE === 'Redis' ? { REDIS_URL: redisUrl('single', `${process.pid}-${started++}:`) } : {}

/** Starts a server and waits until it says that it runs. Throws with its output when it ends instead. */
export async function startServer(env: Record<string, string> = {}, program: string = SERVER): Promise<TestServer> {
  const folder = temporaryFolder()
  const port = Number(env.PORT ?? (await freePort()))
  const store = usualStore()
  const { REDIS_URL } = { ...store, ...env }
  let output = ''
  let child: ChildProcess

  async function start(changed: Record<string, string> = {}) {
    child = spawn(process.execPath, [FLAG, '--import', CLOCK, program], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        PORT: String(port),
        DATA_DIR: join(folder.path, 'data'),
        KEYS_DIR: join(folder.path, 'keys'),
        ...store,
        ...env,
        ...changed,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const running = new Promise<void>((resolve, reject) => {
      let isUp = false // nobody searches a log that has become long
      const hear = (chunk: Buffer) => {
        output += chunk
        if (isUp || !output.includes('qcgate is running')) return
        isUp = true
        resolve()
      }
      child.stdout?.on('data', hear)
      child.stderr?.on('data', hear)
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)))
    })
    await running
    output = output.replace('qcgate is running', 'qcgate was started')
  }

  async function ask(question: object): Promise<unknown> {
    const answered = once(child, 'message')
    child.send(question)
    return (await answered)[0]
  }

  async function end(signal: NodeJS.Signals) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    }
    return child.exitCode
  }

  await start()
  const origin = env.PUBLIC_URL ?? `http://localhost:${port}`
  return {
    origin,
    mcp: `${origin}/mcp`,
    port,
    folder: folder.path,
    redisUrl: REDIS_URL || undefined,
    output: () => output,
    ask,
    stopClock: async (at = Date.now()) => void (await ask({ stopAt: at })),
    async advance(seconds) {
      await ask({ advance: seconds })
      if (store.REDIS_URL && store.REDIS_URL === REDIS_URL) {
        await (await import('./redis-entries.ts')).ageRedis(REDIS_URL, seconds)
      }
    },
    end,
    async crashAndRestart(changed) {
      await end('SIGKILL')
      await start(changed)
    },
    async stop() {
      await end('SIGTERM')
      try {
        await assertNothingSecretLeft(output, folder.path, REDIS_URL)
      } finally {
        folder.remove()
      }
    },
  }
}
