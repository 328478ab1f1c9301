// `npm run build` and `npm run package`: makes dist/package/, and packs it as npm publishes it. Another folder can be named.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.ts'
import { REPOSITORY } from './repository.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const [what, dist = join(root, 'dist')] = process.argv.slice(2)
const folder = join(dist, 'package')
const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })

await build(dist, REPOSITORY, git.status === 0 ? git.stdout.trim() : undefined)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => statSync(join(folder, file)))
const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
console.log(`${folder}: ${files.filter((file) => file.isFile()).length} files, ${megabytes(bytes)}`)

if (what === 'package') {
  const npm = spawnSync('npm', ['pack', '--silent', '--pack-destination', dist, folder], {
    cwd: dist, // and not in the checkout, whose own package npm would take for it
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) process.exit(1)
  const tgz = join(dist, npm.stdout.trim())
  console.log(`${tgz}: ${megabytes(statSync(tgz).size)}`)
}

function megabytes(size: number): string {
  return `${(size / 1e6).toFixed(2)} MB`
}
