#!/usr/bin/env node
// The program's door to the world: the environment, the two streams and the exit code.
import { startServer } from './commands/start-server.ts'
import { EXIT, type Terminal } from './commands/terminal.ts'

// Whoever closes a pipe has read enough (`| head`): no failure, and no end of a server. What cannot be printed for another
// reason, as on a disk that is full, was not done.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = EXIT.cannot
})

const terminal: Terminal = {
  env: process.env,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
}

/** To serve, nothing has to be read of the arguments, and what reads them is not loaded. */
async function run(args: readonly string[]): Promise<number> {
  const [command = 'serve', ...more] = args
  if (command === 'serve' && !more.length) return startServer(terminal)
  const { runProgram } = await import('./commands/program.ts')
  return runProgram(args, terminal)
}

run(process.argv.slice(2)).then(
  (code) => {
    // What a start that failed has opened meanwhile must not keep the process.
    if (code === EXIT.cannot) process.exit(code)
    process.exitCode ??= code
  },
  (error) => {
    console.error(error)
    process.exit(EXIT.cannot)
  },
)
