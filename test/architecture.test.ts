// The building plan, held: who may know of whom.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const read = (file: string): string => readFileSync(join(SRC, file), 'utf8')

/** The files of ours that a file imports, by any form of import, types included. */
const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, path = '']) =>
    relative(SRC, join(SRC, dirname(file), path)),
  )

/** The files of ours that are loaded together with a file: no types, and nothing that is imported only when it is wanted. */
const loadedWith = (file: string): string[] =>
  [...read(file).matchAll(/^(?:import (?!type\b)|export [{*])[^'"]*?from '(\.[^']+)'/gm)].map(([, path = '']) =>
    relative(SRC, join(SRC, dirname(file), path)),
  )

/** Everything a file reaches, step by step. */
function reaches(file: string, stepsOf = importsOf, seen = new Set<string>()): Set<string> {
  for (const next of stepsOf(file)) {
    if (seen.has(next)) continue
    seen.add(next)
    if (next.endsWith('.ts')) reaches(next, stepsOf, seen)
  }
  return seen
}

const within = (folder: string) => FILES.filter((file) => file.startsWith(`${folder}/`))
const AS = 'authorization-server'
const RS = 'resource-server'
/** The program, which stands above both parties. */
const COMMANDS = 'commands'
/** What both parties may import, and what imports neither of them. */
const SHARED = [
  'accounts',
  'audit',
  'charts',
  'grants',
  'key-files',
  'observability',
  'quantconnect',
  'rate-limits',
  'sandbox',
  'storage',
  'vault',
]

/** A circle of imports, file by file; undefined when there is none. */
function circleIn(files: readonly string[]): string[] | undefined {
  const done = new Set<string>()
  function walk(file: string, path: readonly string[]): string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file) || !files.includes(file)) return undefined
    for (const next of importsOf(file)) {
      const circle = walk(next, [...path, file])
      if (circle) return circle
    }
    done.add(file)
    return undefined
  }
  for (const file of files) {
    const circle = walk(file, [])
    if (circle) return circle
  }
  return undefined
}

describe('architecture', () => {
  for (const [one, other] of [
    [AS, RS],
    [RS, AS],
  ] as const) {
    it(`keeps ${one} from knowing ${other}, even through others`, () => {
      assert.ok(within(one).length > 5)
      for (const file of within(one)) {
        const known = [...reaches(file)].filter((path) => path.startsWith(`${other}/`))
        assert.deepEqual(known, [], file)
      }
    })
  }

  it('has no rooms but the two parties, what they share and the program, and CONTRIBUTING.md names all of them', () => {
    const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    assert.deepEqual(rooms.map(({ name }) => name).sort(), [AS, RS, COMMANDS, ...SHARED].sort())
    const guide = readFileSync(join(SRC, '../CONTRIBUTING.md'), 'utf8')
    for (const { name } of rooms) assert.ok(guide.includes(`\`${name}/\``), name)
  })

  it('has no circle of imports, types included', () => {
    assert.equal(circleIn(FILES)?.join(' -> '), undefined)
  })

  it('has no exported name with two meanings', () => {
    const places = new Map<string, string[]>()
    for (const file of FILES.filter((one) => !one.endsWith('.d.ts'))) {
      for (const [, name = ''] of read(file).matchAll(
        /^export (?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm,
      )) {
        places.set(name, [...(places.get(name) ?? []), file])
      }
    }
    assert.ok(places.size > 500)
    const twice = [...places].filter(([, files]) => new Set(files).size > 1)
    assert.deepEqual(twice, [])
  })

  for (const supplier of SHARED) {
    it(`keeps ${supplier}, which both may know, from knowing either`, () => {
      assert.ok(within(supplier).length)
      for (const file of within(supplier)) {
        const known = [...reaches(file)].filter((path) => path.startsWith(`${AS}/`) || path.startsWith(`${RS}/`))
        assert.deepEqual(known, [], file)
      }
    })
  }

  it('keeps everything that the program is made of from knowing the program', () => {
    assert.ok(within(COMMANDS).length)
    const knowing = FILES.filter(
      (file) => !file.startsWith(`${COMMANDS}/`) && importsOf(file).some((path) => path.startsWith(`${COMMANDS}/`)),
    )
    assert.deepEqual(
      knowing.filter((file) => file !== 'main.ts'),
      [],
    )
  })

  it('keeps the doctor from knowing anything of the server that it judges', () => {
    const doctor = `${COMMANDS}/doctor`
    assert.ok(within(doctor).length > 5)
    for (const file of within(doctor)) {
      const known = [...reaches(file)].filter((path) => !path.startsWith(`${doctor}/`))
      assert.deepEqual(known, [], file)
    }
  })

  it('keeps the vocabulary and the storage interface from knowing anybody', () => {
    assert.deepEqual(importsOf('scopes.ts'), [])
    assert.deepEqual(importsOf('storage/store.ts'), [])
  })

  it('joins the two parties on one page', () => {
    const joins = FILES.filter((file) => {
      const known = importsOf(file)
      return known.some((path) => path.startsWith(`${AS}/`)) && known.some((path) => path.startsWith(`${RS}/`))
    })
    assert.deepEqual(joins, ['app.ts'])
  })

  it('loads the sandbox only where it is on, and no command before it is called', () => {
    const loaded = reaches('commands/serve.ts', loadedWith)
    assert.ok(loaded.size > 100)
    assert.deepEqual(
      [...loaded].filter((file) => file.startsWith('sandbox/')),
      [],
    )
    assert.ok(reaches('main.ts', loadedWith).size < 12)
  })

  it('has one reader of the environment', () => {
    const readers = FILES.filter((file) =>
      /\bprocess\s*\.\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/.test(read(file)),
    )
    assert.deepEqual(readers, ['main.ts'])
  })

  it('has importing do nothing that can be heard: only main.ts writes to the console', () => {
    assert.deepEqual(
      FILES.filter((file) => /\bconsole\.|\bstd(out|err)\./.test(read(file))),
      ['main.ts'],
    )
  })
})
