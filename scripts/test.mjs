// `npm test`: set up what the tests need, then run them all. Arguments name single files: `npm test -- test/scopes.test.ts`.
// With `--redis` servers that a test tells no store have a Redis: `npm test -- --redis 'test/journeys/**/*.test.ts'`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CHROMIUM, environmentWith, REDIS_SERVER } from './programs.mjs'
import { installDependencies, nodeFlags, nodeRuntime, root } from './setup.mjs'

installDependencies()
const given = process.argv.slice(2)
const files = given.filter((argument) => argument !== '--redis')
const store = given.includes('--redis') ? { QCGATE_TEST_STORE: 'Redis' } : {}
const run = spawn(nodeRuntime(), [...nodeFlags, `${root}test/support/run.ts`, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...environmentWith(CHROMIUM, REDIS_SERVER), ...store },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => run.kill(signal))
const [code] = await once(run, 'exit')
process.exit(code ?? 1)
