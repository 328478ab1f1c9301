// Which packages are in the bundle, as the bundler tells it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/** What a package says of itself, as far as it is told on. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly description?: string
  readonly homepage?: string
  readonly repository?: string | { readonly url: string }
}

export interface BundledPackage {
  readonly manifest: Manifest
  /** Its folder, absolute. */
  readonly folder: string
}

/** Files that were bundled before they came to us, and the packages that went into them. */
const BUNDLED_BEFORE: Readonly<Record<string, readonly string[]>> = {
  'node_modules/echarts/dist/echarts.esm.min.mjs': ['node_modules/zrender', 'node_modules/tslib'],
}

/** The packages of which something is in the bundle, by name and version. `root` is the folder that the bundle was made in. */
export function packagesIn({ outputs }: Metafile, root: string): BundledPackage[] {
  const inputs = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)))
  const folders = [...inputs].flatMap((input) => [folderOf(input) ?? [], BUNDLED_BEFORE[input] ?? []].flat())
  const packages = [...new Set(folders)].map((folder) => read(join(root, folder)))
  // The same version may lie in several folders.
  const byId = new Map(packages.map((each) => [idOf(each), each]))
  return [...byId].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
}

/** `name@version`. */
export const idOf = ({ manifest }: BundledPackage): string => `${manifest.name}@${manifest.version}`

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for files of ours. */
const folderOf = (file: string): string | undefined => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]

const read = (folder: string): BundledPackage => ({
  folder,
  manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
})

/** The texts that a package wants to be passed on with it: its licences, notices and copyright lines. */
export const textsOf = ({ folder }: BundledPackage): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => /^(?:licen[cs]es?|copying|notice|copyright)/i.test(name) && !/\.[cm]?[jt]s$/.test(name))
    .flatMap((entry) =>
      entry.isDirectory() ? readdirSync(join(folder, entry.name)).map((name) => join(entry.name, name)) : entry.name,
    )
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
