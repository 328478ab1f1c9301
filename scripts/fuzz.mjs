// `npm run fuzz`: anything that can be sent, sent to one server. Arguments: how many inputs, and the seed of an earlier run.
import { spawnSync } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
process.exit(
  spawnSync(nodeRuntime(), [...nodeFlags, `${root}test/fuzz/run.ts`, ...process.argv.slice(2)], { stdio: 'inherit' })
    .status ?? 1,
)
