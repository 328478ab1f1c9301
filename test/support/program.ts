// The program as a person starts it, with a command of theirs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SHELL, tryCommand } from './command.ts'
import { temporaryFolder } from './folder.ts'

/** Our sources, or in a run that was told so the program of a package. */
export const PROGRAM = process.env.QCGATE_TEST_PROGRAM ?? fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The same for servers, of which a run starts hundreds: what is built from our sources is up in two thirds of the time. */
export const SERVER = process.env.QCGATE_TEST_SERVER ?? PROGRAM

/** `node:sqlite` announces itself as experimental; scripts/setup.mjs says the same of every run of our sources. */
export const FLAG = '--disable-warning=ExperimentalWarning'

/** Runs a command of the program to its end, in an empty folder, and tells how that was and what it left there. */
export async function runProgram(args: readonly string[], program: string = PROGRAM) {
  const folder = temporaryFolder()
  const home = temporaryFolder()
  try {
    const env = { ...SHELL, HOME: home.path, XDG_DATA_HOME: undefined }
    const ran = await tryCommand(process.execPath, [FLAG, program, ...args], folder.path, env)
    return { ...ran, left: [...folder.list(), ...home.list()] }
  } finally {
    folder.remove()
    home.remove()
  }
}

/** Starts a command that goes on, and waits until it has said this, or has ended. */
export async function startProgram(
  args: readonly string[],
  until: RegExp,
  env: Readonly<Record<string, string>> = {},
  program: string = PROGRAM,
) {
  const child = spawn(process.execPath, [FLAG, program, ...args], {
    env: { ...SHELL, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  await Promise.race([
    once(child, 'close'),
    new Promise<void>((resolve) => child.stdout.on('data', () => until.test(output) && resolve())),
  ])
  return { child, output: () => output }
}
