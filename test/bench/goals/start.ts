// How soon a process is ready, and what it holds then.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { temporaryFolder } from '../../support/folder.ts'
import { FLAG } from '../../support/program.ts'
import { freePort } from '../../support/server.ts'
import { residentBytes, startedBy } from './process.ts'
import { median } from './report.ts'

const TIMES = 15
const LOOKS = 3
/** Milliseconds after which a process that nobody asks anything has settled. */
const SETTLE_MS = 3_000

export interface Started {
  /** Milliseconds from the command to the line that it runs. */
  readonly ms: number
  /** Of memory, while nothing is asked of it. */
  readonly bytes: number
}

/** What is run, and where its data and its keys are. */
export interface Command {
  /** The arguments of this Node.js. */
  readonly args: readonly string[]
  readonly home: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a server until it says that it runs, ends it, and gives the milliseconds until then. `look` comes before its end. */
export async function timeToRun(
  { args, home, env = {} }: Command,
  look?: (pid: number) => Promise<void>,
): Promise<number> {
  const places = { DATA_DIR: join(home, 'data'), KEYS_DIR: join(home, 'keys') }
  return timed(args, { ...places, PORT: String(await freePort()), ...env }, 'running', look)
}

/** Runs something to its end, and gives the milliseconds until then. */
export const timeToEnd = (args: readonly string[]): Promise<number> => timed(args, {}, 'exit')

async function timed(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  until: 'running' | 'exit',
  look?: (pid: number) => Promise<void>,
): Promise<number> {
  const from = performance.now()
  const child = spawn(process.execPath, [FLAG, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  await (until === 'exit' ? gone : once(child.stdout, 'data'))
  const took = performance.now() - from
  await look?.(child.pid ?? 0)
  child.kill('SIGTERM')
  await gone
  return took
}

/** How a start is measured. */
export interface Way {
  readonly times?: number
  /** So many of them are also looked at once they have settled. */
  readonly looks?: number
  /** Whether the command starts another process, which is the server. */
  readonly isScript?: boolean
  /** Whether the first start was made before, so that there are data and keys; else each is a first one. */
  readonly isKnown?: boolean
}

/** The medians of many starts. */
export async function measureStart(
  args: readonly string[],
  { times = TIMES, looks = LOOKS, isScript = false, isKnown = false }: Way = {},
): Promise<Started> {
  const folder = temporaryFolder()
  const took: number[] = []
  const held: number[] = []
  const look = async (pid: number) => {
    await pause(SETTLE_MS)
    held.push(residentBytes(isScript ? startedBy(pid) : pid))
  }
  try {
    if (isKnown) await timeToRun({ args, home: folder.path })
    for (let time = 0; time < times; time += 1) {
      const home = isKnown ? folder.path : join(folder.path, String(time))
      took.push(await timeToRun({ args, home }, time < looks ? look : undefined))
    }
  } finally {
    folder.remove()
  }
  return { ms: median(took), bytes: median(held) }
}
