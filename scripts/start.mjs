// `npm start`: set up what is missing, then run the server in the foreground.
import { spawn } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const server = spawn(nodeRuntime(), [...nodeFlags, `${root}src/main.ts`, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
