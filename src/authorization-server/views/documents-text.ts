import { readFileSync } from 'node:fs'

/** The documents for people that are served as pages, by name. In the bundle this module has them in it (packaging/bundle.ts). */
export const DOCUMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  ['privacy', 'stay-in-charge'].map((name) => [
    name,
    readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8'),
  ]),
)
