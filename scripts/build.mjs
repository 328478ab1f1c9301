// `npm run build`: dist/package/, what npm publishes and the image holds. `npm run package`: the same, packed, beside it.
import { spawnSync } from 'node:child_process'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const [what = 'build', ...more] = process.argv.slice(2)
process.exit(
  spawnSync(nodeRuntime(), [...nodeFlags, `${root}packaging/run.ts`, what, ...more], { stdio: 'inherit' }).status ?? 1,
)
