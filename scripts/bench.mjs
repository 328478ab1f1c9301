// `npm run bench`: the figures that the product is held to. Others by their names: `npm run bench -- busy`.
import { readdirSync } from 'node:fs'
import { installPeers, root, runSource, stop } from './setup.mjs'

const folder = 'test/bench/'
const names = readdirSync(root + folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []))
const [name = 'goals', ...more] = process.argv.slice(2)
if (!names.includes(name)) stop(`There is no measurement called ${name}. There are: ${names.join(', ')}.`)

if (name === 'all') installPeers()
runSource(`${folder}${name}.ts`, ...more)
