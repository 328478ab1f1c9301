import { readFileSync } from 'node:fs'

/** docs/privacy.md. In the bundle this module is its text (packaging/bundle.ts). */
export const PRIVACY_TEXT: string = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8')
