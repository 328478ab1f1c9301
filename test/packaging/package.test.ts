// What a release publishes: how much it is, what is in it, and that the same sources make the same bytes.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Version } from '@cyclonedx/cyclonedx-library/Spec'
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation'
import { temporaryFolder } from '../support/folder.ts'
import type { Json } from '../support/json.ts'
import { buildPackage, filesIn, measure, usePackage } from '../support/package.ts'

const UNPACKED_AT_MOST = 10_000_000
const PACKED_AT_MOST = 4_000_000
const FILES_AT_MOST = 50

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('the package', () => {
  const build = usePackage()
  const read = (file: string) => readFileSync(join(build().folder, file), 'utf8')

  it(`is ${UNPACKED_AT_MOST / 1e6} MB unpacked and ${PACKED_AT_MOST / 1e6} MB to download at most`, (t) => {
    const { files, unpacked, packed } = measure(build())
    t.diagnostic(`${files} files, ${unpacked} bytes unpacked, ${packed} bytes to download`)
    assert.ok(unpacked <= UNPACKED_AT_MOST, `${unpacked} bytes`)
    assert.ok(packed <= PACKED_AT_MOST, `${packed} bytes`)
    assert.ok(files <= FILES_AT_MOST, `${files} files`)
  })

  it('holds what runs and what must be said, and neither sources, tests, scripts, keys nor data', () => {
    const files = filesIn(build().folder)
    assert.deepEqual(
      files.filter((file) => !file.startsWith('dist/')),
      [
        'CHANGELOG.md',
        'LICENSE',
        'NOTICE',
        'README.md',
        'THIRD-PARTY-LICENSES.txt',
        'bom.json',
        'package.json',
        'qcgate.cjs',
      ],
    )
    assert.deepEqual(
      files.filter(
        (file) => file.startsWith('dist/') && !/^dist\/([\w-]+\.js|assets\/[\w-]+\.(js|css|wasm|ttf))$/.test(file),
      ),
      [],
    )
  })

  it('asks for Node.js 24 and for nothing to be installed with it', () => {
    const { dependencies, optionalDependencies, scripts, bin, engines, keywords } = JSON.parse(read('package.json'))
    assert.deepEqual([dependencies, optionalDependencies, scripts], [undefined, undefined, undefined])
    assert.deepEqual([bin, engines], [{ qcgate: 'qcgate.cjs' }, { node: '>=24' }])
    assert.ok(keywords.includes('mcp') && keywords.includes('quantconnect'))
    assert.match(read('qcgate.cjs'), /^#!\/usr\/bin\/env node\n/)
  })

  it('loads itself and Node.js, and nothing that may lie in a node_modules above it', () => {
    const { outputs } = build().metafile
    const asked = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external))
    assert.ok(asked.length > 0)
    assert.deepEqual(
      asked.filter(({ path }) => !isBuiltin(path)),
      [],
    )
  })

  it('names no folder of the machine that it was built on', () => {
    for (const file of filesIn(build().folder).filter((one) => !/\.(wasm|ttf)$/.test(one))) {
      assert.ok(!read(file).includes(process.cwd()), file)
    }
  })

  it('can be read by everybody, and run by nobody but where it begins', () => {
    const modes = new Map<string, string[]>()
    for (const file of ['', ...readdirSync(build().folder, { recursive: true, encoding: 'utf8' })]) {
      const mode = (statSync(join(build().folder, file)).mode & 0o777).toString(8)
      modes.set(mode, [...(modes.get(mode) ?? []), file])
    }
    assert.deepEqual(modes.get('755')?.sort(), ['', 'dist', 'dist/assets', 'qcgate.cjs'])
    assert.deepEqual([...modes.keys()].sort(), ['644', '755'])
  })

  it('is the same, byte by byte, when it is built again elsewhere, by somebody who closes what they make', async () => {
    const elsewhere = temporaryFolder()
    const umask = process.umask(0o077)
    try {
      const into = join(elsewhere.path, 'deeper', 'down')
      const others = ['mine.txt', 'qcgate-0.0.1.tgz', 'package/stale.js'].map((file) => join(into, file))
      mkdirSync(join(into, 'package'), { recursive: true })
      for (const file of others) writeFileSync(file, '')
      const again = await buildPackage(into)
      // What an earlier build left is gone, and nothing that is somebody's own.
      assert.deepEqual(others.map(existsSync), [true, false, false])
      for (const file of filesIn(build().folder)) {
        assert.equal(sha256(join(again.folder, file)), sha256(join(build().folder, file)), file)
      }
      assert.equal(sha256(again.tgz), sha256(build().tgz))
    } finally {
      process.umask(umask)
      elsewhere.remove()
    }
  })

  /** The packages that the bundler took something of, read from its list in a way of our own. */
  const bundled = () => {
    const inputs = Object.values(build().metafile.outputs).flatMap((output) => Object.keys(output.inputs))
    const folders = inputs.flatMap((input) => {
      const parts = input.split('node_modules/')
      const [scope = '', name = ''] = (parts.at(-1) ?? '').split('/')
      return parts.length < 2
        ? []
        : [
            `${parts.slice(0, -1).join('node_modules/')}node_modules/${scope.startsWith('@') ? `${scope}/${name}` : scope}`,
          ]
    })
    return [...new Set(folders)].map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return { name, version, license }
    })
  }

  it('has a bill of materials that names every package of the bundle, with its licence (CycloneDX 1.6)', async () => {
    const problem = await new JsonStrictValidator(Version.v1dot6).validate(read('bom.json'))
    assert.equal(problem, null)
    const { metadata, components } = JSON.parse(read('bom.json'))
    assert.equal(metadata.component.name, 'qcgate')
    const named = new Map<string, string>(
      components.map(({ group, name, version, licenses }: Json) => [
        `${group ? `${group}/` : ''}${name}@${version}`,
        JSON.stringify(licenses),
      ]),
    )
    assert.ok(bundled().length > 100)
    for (const { name, version, license } of bundled()) {
      assert.ok(named.get(`${name}@${version}`)?.includes(`"${license}"`), `${name}@${version}`)
    }
    // What went into files that were bundled before they came to us.
    for (const name of [
      'zrender',
      'tslib',
      'ajv',
      'ajv-formats',
      'fast-uri',
      'fast-deep-equal',
      'json-schema-traverse',
    ])
      assert.ok(
        [...named.keys()].some((one) => one.startsWith(`${name}@`)),
        name,
      )
  })

  it('passes on the licence of every package of the bundle, in its own words', () => {
    const texts = read('THIRD-PARTY-LICENSES.txt')
    for (const { name, version, license } of bundled()) {
      assert.ok(texts.includes(`\n${name}@${version} (${license}, `), name)
    }
    // One licence of each kind, by a sentence of it.
    for (const words of [
      'Permission is hereby granted, free of charge',
      'Permission to use, copy, modify, and/or distribute',
      'Redistribution and use in source and binary forms',
      'TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION',
      'SIL OPEN FONT LICENSE',
      'https://spdx.org/licenses/MPL-2.0.html',
      'Copyright 2017 Andrey Sitnik', // a notice of third parties beside a licence
      'Copyright (c) 2024 Viva Republica', // in the comments of files that were taken over from elsewhere
      'Copyright (c) 2022-2023, Redis, Inc.',
      'Copyright 2010 Salvatore Sanfilippo',
    ]) {
      assert.ok(texts.includes(words), words)
    }
  })

  it('keeps what is rarely used out of what every start loads', () => {
    const { outputs } = build().metafile
    const loaded = new Set<string>()
    const load = (file: string) => {
      if (loaded.has(file)) return
      loaded.add(file)
      for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') load(path)
    }
    const serve = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === 'src/commands/serve.ts') ?? ''
    load(serve)
    const inputs = [...loaded].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
    assert.ok(inputs.some((input) => input.startsWith('node_modules/oidc-provider/')))
    const rare = /node_modules\/(@simplewebauthn|@peculiar|ioredis|echarts|@resvg)\/|^src\/(sandbox|commands\/doctor)\//
    assert.deepEqual(
      inputs.filter((input) => rare.test(input)),
      [],
    )
  })
})
