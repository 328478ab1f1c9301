import assert from 'node:assert/strict'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { makeFolder } from '../src/make-folder.ts'
import { temporaryFolder } from './support/folder.ts'

describe('a folder that a process keeps things in', () => {
  const { path, remove } = temporaryFolder()
  after(remove)
  const file = join(path, 'file')
  const dangling = join(path, 'link')
  writeFileSync(file, '')
  symlinkSync(join(path, 'nowhere'), dangling)

  it('is made with those above it, for its owner only', () => {
    const folder = join(path, 'a', 'b', 'c')
    makeFolder(folder)
    for (const one of [folder, join(path, 'a', 'b'), join(path, 'a')]) assert.equal(statSync(one).mode & 0o777, 0o700)
  })

  it('stays as it is when it is there, also behind a link', () => {
    const folder = join(path, 'there')
    const link = join(path, 'leads-there')
    mkdirSync(folder, { mode: 0o755 })
    symlinkSync(folder, link)
    for (const one of [folder, `${folder}/`, link, join(folder, '.'), '.', '/', path]) makeFolder(one)
    assert.equal(statSync(folder).mode & 0o777, 0o755)
    makeFolder(join(link, 'below'))
    assert.ok(statSync(join(folder, 'below')).isDirectory())
  })

  for (const [where, folder] of Object.entries({
    'where a file is': file,
    'below a file': join(file, 'a', 'b'),
    'where a link leads nowhere': dangling,
    'below a link that leads nowhere': join(dangling, 'a', 'b'),
    'in a file system that takes none': '/proc/nope',
    'deep in one that takes none': '/proc/nope/not/here',
    'in one that takes none, below a folder': '/proc/self/nope',
  })) {
    it(`cannot be made ${where}, which is known at once`, () => {
      assert.throws(() => makeFolder(folder), /^Error: E[A-Z]+: /)
    })
  }
})
