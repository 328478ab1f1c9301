// `npm run qcgate -- COMMAND`: the program from its sources, set up first where something is missing. `npm start` is its
// `serve`, in the foreground.
import { spawn } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const program = spawn(nodeRuntime(), [...nodeFlags, `${root}src/main.ts`, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal))
program.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
