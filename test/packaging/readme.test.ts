// The README that the package brings along, made from the real one and from a small one.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { between, cloneLines, packageReadme } from '../../packaging/readme.ts'
import { REPOSITORY } from '../../packaging/repository.ts'

const EXAMPLE = 'https://github.com/example/qcgate'
const README = readFileSync('README.md', 'utf8')
const SMALL = `# qcgate

![A page: what it may do](docs/pictures/consent.png)

<!-- start -->
## Two commands

<!-- repository -->
<!-- /repository -->

\`npm start\`
<!-- /start -->

See [limits](docs/operating.md#limits-of-calls), [the
standard](https://www.rfc-editor.org/rfc/rfc9728) and [above](#qcgate). \`npm run qcgate -- doctor URL\`
`
const targetsOf = (text: string) => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

describe('README.md says where a clone comes from', () => {
  it('in words while no repository is named', () => {
    assert.equal(cloneLines(''), 'Get the sources with `git clone`, and in their folder:')
  })

  it('with the two commands once one is, and the name of its folder', () => {
    assert.equal(cloneLines(EXAMPLE), `\`\`\`sh\ngit clone ${EXAMPLE}\ncd qcgate\n\`\`\``)
    assert.match(cloneLines('https://git.example.org/desk/gate'), /^cd gate$/m)
  })
})

describe('the README of the package', () => {
  const made = (repository: string, readme = SMALL) => packageReadme({ readme, version: '1.2.3', repository })

  it('says npx in place of a clone, and where data and keys lie', () => {
    for (const [repository, program] of [
      ['', 'npx ./qcgate-1.2.3.tgz'], // the file at hand, since the name at npm is nobody's yet
      [EXAMPLE, 'npx qcgate@1.2.3'],
    ] as const) {
      const text = made(repository)
      assert.ok(text.includes(`\n${program}\n`))
      assert.equal(/made before its release/.test(text), repository === '')
      assert.match(text, /Node\.js 24 or later/)
      for (const folder of [
        '~/.local/share/qcgate',
        '~/Library/Application Support/qcgate',
        '%LOCALAPPDATA%\\qcgate',
      ]) {
        assert.ok(text.includes(folder), folder)
      }
      assert.ok(text.includes(`\`${program} doctor URL\``))
      assert.doesNotMatch(text, /npm start|npm run|repository -->/)
    }
  })

  it('leads to the repository at the tag of its version, pictures to the file itself', () => {
    assert.deepEqual(targetsOf(made(EXAMPLE)), [
      `${EXAMPLE}/raw/v1.2.3/docs/pictures/consent.png`,
      `${EXAMPLE}/blob/v1.2.3/docs/operating.md#limits-of-calls`,
      'https://www.rfc-editor.org/rfc/rfc9728',
      '#qcgate',
    ])
  })

  it('keeps the words and loses the links and pictures while there is no repository', () => {
    const text = made('')
    assert.deepEqual(targetsOf(text), ['https://www.rfc-editor.org/rfc/rfc9728', '#qcgate'])
    assert.match(text, /^See limits, \[the\nstandard]/m)
    assert.match(text, /^# qcgate\n\n<!-- start -->\n/)
  })

  it('is made of the real one, of which nothing about a clone is left', () => {
    for (const repository of ['', EXAMPLE]) {
      const text = made(repository, README)
      assert.doesNotMatch(text, /npm (start|test|run)/)
      const relative = targetsOf(text).filter((target) => !/^(https:|#)/.test(target))
      assert.deepEqual(relative, [])
    }
    assert.doesNotMatch(made('', README), /!\[/)
  })

  it('is not made where the part to replace cannot be found', () => {
    assert.throws(() => made('', SMALL.replace('<!-- /start -->', '')), /no <!-- start -->/)
  })
})

describe('README.md', () => {
  it('links to files, which have a page of their own in a repository, and not to folders', () => {
    for (const target of targetsOf(README).filter((one) => !/^(https?:|#)/.test(one))) {
      assert.ok(statSync(target.replace(/#.*/, '')).isFile(), target)
    }
  })

  it('holds the lines that are made of the repository', () => {
    assert.equal(
      between('repository', README, () => `${cloneLines(REPOSITORY)}\n`),
      README,
    )
  })
})
