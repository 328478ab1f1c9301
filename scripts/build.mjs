// `npm run build`: dist/package/, what npm publishes and the image holds. `npm run package`: the same, packed, beside it.
import { runSource } from './setup.mjs'

const [what = 'build', ...more] = process.argv.slice(2)
runSource('packaging/run.ts', what, ...more)
