// `npm run catalogue`: writes what is generated from the tool catalogue (test/golden/tools/, docs/tools.md).
import { spawnSync } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
process.exit(spawnSync(nodeRuntime(), [...nodeFlags, `${root}test/golden/write.ts`], { stdio: 'inherit' }).status ?? 1)
