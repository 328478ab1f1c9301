// `npm run fuzz`: anything that can be sent, sent to one server. Arguments: how many inputs, and the seed of an earlier run.
import { runSource } from './setup.mjs'

runSource('test/fuzz/run.ts', ...process.argv.slice(2))
