import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version in package.json, beside the sources and beside what is built from them. */
export const VERSION: string = manifest.version

/** Where the sources are, on the web; undefined while that has no address. */
export const SOURCE: string | undefined = manifest.homepage
