// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/gate.test.ts`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CHROMIUM, environmentWith, REDIS_SERVER } from './programs.mjs'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const run = spawn(nodeRuntime(), [...nodeFlags, `${root}test/support/run.ts`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: environmentWith(CHROMIUM, REDIS_SERVER),
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
const [code] = await once(run, 'exit')
process.exit(code ?? 1)
