// Two hundred calls of all kinds, made by the assistants of two people at the same time, and then what each person reads
// about them: in the line at the top of the account page, in the list, and in the file.
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { SANDBOX_ACCOUNTS } from '../../../src/sandbox/accounts.ts'
import { grantIdOf } from '../../support/access-token.ts'
import { connection, openAccount } from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { messages, rpc, toolCall } from '../../support/mcp-requests.ts'
import { authorizationRequest, redeem, register } from '../../support/raw-client.ts'
import { RawPerson } from '../../support/raw-person.ts'
import { sandboxOf } from '../../support/sandbox.ts'
import { useServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

/** Words of arguments, which must stand nowhere. */
const WRITTEN = { name: 'Plan for the autumn', content: 'SECRET_EDGE = 0.42\n' }

/** A call as its person must find it: which connection, tool, project and outcome. */
type Row = readonly [client: string, tool: string, project: string, outcome: string]
const sorted = (rows: readonly Row[]) => rows.map((row) => row.join(' | ')).toSorted()

describe('two hundred calls of two people', () => {
  const server = useServer({ CALL_BUDGET: '1000,1000,1000,1000' }) // a month of calls is made in a few seconds here
  const browser = useBrowser()
  const made: Record<'alice' | 'bob', Row[]> = { alice: [], bob: [] }
  const tokens: Record<'Desk' | 'Watcher' | 'Helper', string> = { Desk: '', Watcher: '', Helper: '' }
  let alice: Person
  let bob: Person

  async function connect(name: keyof typeof tokens, raw: RawPerson, as: Account, allow: readonly string[]) {
    const client = await register(server, { client_name: name })
    const request = authorizationRequest(server, client)
    tokens[name] = (await redeem(server, client, request, await raw.allow(request.url, allow, as))).access_token
  }
  async function ownProject({ userId }: Account): Promise<number> {
    const account = SANDBOX_ACCOUNTS.find((one) => one.userId === userId)
    const answer = await sandboxOf(server, account)('/projects/create', { name: 'Observed', language: 'Py' })
    return answer.projects[0].projectId
  }

  /** Asks, and hears the answer to its end. */
  const ask = async (client: keyof typeof tokens, body: object) =>
    messages(await rpc(server, tokens[client], body)).then((all) => all.at(-1))
  const tool =
    (client: keyof typeof tokens, name: string, args: Record<string, unknown>, outcome: string) => async () => {
      const project = args.projectId === undefined ? '' : String(args.projectId)
      made[client === 'Helper' ? 'bob' : 'alice'].push([client, name, project, outcome])
      return ask(client, toolCall(name, args))
    }
  const file = (projectId: number) => async () => {
    const uri = `qc://projects/${projectId}/files/main.py`
    made.alice.push(['Desk', 'read_file', String(projectId), 'done'])
    await ask('Desk', { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } })
  }
  const times = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i))

  /** Presses Seen, and waits until there is nothing new. */
  async function seen(page: Page): Promise<void> {
    const button = page.getByRole('button', { name: 'Seen' })
    await button.click()
    await button.waitFor({ state: 'detached' })
  }

  before(async () => {
    ;[alice, bob] = await Promise.all([browser.newPerson(), browser.newPerson()])
    await openAccount(alice.page, server, ALICE)
    const [aliceRaw, bobRaw] = [new RawPerson(server), new RawPerson(server)]
    const read = 'qc:projects:read'
    const works = ['qc:files:read', 'qc:files:write', 'qc:compile:execute', 'qc:backtests:write', 'qc:backtests:read']
    await connect('Desk', aliceRaw, ALICE, [read, ...works])
    await connect('Watcher', aliceRaw, ALICE, [read])
    await connect('Helper', bobRaw, BOB, [read, 'qc:account:read'])
    const [hers, his] = [await ownProject(ALICE), await ownProject(BOB)]
    await alice.page.reload()
    await seen(alice.page)

    const compiled = await tool('Desk', 'create_compile', { projectId: hers }, 'done')()
    await server.advance(5)
    const { compileId } = compiled.result.structuredContent
    const backtest = { projectId: hers, compileId, backtestName: WRITTEN.name }
    await tool('Desk', 'create_backtest', backtest, 'done')()

    const calls = [
      ...times(37, () => tool('Desk', 'read_project', { projectId: hers }, 'done')),
      ...times(20, () => file(hers)),
      ...times(15, () => tool('Desk', 'read_project', { projectId: 1 }, 'failed')),
      ...times(10, (i) => tool('Desk', 'create_file', { projectId: hers, ...WRITTEN, name: `${i}.py` }, 'done')),
      ...times(10, () => tool('Desk', 'delete_project', { projectId: hers }, 'blocked')),
      ...times(5, () => tool('Desk', 'create_file', { projectId: hers, content: WRITTEN.content }, 'failed')),
      ...times(20, () => tool('Watcher', 'list_projects', {}, 'done')),
      ...times(10, () => tool('Watcher', 'create_project', { name: WRITTEN.name, language: 'Py' }, 'blocked')),
      ...times(60, () => tool('Helper', 'read_project', { projectId: his }, 'done')),
      ...times(5, () => tool('Helper', 'read_account', {}, 'done')),
      ...times(5, () => tool('Helper', 'delete_project', { projectId: his }, 'blocked')),
    ]
    // All kinds in turn, and many at once.
    const shuffled = calls.map((_, i) => calls[(i * 83) % calls.length]).filter((one) => one !== undefined)
    while (shuffled.length) await Promise.all(shuffled.splice(0, 24).map((call) => call()))

    await sandboxOf(server)('/sandbox/trouble', { path: '/projects/read', kind: 'slow', seconds: 30 })
    const leaves = new AbortController()
    made.alice.push(['Desk', 'read_project', String(hers), 'failed'])
    const body = toolCall('read_project', { projectId: hers })
    const left = rpc(server, tokens.Desk, body, {}, leaves.signal).catch(() => {})
    const under = async () => (await sandboxOf(server)('/sandbox/trouble')).trouble.length === 0
    await until('the call to be under way', under)
    leaves.abort()
    await left
    const failed = () => server.output().match(/"tool":"read_project","outcome":"failed"/g) ?? []
    await until('the call that was left to be on record', () => failed().length === 16)
    assert.equal(made.alice.length + made.bob.length, 200)
  })

  const news = (page: Page) => page.getByText(/^\s*(Since you last pressed Seen|So far)/).innerText()
  const rowsOn = async (page: Page): Promise<string[][]> => {
    await page.evaluate('for (const tool of document.querySelectorAll(".tool")) tool.open = true')
    const rows = await page.getByRole('row').all()
    const cells = await Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()))
    return cells.filter(({ length }) => length)
  }
  const filter = async (page: Page, choice: Readonly<Record<string, string>>) => {
    for (const name of ['Connection', 'Tool', 'Outcome']) {
      await page.getByLabel(name).selectOption({ label: choice[name] ?? 'all' })
    }
    await page.getByLabel('Show').selectOption({ label: choice.Show ?? 'everything' })
    await page.getByRole('button', { name: 'Filter' }).click()
  }
  /** All pages of the list, from the one that is open on. */
  async function everyRow(page: Page): Promise<{ rows: string[][]; pages: number }> {
    const rows = await rowsOn(page)
    const older = page.getByRole('link', { name: 'Older' })
    let pages = 1
    for (; await older.count(); pages++) {
      const next = `Page ${pages + 1} of`
      await older.click()
      await page.getByText(next).waitFor()
      rows.push(...(await rowsOn(page)))
    }
    return { rows, pages }
  }
  /** What a row of the page stands for: a call, or several that are equal. What the person did is none. */
  const asRows = ([, client = '', what = '', project = '', outcome = '']: string[]): Row[] => {
    const [, name = '', times = '1'] = /(\w+)(?:\s+× (\d+))?$/.exec(what) ?? []
    const [word = ''] = /^(done|failed|blocked|unknown)/.exec(outcome) ?? []
    return client === 'you' ? [] : Array.from({ length: Number(times) }, () => [client, name, project, word])
  }
  async function download(page: Page, link = 'Download CSV', name = 'qcgate-activity.csv'): Promise<string[][]> {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()])
    assert.equal(file.suggestedFilename(), name)
    const content = await text(await file.createReadStream())
    return content.trim().split('\r\n').map(cellsOf)
  }
  /** The cells of a line as RFC 4180 has them. */
  const cellsOf = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    )

  it('are a few numbers at the top, since the person last pressed Seen, however often they look', async () => {
    const { page } = alice
    await page.reload()
    const told = await news(page)
    assert.match(told, /^Since you last pressed Seen \(.+\): 130 calls: 1 backtest; 20 refused\./)
    await page.reload()
    assert.equal(await news(page), told)
    await seen(page)
    assert.match(await news(page), /: 0 calls\./)
  })

  it('are all in the list, the newest first, with what became of each', async () => {
    const { page, complaints } = alice
    await page.getByRole('link', { name: 'See the activity' }).click()
    await page.getByText('Nothing yet that had consequences.').waitFor()
    await page.getByRole('link', { name: 'Show everything' }).click()
    await page.getByText('Page 1 of 3').waitFor()
    const { rows, pages } = await everyRow(page)
    assert.equal(pages, 3)
    assert.deepEqual(sorted(rows.flatMap(asRows)), sorted(made.alice))
    assert.match(rows[0]?.[4] ?? '', /^failed\s+The caller left before the answer\.$/)
    assert.ok(rows.some(([, who, what]) => who === 'you' && /^Signed in with the API token/.test(what ?? '')))
    const moments = await page
      .locator('time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime') ?? ''))
    assert.deepEqual(moments, moments.toSorted().reverse())
    for (const [time, who, what, , outcome = '', , took, ref = ''] of rows.filter(([, who]) => who !== 'you')) {
      const [[, name] = []] = asRows(['', who ?? '', what ?? '', '', ''])
      assert.match(time ?? '', /\d:\d\d:\d\d.*(UTC|GMT)/)
      assert.match(took ?? '', /^[\d.]+ m?s$/)
      assert.ok(server.output().includes(`"ref":"${ref}"`), `${ref} is not in the log`)
      if (name === 'delete_project') assert.match(outcome, /^blocked Not allowed: "Delete projects"/)
      if (name === 'create_project') assert.match(outcome, /^blocked Not allowed: "Create projects/)
      if (name === 'read_project' && outcome.startsWith('failed'))
        assert.match(outcome, /Project not found|caller left/)
    }
    await page.getByRole('link', { name: 'Newer' }).click()
    await page.getByText('Page 2 of 3').waitFor()
    assert.deepEqual(complaints, [])
  })

  it('can be narrowed down by connection, tool and outcome, page by page', async () => {
    const { page } = alice
    await filter(page, { Connection: 'Desk' })
    await page.getByText('Page 1 of 2').waitFor()
    assert.ok((await everyRow(page)).rows.every(([, client]) => client === 'Desk' || client === 'you'))
    await filter(page, { Outcome: 'blocked', Tool: 'Create project' })
    await page.getByText('Page 1 of 1, 10 records').waitFor()
    const refused: Row = ['Watcher', 'create_project', '', 'blocked']
    assert.deepEqual(
      (await rowsOn(page)).flatMap(asRows),
      times(10, () => refused),
    )
    await filter(page, { Connection: 'Watcher', Outcome: 'failed' })
    await page.getByText('Nothing that fits this filter').waitFor()

    await page.getByRole('link', { name: 'Overview' }).click()
    await connection(page, 'Watcher').getByRole('term').filter({ hasText: 'Last call' }).waitFor()
    await connection(page, 'Watcher').getByRole('link', { name: 'What it did' }).click()
    await page.getByText('Page 1 of 1').waitFor()
    assert.equal((await rowsOn(page)).flatMap(asRows).length, 30)
  })

  it('are in the file too, all of them or those that the filter leaves', async () => {
    const { page } = alice
    await page.goto(`${server.origin}/account/activity`)
    const [header = [], ...lines] = await download(page)
    const column = (name: string) => header.indexOf(name)
    const at = (line: string[], name: string) => line[column(name)] ?? ''
    const rowsOf = (line: string[]): Row[] =>
      times(Number(at(line, 'count')), () => [
        at(line, 'connection'),
        at(line, 'tool'),
        at(line, 'project'),
        at(line, 'outcome'),
      ])
    const [, ...reads] = await download(page, 'Reads as CSV', 'qcgate-reads.csv')
    const calls = [...lines, ...reads].filter((line) => at(line, 'kind') !== 'person')
    assert.deepEqual(sorted(calls.flatMap(rowsOf)), sorted(made.alice))
    assert.ok(reads.every((line) => at(line, 'kind') === 'read'))
    for (const line of calls) {
      assert.ok(server.output().includes(`"ref":"${at(line, 'reference')}"`))
      assert.equal(Boolean(at(line, 'reason')), ['blocked', 'failed'].includes(at(line, 'outcome')))
      assert.ok(Number(at(line, 'duration_ms')) >= 0)
    }
    assert.match(lines.map((line) => at(line, 'ids')).join(), /compileId=/)
    assert.equal(reads.filter((line) => /caller left/.test(at(line, 'reason'))).length, 1)
  })

  it('hold nothing of what was written, and nothing of anybody else', async () => {
    await openAccount(bob.page, server, BOB)
    assert.match(await news(bob.page), /^So far: 70 calls; 5 refused\./)
    await bob.page.goto(`${server.origin}/account/activity?view=all`)
    const { rows } = await everyRow(bob.page)
    assert.deepEqual(sorted(rows.flatMap(asRows)), sorted(made.bob))
    await bob.page.goto(`${server.origin}/account/activity?view=all&connection=${grantIdOf(tokens.Desk)}`)
    await bob.page.getByText('Nothing that fits this filter').waitFor()

    const seen = await Promise.all(
      [alice, bob].flatMap(({ context }) =>
        ['?view=all&page=1', '?view=all&page=2', '?view=all&page=3', '.csv', '.jsonl'].map(async (rest) =>
          (await context.request.get(`${server.origin}/account/activity${rest}`)).text(),
        ),
      ),
    )
    const [hers, his] = [seen.slice(0, 5).join(), seen.slice(5).join()]
    for (const place of [hers, his, server.output()]) assert.ok(!place.includes('SECRET_EDGE'))
    // What something is called stands in the record of whose it is, and nowhere else.
    for (const name of [WRITTEN.name, '7.py']) {
      assert.ok(hers.includes(name))
      for (const place of [his, server.output()]) assert.equal(place.includes(name), false, name)
    }
    assert.doesNotMatch(hers, /Helper/)
    assert.doesNotMatch(his, /Desk|Watcher/)
    for (const { context } of [alice, bob]) await context.close()
  })
})
