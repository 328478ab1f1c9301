// `npm run drills`: the larger failures, made to happen under load, and docs/drills.md about them. Takes some minutes.
// Arguments name single drills, which are then told about and not written down: `npm run drills -- sentinel`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { environmentWith, REDIS_SERVER } from './programs.mjs'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const run = spawn(nodeRuntime(), [...nodeFlags, `${root}test/drills/run.ts`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: environmentWith(REDIS_SERVER),
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
const [code] = await once(run, 'exit')
process.exit(code ?? 1)
