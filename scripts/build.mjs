// `npm run build`: dist/ for the package and the image, plain JavaScript that any Node.js from 24 on runs.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, rmSync } from 'node:fs'
import { installDependencies, root } from './setup.mjs'

installDependencies()
rmSync(`${root}dist`, { recursive: true, force: true })
const tsc = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (tsc.status !== 0) process.exit(1)
const pages = 'authorization-server/views/assets'
cpSync(`${root}src/${pages}`, `${root}dist/${pages}`, { recursive: true })
chmodSync(`${root}dist/main.js`, 0o755)
