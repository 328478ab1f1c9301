// `npm run bench`: the measurements that our documents cite. One by its name: `npm run bench -- busy`.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { installDependencies, nodeFlags, nodeRuntime, root, stop } from './setup.mjs'

const folder = `${root}test/bench/`
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []))
const [name = 'dispatch', ...more] = process.argv.slice(2)
if (!names.includes(name)) stop(`There is no measurement called ${name}. There are: ${names.join(', ')}.`)

installDependencies()
process.exit(
  spawnSync(nodeRuntime(), [...nodeFlags, `${folder}${name}.ts`, ...more], { cwd: root, stdio: 'inherit' }).status ?? 1,
)
