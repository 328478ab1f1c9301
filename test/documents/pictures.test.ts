// The pictures in docs/pictures are of the pages as they are: what the pages said when they were taken stands in pictures.txt.
// PICTURES=1 takes them anew and writes it; look at them before a commit.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openConnection } from '../support/account-page.ts'
import { useBrowser } from '../support/browser.ts'
import { isUnauthorized, usePrograms } from '../support/sdk-client.ts'
import { useServer } from '../support/server.ts'

const FOLDER = 'docs/pictures'
const WORDS = 'test/documents/pictures.txt'
const AT_MOST = 200_000
const SHOWN_IN = ['README.md', 'docs/stay-in-charge.md']

/** What differs each time: moments, durations, references, ports. */
const steady = (text: string) =>
  text
    .replace(/[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}(?::\d{2}\s[AP]M\s\S+|\s[AP]M)/g, '(moment)')
    .replace(/\d+ seconds? ago|just now/g, '(ago)')
    .replace(/\b\d{1,2} [A-Z][a-z]{2,3} \d{4}\b/g, '(day)')
    .replace(/\b\d[\d.]* m?s\t/g, '(time)\t')
    .replace(/\t[a-z0-9]{8}$/gm, '\t(reference)')
    .replace(/(?<=localhost:)\d+/g, '(port)')

describe('docs/pictures', () => {
  const server = useServer()
  const browser = useBrowser()
  const newProgram = usePrograms(server)

  it('show what the pages say today to a person who connected an assistant (PICTURES=1 takes them anew)', async () => {
    const said: string[] = []
    const { page } = await browser.newPerson()
    /** Of the first `height` pixels; what is noted is all that the page says. */
    async function picture(name: string, height: number): Promise<void> {
      await page.setViewportSize({ width: 1000, height })
      if (process.env.PICTURES) await page.screenshot({ path: `${FOLDER}/${name}.png` })
      said.push(`# ${name}\n\n${steady(await page.locator('main').innerText())}\n`)
    }

    const program = await newProgram('v2', 'Claude Code')
    const client = await program.connect(async (address) => {
      await page.goto(address)
      await page.getByRole('button', { name: 'Use the sandbox account' }).click()
      await page.getByRole('button', { name: /^Allow / }).waitFor()
      await picture('consent', 800)
      await page.getByRole('button', { name: /^Allow / }).click()
      await page.getByText('Back in the program.').waitFor()
    })
    const call = (name: string, args = {}) => client.callTool({ name, arguments: args })
    const { structuredContent } = await call('list_projects')
    const { projectId } = structuredContent.projects[0]
    await call('create_project', { name: 'Momentum', language: 'Py' })
    await call('list_backtests', { projectId })
    await assert.rejects(call('delete_project', { projectId }), isUnauthorized)
    await call('list_live_algorithms')
    await call('read_account')

    await page.goto(`${server.origin}/account`)
    await page.getByText('Nothing runs live').waitFor()
    await picture('account', 960)
    await page.getByRole('link', { name: 'See the activity' }).click()
    await page.getByRole('link', { name: 'Show everything' }).click()
    await page.getByRole('table').waitFor()
    await picture('activity', 755)
    await openConnection(page, server, 'Claude Code')
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture('permissions', 760)

    const words = said.join('\n')
    if (process.env.PICTURES) writeFileSync(WORDS, words)
    assert.equal(
      readFileSync(WORDS, 'utf8'),
      words,
      'the pictures are of other pages: take them anew, and look at them',
    )
  })

  it('are each in a document, and light', () => {
    const shown = SHOWN_IN.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/pictures\/(\w+\.png)\)/g)].map(([, name]) => name),
    )
    for (const name of readdirSync(FOLDER)) {
      assert.ok(shown.includes(name), name)
      assert.ok(statSync(join(FOLDER, name)).size < AT_MOST, name)
    }
  })
})
