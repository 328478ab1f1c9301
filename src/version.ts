import { readFileSync } from 'node:fs'

/** The version in package.json, beside the sources and beside what is built from them. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
