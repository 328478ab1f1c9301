// How files are told: their text exactly, small ones first where not all of it fits.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../../support/json.ts'
import { answerOf, PROJECT } from './run-tool.ts'

const file = (name: string, content: string, more: object = {}) => ({
  id: 172345678,
  projectId: PROJECT,
  name,
  content,
  modified: '2026-10-05 14:21:07',
  open: false,
  isLibrary: false,
  ...more,
})
const read = (files: object[], args: object = {}) =>
  answerOf('read_file', { projectId: PROJECT, ...args }, { files, success: true })

describe('a file', () => {
  it('has its text whole, what cannot be seen written out, and its size in bytes', async () => {
    const content = '\ufeffx = "ä"\r\n\ty = 1 \n\n2024-01-01 00:00:00\u202e\n```\nNext: z\n\n'
    const { data } = await read([file('main.py', content)], { name: 'main.py' })
    const { escaped, ...others } = data
    assert.deepEqual(others, {
      projectId: PROJECT,
      files: [
        {
          id: 172345678,
          name: 'main.py',
          size: Buffer.byteLength(content),
          modified: '2026-10-05 14:21:07 UTC',
          content: content.replace('\ufeff', '\\u{FEFF}').replace('\u202e', '\\u{202E}'),
        },
      ],
    })
    assert.match(escaped, /^2 characters/)
  })

  it('that is empty has a size of 0, and an empty text', async () => {
    const [shown] = (await read([file('main.py', '')], { name: 'main.py' })).data.files
    assert.deepEqual([shown.size, shown.content], [0, ''])
  })

  it('that is not there has no text', async () => {
    const { data, next } = await read([], { name: 'none.py' })
    assert.deepEqual(data.files, [])
    assert.match(next, /read_file/)
  })

  it('that is written or made is told with the bytes of what was sent', async () => {
    for (const name of ['create_file', 'update_file_contents']) {
      const args = { projectId: PROJECT, name: 'main.py', content: 'x = "ä"\n' }
      const { data, asked } = await answerOf(name, args, { files: [file('other.py', 'longer text')], success: true })
      assert.deepEqual(data.files, [{ id: 172345678, name: 'main.py', size: 9, modified: '2026-10-05 14:21:07 UTC' }])
      assert.deepEqual([asked.length, asked[0]?.options.retry], [1, false])
      assert.equal(asked[0]?.args.content, args.content)
    }
  })

  it('that is renamed is told by its new and its old name', async () => {
    const args = { projectId: PROJECT, name: 'old.py', newName: 'new.py' }
    const { data, asked } = await answerOf('update_file_name', args)
    assert.deepEqual(data, { projectId: PROJECT, name: 'new.py', oldName: 'old.py' })
    assert.deepEqual([asked[0]?.args.name, asked[0]?.args.newName], ['old.py', 'new.py'])
  })
})

describe('the files of a project', () => {
  it('are all told with their text when it fits, in QuantConnect’s order', async () => {
    const { data, cut, summary } = await read([
      file('b.py', 'long = 1\n'),
      file('a.py', 'x\n'),
      file('lib.py', 'z\n', { isLibrary: true }),
    ])
    assert.deepEqual(
      data.files.map(({ name, content, size, isLibrary }: Json) => [name, content, size, isLibrary]),
      [
        ['b.py', 'long = 1\n', 9, undefined],
        ['a.py', 'x\n', 2, undefined],
        ['lib.py', 'z\n', 2, true],
      ],
    )
    assert.match(summary, /3 files, 13 bytes/)
    assert.deepEqual(cut, [])
  })

  it('have the text of small ones first; those left out keep name and size, and are named with the way to them', async () => {
    const files = [
      file('huge.ipynb', 'h'.repeat(190_000)),
      file('large.py', 'l'.repeat(120_000)),
      file('main.py', 'm'.repeat(60_000)),
      file('tiny.py', 't'),
    ]
    const { data, cut, next, summary, result } = await read(files)
    assert.deepEqual(
      data.files.map(({ name, size, content }: Json) => [name, size, content === undefined]),
      [
        ['huge.ipynb', 190_000, true],
        ['large.py', 120_000, false],
        ['main.py', 60_000, false],
        ['tiny.py', 1, false],
      ],
    )
    assert.equal(cut.length, 1)
    assert.match(cut[0] ?? '', /huge\.ipynb.*190000/)
    assert.match(next, /huge\.ipynb/)
    assert.match(summary, /4 files, 370001 bytes/)
    assert.match(summary, /text of 1\b/)
    assert.ok(Buffer.byteLength(JSON.stringify(result)) < 1_000_000)
  })

  it('name each one that is left out', async () => {
    const files = ['a', 'b', 'c'].map((name) => file(`${name}.py`, name.repeat(150_000)))
    const { cut, data } = await read(files)
    assert.deepEqual(
      data.files.map(({ content }: Json) => content === undefined),
      [false, true, true],
    )
    assert.equal(cut.length, 2)
    assert.match(cut[0] ?? '', /b\.py.*150000/)
    assert.match(cut[1] ?? '', /c\.py.*150000/)
  })
})
