import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { refused, sandboxClient, useSandbox } from '../support/sandbox-client.ts'

const POEM = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n'

describe('files in the sandbox', () => {
  const sandbox = useSandbox()
  const call = sandboxClient(sandbox)
  let projectId: number
  beforeEach(async () => {
    projectId = (await call('/projects/create', { name: 'Files', language: 'Py' })).projects[0].projectId
  })

  const create = (name: string, content?: string) => call('/files/create', { projectId, name, content })
  const content = async (name: string) => (await call('/files/read', { projectId, name })).files?.[0].content
  const patch = (text: string) => call('/files/patch', { projectId, patch: text })

  it('a file is created, read, changed, renamed and deleted', async () => {
    const [file] = (await create('alpha/util.py', 'x = 1\n')).files
    assert.equal(String(file.id).length, 9)
    assert.deepEqual((await call('/files/read', { projectId, name: 'alpha/util.py' })).files, [file])
    const changed = await call('/files/update', { projectId, name: 'alpha/util.py', content: 'x = 2\n' })
    assert.equal(changed.files[0].content, 'x = 2\n')
    const renamed = await call('/files/update', { projectId, name: 'alpha/util.py', newName: 'beta.py' })
    assert.deepEqual(renamed, { success: true })
    assert.equal(await content('beta.py'), 'x = 2\n')
    assert.deepEqual(await call('/files/delete', { projectId, name: 'beta.py' }), { success: true })
    assert.deepEqual(await call('/files/read', { projectId, name: 'beta.py' }), refused('File not found: beta.py'))
  })

  it('a missing file is named in the refusal', async () => {
    for (const [path, args] of [
      ['/files/read', {}],
      ['/files/update', { content: 'x' }],
      ['/files/update', { newName: 'other.py' }],
      ['/files/delete', {}],
    ] as const) {
      const answer = await call(path, { projectId, name: 'nowhere.py', ...args })
      assert.deepEqual(answer, refused('File not found: nowhere.py'))
    }
  })

  it('no content makes an empty file, while empty content is refused', async () => {
    assert.equal((await create('empty.py')).files[0].content, '')
    assert.deepEqual(await create('other.py', ''), refused('File content is empty'))
    const emptied = await call('/files/update', { projectId, name: 'main.py', content: '' })
    assert.deepEqual(emptied, refused('File content is empty'))
  })

  it('a file that exists is not created again, nor another renamed to it', async () => {
    assert.deepEqual(await create('main.py', 'x'), refused('File already exists'))
    const renamed = await call('/files/update', { projectId, name: 'research.ipynb', newName: 'main.py' })
    assert.deepEqual(renamed, refused('File already exists'))
  })

  it('a bad extension is refused', async () => {
    for (const name of ['tool.exe', 'main', '', 'folder/.py']) {
      assert.deepEqual(await create(name, 'x'), refused('File extension is not valid.'), name)
    }
  })

  it("content over the project's maxFileSize is refused in words", async () => {
    const { maxFileSize } = (await call('/projects/read', { projectId })).projects[0]
    assert.equal((await create('fits.py', '#'.repeat(maxFileSize))).success, true)
    const { success, errors } = await create('large.py', '#'.repeat(maxFileSize + 1))
    assert.equal(success, false)
    assert.match(errors[0], /65537 bytes is over the limit of 65536 bytes/)
  })

  it('a project holds fifty files', async () => {
    for (let count = 2; count < 50; count += 1) await create(`file${count}.py`, 'x')
    assert.deepEqual(await create('one-more.py', 'x'), refused('A project holds at most 50 files'))
  })

  it('a patch changes several places and files at once', async () => {
    await create('poem.txt', POEM)
    await create('gone.txt', 'bye\n')
    const answer = await patch(
      [
        'diff --git a/poem.txt b/poem.txt',
        'index 1111111..2222222 100644',
        '--- a/poem.txt',
        '+++ b/poem.txt',
        '@@ -1,3 +1,4 @@',
        ' one',
        '-two',
        '+TWO',
        '+and a half',
        ' three',
        '@@ -8 +9 @@ seven',
        '-eight',
        '+EIGHT',
        '--- /dev/null',
        '+++ b/new.txt',
        '@@ -0,0 +1,2 @@',
        '+hello',
        '+again',
        '--- a/gone.txt',
        '+++ /dev/null',
        '@@ -1 +0,0 @@',
        '-bye',
        '',
      ].join('\n'),
    )
    assert.deepEqual(answer, { success: true })
    assert.equal(await content('poem.txt'), 'one\nTWO\nand a half\nthree\nfour\nfive\nsix\nseven\nEIGHT\n')
    assert.equal(await content('new.txt'), 'hello\nagain\n')
    assert.equal(await content('gone.txt'), undefined)
  })

  it('a patch finds its lines when its numbers are off', async () => {
    await create('poem.txt', POEM)
    await patch('--- a/poem.txt\n+++ b/poem.txt\n@@ -1,2 +1,2 @@\n five\n-six\n+SIX\n')
    assert.equal(await content('poem.txt'), POEM.replace('six', 'SIX'))
  })

  it('a patch finds its lines among thousands that look the same, and is refused when one is not there', async () => {
    const count = 15_000
    const equal = 'x\n'.repeat(count)
    await create('x.txt', `${equal}y\n${equal}`)
    const hunk = (lines: number, text: string) =>
      patch(`--- a/x.txt\n+++ b/x.txt\n@@ -1,${lines} +1,${lines - 1} @@\n${text}`)
    const context = ' x\n'.repeat(count)
    assert.deepEqual(await hunk(count + 1, `${context}-z\n`), refused('Patch is not valid'))
    assert.deepEqual(await hunk(count + 2, `${context} x\n-y\n`), refused('Patch is not valid'))
    assert.equal((await patch('--- a/x.txt\n+++ b/x.txt\n@@ -20000,2 +20000,2 @@\n x\n-y\n+z\n')).success, true)
    assert.equal(await content('x.txt'), `${equal}x\nz\n${equal}`.replace('x\n', ''))
    const more = `--- a/x.txt\n+++ b/x.txt\n@@ -1,3 +1,2 @@\n x\n x\n-z\n`
    assert.equal((await patch(more)).success, true)
    assert.equal(await content('x.txt'), `${equal}${equal}`)
  })

  it('a patch of a million characters, fifty files and a million looks at most is taken', async () => {
    await create('x.txt', 'x\n'.repeat(30_000))
    const files = '--- a/x.txt\n+++ b/x.txt\n@@ -1,1 +1,1 @@\n-x\n+x\n'
    const far = `--- a/x.txt\n+++ b/x.txt\n${'@@ -99999,1 +1,1 @@\n-x\n+x\n'.repeat(1_000)}`
    for (const text of [files.repeat(51), `${files}${' '.repeat(1_000_000)}`, far])
      assert.deepEqual(await patch(text), refused('Patch is not valid'))
    assert.equal((await patch(files.repeat(50))).success, true)
  })

  it('a patch can take the last newline away and give it back', async () => {
    await create('poem.txt', 'one\ntwo\n')
    await patch('--- a/poem.txt\n+++ b/poem.txt\n@@ -2 +2 @@\n-two\n+two\n\\ No newline at end of file\n')
    assert.equal(await content('poem.txt'), 'one\ntwo')
    await patch('--- a/poem.txt\n+++ b/poem.txt\n@@ -2 +2 @@\n-two\n\\ No newline at end of file\n+two\n')
    assert.equal(await content('poem.txt'), 'one\ntwo\n')
  })

  it('a blank, malformed or unfitting patch is refused and changes nothing', async () => {
    await create('poem.txt', POEM)
    const good = '--- a/poem.txt\n+++ b/poem.txt\n@@ -1 +1 @@\n-one\n+ONE\n'
    for (const bad of [
      '',
      'please change one to two',
      '--- a/poem.txt\n',
      '--- a/poem.txt\n+++ b/poem.txt\n',
      '--- a/poem.txt\n+++ b/poem.txt\n@@ -1,5 +1 @@\n-one\n+ONE\n',
      `${good}@@ -3 +3 @@\n-thirty\n+THREE\n`,
    ]) {
      assert.deepEqual(await patch(bad), refused('Patch is not valid'), bad)
    }
    assert.equal(await content('poem.txt'), POEM)
    const missing = await patch(good.replaceAll('poem', 'prose'))
    assert.deepEqual(missing, refused('File not found: prose.txt'))
  })
})
