#!/usr/bin/env node
// The program's door to the world: the environment, the two streams and the exit code.
import { runProgram } from './commands/program.ts'
import { EXIT } from './commands/terminal.ts'

// Whoever closes a pipe has read enough (`| head`): no failure, and no end of a server. What cannot be printed for another
// reason, as on a disk that is full, was not done.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = EXIT.cannot
})

runProgram(process.argv.slice(2), {
  env: process.env,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
}).then(
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
