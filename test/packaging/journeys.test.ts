// The parts that lie in files of their own, from the package: Redis, charts, passkeys, the sandbox and the doctor.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { openAccount, proofHeading, proveWith, said } from '../support/account-page.ts'
import { ALICE } from '../support/accounts.ts'
import { useBrowser } from '../support/browser.ts'
import { usePackage } from '../support/package.ts'
import { visitor } from '../support/person.ts'
import { runProgram, startProgram } from '../support/program.ts'
import { sandboxClient } from '../support/sandbox-client.ts'
import { usePrograms } from '../support/sdk-client.ts'
import { freePort, useServer } from '../support/server.ts'
import { redisUrl } from '../support/stores.ts'
import { addVirtualAuthenticator } from '../support/virtual-authenticator.ts'

/** A second more than a sign-in offers a first passkey for. */
const OFFER_OVER = 60 * 60 + 1

describe('the package, on Redis', () => {
  const build = usePackage()
  const server = useServer({ REDIS_URL: redisUrl('single', 'package:') }, () => build().program)
  const browser = useBrowser()
  const newProgram = usePrograms(server)

  it('draws the chart of a backtest', async () => {
    const { page } = await browser.newPerson()
    const client = await (await newProgram()).connect(visitor(page))
    const call = async (name: string, args: Record<string, unknown>) => {
      const result = await client.callTool({ name, arguments: args })
      assert.ok(!result.isError, JSON.stringify(result.content))
      return result
    }
    const { projects } = (await call('list_projects', {})).structuredContent
    const { projectId } = projects[0]
    const { backtests } = (await call('list_backtests', { projectId })).structuredContent
    const { backtestId } = backtests[0]
    const { content } = await call('read_backtest_chart', { projectId, backtestId, name: 'Strategy Equity' })
    const [, picture] = content as { type: string; mimeType?: string; data?: string }[]
    assert.deepEqual([picture?.type, picture?.mimeType], ['image', 'image/png'])
    assert.match(Buffer.from(picture?.data ?? '', 'base64').toString('latin1'), /^\x89PNG/)
    await client.close()
  })

  it('takes a passkey, and lets its person in with it', async () => {
    const person = await browser.newPerson()
    const { page, context, complaints } = person
    await addVirtualAuthenticator(person)
    await openAccount(page, server, ALICE)
    await server.advance(OFFER_OVER)
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByLabel('What you call it').fill('My telephone')
    await page.getByRole('button', { name: 'Add it' }).click()
    await proofHeading(page).waitFor()
    await proveWith(page, ALICE.apiToken)
    await said(page, 'The passkey is added')
    await context.clearCookies()
    await page.goto(`${server.origin}/account`)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    assert.deepEqual(complaints, [])
  })

  it('says of its own server that all is well', async () => {
    const { code, output } = await runProgram(['doctor', server.origin], build().program)
    assert.equal(code, 0, output)
    assert.match(output, /all \d+ checks passed/)
  })

  it('runs the sandbox alone', async () => {
    const port = await freePort()
    const { child, output } = await startProgram(['sandbox'], /Ctrl-C/, { PORT: String(port) }, build().program)
    try {
      const [, url = ''] = /Base address +(\S+)/.exec(output()) ?? []
      assert.equal((await sandboxClient({ url }, ALICE)('/authenticate')).success, true)
    } finally {
      child.kill('SIGINT')
    }
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  it('answers --help and --version of every command, and starts nothing', async () => {
    for (const command of ['serve', 'doctor', 'sandbox', 'version']) {
      const help = await runProgram([command, '--help'], build().program)
      assert.deepEqual([help.code, help.left], [0, []], command)
      assert.match(help.output, new RegExp(`^Usage: qcgate ${command} `))
      const version = await runProgram([command, '--version'], build().program)
      assert.deepEqual([version.code, version.left], [0, []], command)
      assert.match(version.output, /^\d+\.\d+\.\d+\n$/)
    }
  })
})
