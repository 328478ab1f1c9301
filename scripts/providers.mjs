// `npm run providers`: what two libraries make of the schema of every tool, written to docs/providers.md. Run it after a
// change to an argument. The libraries are large and serve nothing else, so they come into a folder that goes with the run.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDependencies, nodeFlags, nodeRuntime, progress, root, stop } from './setup.mjs'

const LIBRARIES = {
  openai: '7.57.0',
  '@ai-sdk/google': '3.0.141',
  'newest-google': 'npm:@ai-sdk/google@4.0.121',
  zod: '4.6.7', // which both want beside them
}

installDependencies()
const folder = mkdtempSync(join(tmpdir(), 'qcgate-providers-'))
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: LIBRARIES }))
  progress('installing the libraries …')
  const npm = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) stop('[setup] npm install failed, see above.')
  const run = [...nodeFlags, `${root}test/providers/run.ts`, folder, JSON.stringify(LIBRARIES)]
  process.exitCode = spawnSync(nodeRuntime(), run, { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
