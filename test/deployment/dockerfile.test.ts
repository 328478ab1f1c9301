// The image: what is built for it, and what is left in it.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, describe, it } from 'node:test'
import { runCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/folder.ts'
import { dockerfile, lastStage, read, stages, variables, withoutComments } from './files.ts'

const ENGINE = '/nodejs/bin/node' // where the base has Node.js
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '))

describe('Dockerfile', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())

  it('sets no variable that nobody reads', () => {
    const [, list = ''] = /^ENV (.*)$/m.exec(lastStage) ?? []
    const set = list.split(' ').map((one) => one.split('='))
    assert.deepEqual(
      set.map(([name = '']) => name).filter((name) => !variables.includes(name)),
      ['NODE_ENV'],
    )
    const { HOST, DATA_DIR = '', KEYS_DIR = '' } = Object.fromEntries(set)
    assert.equal(HOST, '0.0.0.0')
    const [, volume = ''] = /^VOLUME \["(.*)"\]$/m.exec(lastStage) ?? []
    assert.ok(DATA_DIR.startsWith(`${volume}/`) && KEYS_DIR.startsWith(`${volume}/`))
  })

  it('builds and runs on the Node.js that package.json asks for', () => {
    const { engines } = JSON.parse(read('package.json'))
    const [build = '', final = ''] = stages
    assert.equal(stages.length, 2)
    assert.match(build, /^--platform=\$BUILDPLATFORM node:24-slim AS build\n/)
    assert.match(final, /^gcr\.io\/distroless\/nodejs24-debian13:nonroot\n/)
    assert.equal(engines.node, '>=24')
  })

  it('copies what is there, and .dockerignore lets it in', () => {
    const ignore = withoutComments(read('.dockerignore')).trim().split('\n')
    assert.equal(ignore[0], '*')
    const let_in = ignore.slice(1).map((line) => line.replace(/^!/, ''))
    for (const file of copied) {
      const inside = let_in.some((path) => file === path || file.startsWith(`${path}/`))
      assert.ok(existsSync(file) && inside, file)
    }
    for (const file of let_in) assert.ok(copied.includes(file), `${file} is let in and not used`)
  })

  it('copies all that the build reads', async () => {
    for (const file of copied) {
      mkdirSync(dirname(join(folder.path, file)), { recursive: true })
      cpSync(file, join(folder.path, file), { recursive: true })
    }
    // The set-up of its layer. Entry by entry, so that an install there could never empty the folder here.
    mkdirSync(join(folder.path, 'node_modules'))
    for (const entry of readdirSync('node_modules')) {
      symlinkSync(resolve('node_modules', entry), join(folder.path, 'node_modules', entry))
    }
    await runCommand('npm', ['run', 'build'], folder.path)
    const { inputs } = JSON.parse(readFileSync(join(folder.path, 'dist/bundle.json'), 'utf8'))
    // Named as in any other checkout, and so of the same bytes, although node_modules lies elsewhere.
    assert.deepEqual(
      Object.keys(inputs).filter((input) => !/^(node_modules|packaging|src)\//.test(input)),
      [],
    )
    const [, from = ''] = /^COPY --from=build \/build\/(\S+) \.\/$/m.exec(lastStage) ?? []
    const [, program = ''] = entrypoint()
    assert.ok(existsSync(join(folder.path, from, program.replace('/app/', ''))), program)
  })

  it('leaves behind what only the build needs', () => {
    const [build = ''] = stages
    assert.ok(build.indexOf('installDependencies()') < build.indexOf('COPY src'), 'the set-up comes before the sources')
    assert.deepEqual(
      [...lastStage.matchAll(/^COPY (.*)$/gm)].map(([, copy]) => copy),
      ['--from=build /build/dist/package ./', '--from=build --chown=65532:65532 /var/lib/qcgate /var/lib/qcgate'],
    )
    assert.doesNotMatch(lastStage, /^(RUN|ADD|SHELL) /m) // there is nothing that could run it
  })

  it('runs as somebody who is not root, who alone gets at the keys and the data', () => {
    const [, user = ''] = /^USER (\S+)$/m.exec(lastStage) ?? []
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
    assert.ok(lastStage.includes(`--chown=${user} `))
    const [, folders = ''] = /^RUN install -d -m 0700 (.*)$/m.exec(dockerfile) ?? []
    const [, list = ''] = /^ENV (.*)$/m.exec(lastStage) ?? []
    for (const [, path = ''] of list.matchAll(/_DIR=(\S+)/g)) assert.ok(folders.split(' ').includes(path), path)
  })

  it('is the program: its arguments are commands and options, and without any it serves', () => {
    assert.deepEqual(entrypoint(), [ENGINE, '/app/qcgate.cjs'])
    assert.match(lastStage, /^CMD \["serve"\]$/m)
    assert.match(lastStage, /^WORKDIR \/app$/m)
    assert.match(lastStage, /^STOPSIGNAL SIGTERM$/m)
  })

  it('asks whether the process lives, not whether its store does', () => {
    const [, health = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(lastStage) ?? []
    const [program, , script] = JSON.parse(health)
    assert.equal(program, ENGINE) // no shell, and no PATH that names it
    assert.match(script, /\/healthz'/)
    assert.doesNotMatch(script, /readyz/)
  })

  it('says what is in it, as package.json does', () => {
    const { name, description, license } = JSON.parse(read('package.json'))
    const labels = Object.fromEntries(
      [...lastStage.matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    )
    assert.deepEqual(labels, { title: name, description: description.split(':')[0], licenses: license })
  })
})

function entrypoint(): string[] {
  return JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(lastStage)?.[1] ?? '[]')
}
