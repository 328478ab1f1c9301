// Writes the generated files, and removes golden files of tools that are gone.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = generatedFiles()
mkdirSync(`${root}test/golden/tools`, { recursive: true })
for (const name of readdirSync(`${root}test/golden/tools`)) {
  if (!files.has(`test/golden/tools/${name}`)) rmSync(`${root}test/golden/tools/${name}`)
}
for (const [path, contents] of files) writeFileSync(root + path, contents)
console.log(`${files.size} files written.`)
