// The package as a release makes it, in a folder of its own.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'
import { runCommand } from './command.ts'
import { temporaryFolder } from './folder.ts'
import { FLAG } from './program.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What a build made. */
export interface Build {
  /** What npm publishes. */
  readonly folder: string
  /** The file that people run. */
  readonly program: string
  /** The packed package. */
  readonly tgz: string
  /** What the bundler says of it. */
  readonly metafile: Metafile
}

/** Builds and packs into a folder, as `npm run package` does into dist/. */
export async function buildPackage(into: string): Promise<Build> {
  await runCommand(process.execPath, [FLAG, 'packaging/run.ts', 'package', into], ROOT)
  const folder = join(into, 'package')
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return {
    folder,
    program: join(folder, 'qcgate.cjs'),
    tgz: join(into, `qcgate-${version}.tgz`),
    metafile: JSON.parse(readFileSync(join(into, 'bundle.json'), 'utf8')),
  }
}

/** The files below a folder, in order. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort()

/** How many files a package has, and its bytes: unpacked, and to download. */
export function measure({ folder, tgz }: Build) {
  const files = filesIn(folder)
  const unpacked = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  return { files: files.length, unpacked, packed: statSync(tgz).size }
}

/** The package for the tests of one suite, made before the first. Call it inside `describe`, before what needs it. */
export function usePackage(): () => Build {
  const into = temporaryFolder()
  let build: Build | undefined
  before(async () => {
    build = await buildPackage(into.path)
  })
  after(() => into.remove())
  return () => {
    if (!build) throw new Error('the package is there only while tests run')
    return build
  }
}
