// Which tags the release workflow publishes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { releaseNames, whyNotReleased } from '../../packaging/release.ts'
import { REPOSITORY } from '../../packaging/repository.ts'
import { FLAG } from '../support/program.ts'

const EXAMPLE = 'https://github.com/example/qcgate'
const tagged = { tag: 'v1.2.3', version: '1.2.3', repository: EXAMPLE, pushedTo: EXAMPLE }

describe('a release', () => {
  it('is made of the tag that is the version', () => {
    assert.equal(whyNotReleased(tagged), undefined)
    for (const tag of ['v1.2.4', '1.2.3', 'v1.2', 'v1.2.3-rc.1', 'v1.2.3 ']) {
      assert.match(whyNotReleased({ ...tagged, tag }) ?? '', /^Nothing is published of the tag .* version 1\.2\.3/, tag)
    }
  })

  it('is not made while nobody has given the repository', () => {
    assert.match(
      whyNotReleased({ ...tagged, repository: '' }) ?? '',
      /^Nothing is published while .* names no repository\.$/,
    )
  })

  it('is not made in a copy of the repository', () => {
    const fork = whyNotReleased({ ...tagged, pushedTo: 'https://github.com/somebody/qcgate' })
    assert.match(fork ?? '', /^Nothing is published from https:\/\/github\.com\/somebody\/qcgate, /)
  })

  it('goes to `next` before it is one, so that nobody gets it who did not ask', () => {
    assert.deepEqual(releaseNames(tagged), { version: '1.2.3', channel: 'latest', image: 'ghcr.io/example/qcgate' })
    assert.equal(releaseNames({ ...tagged, version: '1.3.0-rc.1' }).channel, 'next')
    assert.equal(
      releaseNames({ ...tagged, repository: 'https://github.com/Example-Org/gate' }).image,
      'ghcr.io/example-org/qcgate',
    )
  })

  it('is asked for by a program that prints names, or one sentence and ends with 2', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    const { origin, pathname } = new URL(REPOSITORY || EXAMPLE)
    const ask = (tag: string) =>
      spawnSync(process.execPath, [FLAG, 'packaging/check-release.ts'], {
        encoding: 'utf8',
        env: { GITHUB_REF_NAME: tag, GITHUB_SERVER_URL: origin, GITHUB_REPOSITORY: pathname.slice(1) },
      })
    const wrong = ask('v0.0.0-none')
    assert.deepEqual([wrong.status, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /^Nothing is published [^\n]*\n$/)
    const right = ask(`v${version}`)
    if (REPOSITORY === '') assert.deepEqual([right.status, right.stdout, right.stderr.split('\n').length], [2, '', 2])
    else assert.match(right.stdout, new RegExp(`^version=${version}\\nchannel=\\w+\\nimage=ghcr\\.io/\\S+\\n$`))
  })
})
