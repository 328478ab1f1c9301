// A command that a test runs from a folder, as a person would from a shell.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The environment of whoever started the tests, without what says that tests are running. */
const { NODE_TEST_CONTEXT: _running, ...SHELL } = process.env

export { SHELL }

type Env = Readonly<Record<string, string | undefined>>

/** Runs a command to its end and returns what it printed. Throws with that when it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Env = SHELL,
): Promise<string> {
  const { code, output } = await tryCommand(command, args, cwd, env)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)
  return output
}

/** Runs a command to its end, and tells how that was. */
export async function tryCommand(command: string, args: readonly string[], cwd: string, env: Env = SHELL) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const [code] = await once(child, 'close')
  return { code: Number(code), output }
}

/**
 * Starts a command in an environment, and waits until it has said that the server runs; returns what it said, and a way to end
 * it. `saysLast` is the last that a start says.
 */
export async function startServerByCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Env,
  saysLast = /^ *Keys .*\n/m,
) {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, which is ended as a terminal ends one: npm passes no signal on
  })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk
      if (saysLast.test(output)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)))
  })
  return {
    output,
    async stop() {
      const gone = once(child, 'exit')
      process.kill(-(child.pid ?? 0), 'SIGTERM')
      await gone
    },
  }
}
