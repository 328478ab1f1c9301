// Processes that a measurement starts, ends and looks at: what each has used of a processor, and of memory, as the kernel counts it.
import { type ChildProcess, fork, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/folder.ts'
import { FLAG } from '../../support/program.ts'
import { freePort } from '../../support/server.ts'
import type { Outcome, Task } from './load.ts'

/** The kernel counts in hundredths of a second (USER_HZ, which is the same on every Linux). */
const TICK_MS = 10

/** More than is sent here, so that no limit keeps anybody short. */
export const CALL_BUDGET = '100000,100000,100000,100000'

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Who is measured, and how it is asked. */
export interface Contestant {
  readonly name: string
  readonly pid: number
  readonly port: number
  readonly host: string
  /** An access token for each request, in turn; an empty one where none is needed. */
  readonly tokens: readonly string[]
}

/** What came of it, in the median. */
export interface Measured {
  readonly name: string
  readonly perSecond: number
  /** Microseconds of processor time for each call. */
  readonly processor: number
  /** Milliseconds from request to answer. */
  readonly p50: number
  readonly p99: number
}

/** Starts one of the scripts in this folder, with what it is to know. */
export function startScript(name: string, ...args: string[]): ChildProcess {
  return forkScript(new URL(`./${name}.ts`, import.meta.url), args)
}

/** The same for one that lies anywhere, with further variables. */
export function forkScript(script: URL, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc']
  const child = fork(script, args, { stdio, env: { ...process.env, ...env } })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** One that listens. */
export interface Listening {
  readonly pid: number
  readonly port: number
  stop(): void
}

/** The same for one that listens, with its port. */
export const startListening = (name: string, ...args: string[]): Promise<Listening> =>
  listening<AddressInfo>(startScript(name, ...args))

/** A script once it listens, with whatever it tells then. */
export async function listening<T extends Pick<AddressInfo, 'port'>>(child: ChildProcess): Promise<T & Listening> {
  const [told] = (await once(child, 'message')) as [T]
  return { ...told, pid: child.pid ?? 0, stop: () => void child.kill('SIGKILL') }
}

/** Milliseconds that a process with all its threads has used of processors so far, for itself and by the system for it. */
export function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Bytes of memory that a process holds (resident set). */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** Has the load done once. */
export async function load(loader: ChildProcess, task: Task): Promise<Outcome> {
  const done = once(loader, 'message')
  loader.send(task)
  const [outcome] = (await done) as [Outcome]
  if (outcome.failed) throw new Error(`${outcome.failed} of ${outcome.answered} failed: ${outcome.failure}`)
  return outcome
}

/** A server as people run it: what npm publishes, its log in a file. */
export interface Product {
  readonly pid: number
  readonly port: number
  readonly origin: string
  readonly folder: string
  readonly redisUrl: string | undefined
  stop(): Promise<void>
}

/** How one is started. */
export interface Starting {
  /** A program that starts it, with its arguments, such as one that slows down its disk. */
  readonly through?: readonly string[]
  /** Where its store is, if elsewhere than where such folders usually are. */
  readonly folder?: ReturnType<typeof temporaryFolder>
}

/** Starts one, and waits until it says that it runs. */
export async function startProduct(
  program: string,
  env: Readonly<Record<string, string>>,
  { through = [], folder = temporaryFolder() }: Starting = {},
): Promise<Product> {
  const port = await freePort()
  const log = openSync(join(folder.path, 'log'), 'w')
  const places = { DATA_DIR: join(folder.path, 'data'), KEYS_DIR: join(folder.path, 'keys') }
  const [command = '', ...args] = [...through, process.execPath, FLAG, program]
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...places, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', log],
  })
  children.add(child)
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('the server did not start')))
  await Promise.race([once(child.stdout ?? child, 'data'), gone])
  gone.catch(() => undefined)
  const pid = through.length ? startedBy(child.pid ?? 0) : (child.pid ?? 0)
  return {
    pid,
    port,
    origin: `http://localhost:${port}`,
    folder: folder.path,
    redisUrl: env.REDIS_URL,
    async stop() {
      const gone = once(child, 'exit')
      process.kill(pid, 'SIGTERM')
      await gone
      children.delete(child)
      closeSync(log)
      folder.remove()
    },
  }
}

/** The process that was started by another one. */
export function startedBy(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0])
}
