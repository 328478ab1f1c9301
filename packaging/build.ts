// Makes what a release consists of.
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.ts'
import { packagesIn } from './contents.ts'
import { imageLabels } from './labels.ts'
import { thirdPartyLicences } from './licences.ts'
import { packageManifest } from './manifest.ts'
import { packageReadme } from './readme.ts'
import { sbom } from './sbom.ts'
import { serverJson } from './server-json.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/**
 * Makes `package/` in a folder: what npm publishes and the image holds. Beside it the bundler's own list (`bundle.json`), the
 * labels of the image, and, where there is a repository, `server.json` for the MCP registry. The same sources give the same
 * bytes.
 */
export async function build(into: string, repository: string, revision?: string): Promise<void> {
  const folder = join(into, 'package')
  mkdirSync(into, { recursive: true })
  // Of an earlier build nothing stays, and what is not ours does: somebody may name a folder of theirs.
  const ours = /^(?:package|bundle\.json|labels\.txt|server\.json|qcgate-.*\.tgz)$/
  for (const name of readdirSync(into).filter((one) => ours.test(one))) rmSync(join(into, name), { recursive: true })
  const metafile = await bundle(root, join(folder, 'dist'))
  const packages = packagesIn(metafile, root)
  const product = JSON.parse(read('package.json'))
  const { version, description } = product
  const server = serverJson({ version, repository, description })

  const copied = {
    'src/authorization-server/views/assets': 'dist/assets',
    'packaging/qcgate.cjs': 'qcgate.cjs',
    LICENSE: 'LICENSE',
    NOTICE: 'NOTICE',
    'CHANGELOG.md': 'CHANGELOG.md',
  }
  for (const [from, to] of Object.entries(copied)) cpSync(join(root, from), join(folder, to), { recursive: true })
  const made = {
    'package/package.json': json(packageManifest(product, repository)),
    'package/README.md': packageReadme({ readme: read('README.md'), version, repository }),
    'package/THIRD-PARTY-LICENSES.txt': thirdPartyLicences(packages),
    'package/bom.json': sbom(product, packages),
    'bundle.json': json(metafile),
    'labels.txt': `${imageLabels({ version, revision, repository }).join('\n')}\n`,
    ...(server && { 'server.json': json(server) }),
  }
  for (const [file, text] of Object.entries(made)) writeFileSync(join(into, file), text)
  openToReaders(folder)
}

/**
 * The same modes whatever umask the build and the checkout had: npm packs them, and in the image somebody reads the files to
 * whom they do not belong.
 */
function openToReaders(folder: string): void {
  chmodSync(folder, 0o755)
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const isExecutable = file === 'qcgate.cjs' || statSync(join(folder, file)).isDirectory()
    chmodSync(join(folder, file), isExecutable ? 0o755 : 0o644)
  }
}
