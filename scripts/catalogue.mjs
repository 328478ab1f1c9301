// `npm run catalogue`: writes what is generated from the tool catalogue (test/golden/tools/, docs/tools.md).
import { runSource } from './setup.mjs'

runSource('test/golden/write.ts')
