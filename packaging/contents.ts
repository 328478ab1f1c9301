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
  /** Those of its files that are in the bundle, absolute. */
  readonly files: readonly string[]
}

/** Packages whose files were bundled before they came to us, and say nothing of what went into them. */
const BUNDLED_BEFORE: Readonly<Record<string, readonly string[]>> = { echarts: ['zrender', 'tslib'] }

/** The packages of which something is in the bundle, by name and version. `root` is the folder that the bundle was made in. */
export function packagesIn({ outputs }: Metafile, root: string): BundledPackage[] {
  const inputs = new Set(Object.values(outputs).flatMap((output) => Object.keys(output.inputs)))
  const packages = [...Map.groupBy([...inputs].sort(), folderOf)].flatMap(([folder, files]) => {
    const inRoot = (path: string) => join(root, path)
    return folder === undefined ? [] : read(inRoot(folder), files.map(inRoot))
  })
  const within = packages.flatMap((each) => [...listedBefore(each, root), ...bundledBefore(each, root)])
  // The same version may lie in several folders.
  const byId = new Map([...within, ...packages].map((each) => [idOf(each), each]))
  return [...byId].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
}

const listedBefore = ({ manifest }: BundledPackage, root: string): BundledPackage[] =>
  (BUNDLED_BEFORE[manifest.name] ?? []).map((name) => read(join(root, 'node_modules', name), []))

/**
 * What another bundler put into a package's files and marked there: `//#region …/.pnpm/ajv@8.18.0/node_modules/ajv/…`. Its
 * description and licence are those of the package of that name here, whatever its version.
 */
function bundledBefore({ files }: BundledPackage, root: string): BundledPackage[] {
  const mark = /^\/\/#region .*\/\.pnpm\/[^/]*?@(\d[^/_(]*)[^/]*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//gm
  return scripts(files)
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(mark)])
    .map(([, version = '', name = '']) => {
      const own = read(join(root, 'node_modules', name), [])
      return { ...own, manifest: { ...own.manifest, version } }
    })
}

const scripts = (files: readonly string[]): string[] => files.filter((file) => /\.[cm]?js$/.test(file))

/** `name@version`. */
export const idOf = ({ manifest }: BundledPackage): string => `${manifest.name}@${manifest.version}`

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for files of ours. */
const folderOf = (file: string): string | undefined => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]

const read = (folder: string, files: readonly string[]): BundledPackage => ({
  folder,
  files,
  manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
})

/** The texts that a package wants to be passed on with it: its licences, notices and copyright lines. */
export function textsOf({ folder, files }: BundledPackage): string[] {
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter(
      ({ name }) =>
        /^(?:licen[cs]es?|copying|notice|copyright|third[-_ ]?party)/i.test(name) && !/\.[cm]?[jt]s$/.test(name),
    )
    .flatMap((entry) =>
      entry.isDirectory() ? readdirSync(join(folder, entry.name)).map((name) => join(entry.name, name)) : entry.name,
    )
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
  return [...texts, ...noticesIn(files, texts)]
}

/**
 * Comments of the bundled files, which the bundler leaves out, that name owners whom the texts do not: what was taken over
 * from elsewhere has its licence there and nowhere else.
 */
function noticesIn(files: readonly string[], texts: readonly string[]): string[] {
  const known = plain(texts.join('\n'))
  const comments = scripts(files).flatMap((file) => readFileSync(file, 'utf8').match(/\/\*.*?\*\//gs) ?? [])
  const foreign = comments.filter((comment) =>
    (comment.match(/copyright\b.*/gi) ?? []).some((line) => /\d{4}/.test(line) && !known.includes(ownerOf(line))),
  )
  return [
    ...new Set(foreign.map((comment) => comment.replace(/^[ \t]*(?:\/\*+!?|\*+\/?)[ \t]?|\s*\*\/$/gm, '').trim())),
  ]
}

/** Who is named, as far as years and signs do not hide it. */
const ownerOf = (line: string): string => plain(line.replace(/copyright|\(c\)|©|[\d\s,-]*\d{4}|<.*|\(.*/gi, ''))

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, ' ')
    .trim()
