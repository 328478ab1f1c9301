// The program as few files of JavaScript: all that it needs in one folder, and nothing to install.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { FONTS, RENDERER } from '../src/charts/assets.ts'

/** CommonJS parts ask for Node.js's own modules by `require`, which modules of JavaScript do not have. */
const REQUIRE = `import { createRequire as createRequireOfBundle } from 'node:module'
const require = createRequireOfBundle(import.meta.url)`

/**
 * Bundles `root`/src into a folder, and returns what the bundler tells of it. What is imported only when it is wanted is a
 * file of its own (the commands, the sandbox, the Redis client, passkeys), and so is what runs in threads. Identifiers stay as
 * they are, so that an error says where it comes from.
 */
export async function bundle(root: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/main.ts', out: 'main' },
      { in: 'src/charts/worker.ts', out: 'worker' },
      { in: 'src/storage/checkpoint-thread.ts', out: 'checkpoint' },
      ...[RENDERER, ...FONTS].map((path) => ({ in: path, out: `assets/${basename(path, extname(path))}` })),
    ],
    outdir: folder,
    chunkNames: '[name]-[hash]',
    alias: { debug: './packaging/debug.ts', http: './packaging/http.cjs', 'node:http': './packaging/http.cjs' },
    loader: { '.wasm': 'copy', '.ttf': 'copy' },
    plugins: [textInside],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none', // THIRD-PARTY-LICENSES.txt has the texts
    preserveSymlinks: true, // names what is in node_modules the same way, wherever that folder lies
    keepNames: true, // two classes of one name would get a number, and oidc-provider stores by the names of its classes
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: 'warning',
  })
  const files = Object.keys(metafile.outputs).filter((file) => file.endsWith('.js'))
  let isNaming = false
  for (const file of files.map((output) => join(folder, basename(output)))) {
    const program = readFileSync(file, 'utf8')
    isNaming ||= program.includes(NAMING)
    writeFileSync(file, inAscii(program.replace(NAMING, NAMING_ONCE)))
  }
  if (!isNaming) throw new Error('the bundler names functions in another way than it did')
  return metafile
}

/** What `keepNames` makes of every function, each time that it is made. */
const NAMING = '(target,value)=>__defProp(target,"name",{value,configurable:!0})'
/** Nearly all functions have the name that they are to keep, and to give it to them again takes longer than to look. */
const NAMING_ONCE = `(target,value)=>target.name===value?target:${NAMING.split('=>')[1]}`

/**
 * The same program without other characters: V8 keeps two bytes for each character of a file that has one of them. The bundler writes
 * them out in texts, but not in templates with a tag, of which nobody here reads the raw form, nor in regular expressions.
 */
const inAscii = (program: string): string =>
  program.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** What the sources read from documents beside them, the bundle has in it. */
const textInside: Plugin = {
  name: 'text-inside',
  setup({ onLoad }) {
    onLoad({ filter: /documents-text\.ts$/ }, async ({ path }) => ({
      contents: `export const DOCUMENTS = ${JSON.stringify((await import(path)).DOCUMENTS)}`,
    }))
  },
}
