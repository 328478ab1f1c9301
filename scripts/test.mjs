// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/scopes.test.ts`.
// With `--redis` servers that a test tells no store have a Redis: `npm test -- --redis 'test/journeys/**/*.test.ts'`. With
// `--package` servers run from the package that `npm run build` made, and not from the sources.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CHROMIUM, environmentWith, REDIS_SERVER, SYSTEMD_ANALYZE } from './programs.mjs'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const given = process.argv.slice(2)
const files = given.filter((argument) => !['--redis', '--package'].includes(argument))
const store = given.includes('--redis') ? { QCGATE_TEST_STORE: 'Redis' } : {}
const program = given.includes('--package') ? { QCGATE_TEST_PROGRAM: `${root}dist/package/qcgate.cjs` } : {}
const programs = [CHROMIUM, REDIS_SERVER, ...(process.platform === 'linux' ? [SYSTEMD_ANALYZE] : [])]
const run = spawn(nodeRuntime(), [...nodeFlags, `${root}test/support/run.ts`, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...environmentWith(...programs), ...store, ...program },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
const [code] = await once(run, 'exit')
process.exit(code ?? 1)
