// Calls as a file, RFC 4180.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { csvOf } from '../../src/audit/csv.ts'
import { toldCall } from './recorded-call.ts'

const HEADER =
  '"time","kind","connection","tool","project","what","ids","outcome","rule","reason","count","duration_ms","reference"\r\n'
const line = async (changes: Parameters<typeof toldCall>[0]) => (await csvOf([toldCall(changes)])).slice(HEADER.length)

describe('what happened as CSV, RFC 4180', () => {
  it('begin with a header line, every cell is in quotes, and every line ends with CRLF (§2.1, §2.3, §2.5)', async () => {
    assert.equal(await csvOf([]), HEADER)
    assert.equal(
      await csvOf([
        toldCall(),
        toldCall({ ids: { projectId: 7, compileId: 'c-1', backtestId: 'b' }, why: 'Not allowed.' }),
      ]),
      `${HEADER}"2027-01-15T12:00:00.000Z","read","Notebook","list_projects","","","","done","","","1","12","bcdf2345"\r\n` +
        '"2027-01-15T12:00:00.000Z","read","Notebook","list_projects","7","","compileId=c-1; backtestId=b","done","","Not allowed.","1","12","bcdf2345"\r\n',
    )
  })

  it('hold a comma, a quote or a line break as they are, quotes doubled (§2.6, §2.7)', async () => {
    for (const [client, cell] of [
      ['one, two', '"one, two"'],
      ['the "best"', '"the ""best"""'],
      ['two\nlines', '"two\nlines"'],
      ['two\r\nlines', '"two\r\nlines"'],
    ] as const) {
      assert.ok((await line({ client })).includes(`,${cell},"list_projects",`), client)
    }
  })

  it('hold no formula that a spreadsheet would run: such a cell begins with an apostrophe', async () => {
    for (const client of ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', ' =1', '\t=1', '\tx', '\r=1']) {
      assert.ok((await line({ client })).includes(`,"'${client}","list_projects",`), client)
    }
    assert.ok(
      (await line({ client: '=HYPERLINK("https://evil.example","x")' })).includes(`,"'=HYPERLINK(""https://evil`),
    )
    assert.ok((await line({ client: 'a=b' })).includes(',"a=b",'))
    assert.ok((await line({ ids: { projectId: '-1' } })).includes(`,"'-1",`))
  })

  it('hold none either for a spreadsheet that ends cells elsewhere: after ; a tab, | , or a line break', async () => {
    for (const [client, cell] of [
      ['Desk;=1+1', "Desk;'=1+1"],
      ['Desk\t+1', "Desk\t'+1"],
      ['Desk|-1', "Desk|'-1"],
      ['Desk,@SUM(A1)', "Desk,'@SUM(A1)"],
      ['Desk\n=1;=2', "Desk\n'=1;'=2"],
      ['Desk; =1', "Desk;' =1"],
    ] as const) {
      assert.ok((await line({ client })).includes(`,"${cell}","list_projects",`), client)
    }
    // A reader of ; would take the doubled quotes for an empty cell, and what follows for the next one.
    assert.ok((await line({ why: 'x;"=1"' })).includes(`,"x;'""=1""",`))
    assert.ok((await line({ client: 'a; b | c, d' })).includes(',"a; b | c, d",'))
  })
})
