// `npm run sandbox`: the offline double of QuantConnect's API, alone, for people who build clients. PORT says where.
import { spawn } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const sandbox = spawn(nodeRuntime(), [...nodeFlags, `${root}scripts/sandbox/run.mjs`], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => sandbox.kill(signal))
sandbox.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
