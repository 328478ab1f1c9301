// Files of packages that are no code: the renderer's WebAssembly and the fonts.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IS_INSTALLED } from '../installed.ts'

export const RENDERER = '@resvg/resvg-wasm/index_bg.wasm'
export const FONTS = ['400Regular/Arimo_400Regular', '700Bold/Arimo_700Bold'].map(
  (face) => `@expo-google-fonts/arimo/${face}.ttf`,
)

/** One of them: from its package, or from beside the bundle, which takes all of them along. */
export const readAsset = (path: string): Buffer =>
  readFileSync(
    IS_INSTALLED ? new URL(`./assets/${basename(path)}`, import.meta.url) : fileURLToPath(import.meta.resolve(path)),
  )
