// `npm run bench`: the measurements that our documents cite.
import { spawnSync } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
process.exit(
  spawnSync(nodeRuntime(), [...nodeFlags, `${root}test/bench/dispatch.ts`], { stdio: 'inherit' }).status ?? 1,
)
