// Running now, on a telephone: what runs live, as QuantConnect tells it, and a person who ends it themselves. First
// what their assistant has started on the sandbox, with scripts and without; then real money, at a QuantConnect that
// answers as a test says.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type axe from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { ALL_SCOPES } from '../../../src/scopes.ts'
import { openAccount, overview, proofHeading, proveWith, said } from '../../support/account-page.ts'
import type { Account } from '../../support/accounts.ts'
import { ALICE, BOB } from '../../support/accounts.ts'
import { type Person, useBrowser } from '../../support/browser.ts'
import { callOutcome } from '../../support/call-outcome.ts'
import { connectAs, signedIn } from '../../support/connection.ts'
import type { Json } from '../../support/json.ts'
import { register } from '../../support/raw-client.ts'
import { sandboxOf } from '../../support/sandbox.ts'
import { noteSecrets } from '../../support/secrets.ts'
import { startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import type { Reply } from '../../support/upstream.ts'
import { cut, held, json, text } from '../../support/upstream.ts'
import { whileRunning } from '../../support/while-running.ts'

const PHONE = { viewport: { width: 390, height: 844 }, locale: 'en-US', timezoneId: 'UTC' }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const DONE = json(200, { success: true })
/** Two algorithms with real money, as they are listed, read and told of what they hold. */
const MOMENTUM = {
  projectId: 24681357,
  deployId: 'L-2b4d6f8a0c1e3f5a7b9d1c3e5f7a9b1d',
  status: 'Running',
  launched: '2026-10-05 14:30:00',
  stopped: null,
  brokerage: 'InteractiveBrokersBrokerage',
  environment: 'live',
  equity: 100_000,
}
const PAIRS = {
  projectId: 13572468,
  deployId: 'L-7c9e1b3d5f70829a4b6c8d0e2f4a6173',
  status: 'Running',
  launched: '2026-11-02 15:00:00',
  stopped: null,
  brokerage: 'TradierBrokerage',
  environment: 'live',
  equity: 25_000.5,
}
const ENDED = { ...PAIRS, projectId: 11111111, deployId: 'L-0', status: 'Stopped', stopped: '2026-11-03 09:00:00' }
const readOf = ({ deployId, status, launched, stopped, brokerage }: typeof MOMENTUM, more: object = {}) =>
  json(200, { deployId, status, launched, stopped, brokerage, ...more, success: true })
const portfolioOf = (holdings: unknown) => json(200, { portfolio: { holdings, cash: {} }, success: true })

describe('running now', { concurrency: true }, () => {
  const quantConnect = useQuantConnect()
  let started: TestServer | undefined
  before(async () => {
    started = await startServer({ QUANTCONNECT_API_URL: quantConnect.url() })
  })
  after(() => started?.stop())
  const server = whileRunning('server', () => started)
  const browser = useBrowser()

  /** Somebody who is signed in, on a telephone. */
  async function onTheirTelephone(account: Account, javaScriptEnabled = true): Promise<Person> {
    const person = await browser.newPerson({ ...PHONE, javaScriptEnabled })
    await openAccount(person.page, server, account)
    return person
  }
  const open = (page: Page, path = '/account/running') => page.goto(`${server.origin}${path}`)
  const press = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true }).click()
  const list = (page: Page) => page.getByRole('list', { name: 'Running now' })
  const item = (page: Page, name: string) => list(page).getByRole('listitem').filter({ hasText: name })
  const count = (page: Page, says: string) => page.getByRole('heading', { name: says, exact: true }).waitFor()
  const unknown = (page: Page) => page.getByRole('alert').filter({ hasText: 'It is not known what runs' })
  const banner = (page: Page) => page.getByRole('alert', { name: 'Your API token' })
  /** The newest row of what had consequences. */
  async function lastInRecord(page: Page): Promise<string> {
    await open(page, '/account/activity')
    return page.getByRole('row').nth(1).innerText()
  }

  /** Lets an assistant start something on paper, and gives its project. */
  async function startOnPaper(account: Account): Promise<number> {
    const client = await register(server, { client_name: 'Desk' })
    const wish = { client, parameters: { scope: ALL_SCOPES.join(' ') }, allow: ALL_SCOPES }
    const { tokens } = await connectAs(await signedIn(server, account), wish)
    const sandbox = sandboxOf(server, account)
    const { projectId } = (await sandbox('/projects/create', { name: 'Evening walk', language: 'Py' })).projects[0]
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const { live } = (await sandbox('/projects/nodes/read', { projectId })).nodes
    const start = { projectId, compileId, nodeId: live[0].id, brokerage: { id: 'QuantConnectBrokerage' } }
    assert.equal(await callOutcome(server, tokens.access_token, 'create_live_algorithm', start), 'answered')
    return projectId
  }
  const onPaper = new Map<Account, number>()
  before(async () => {
    for (const account of [ALICE, BOB]) onPaper.set(account, await startOnPaper(account))
  })

  for (const [how, account, withScripts] of [
    ['with scripts', ALICE, true],
    ['without scripts', BOB, false],
  ] as const) {
    it(`shows what an assistant has started on paper, and one press ends it, ${how}`, async () => {
      const projectId = onPaper.get(account)
      const { page, context, complaints } = await onTheirTelephone(account, withScripts)
      if (!withScripts) await page.getByRole('link', { name: 'See what runs now, and stop it' }).click()
      await count(page, '1 algorithm is still running')
      const told = await item(page, 'Evening walk').innerText()
      assert.match(told, /^Evening walk paper\n/)
      assert.match(told, /Trades\s+PaperBrokerage, paper trading\n/)
      assert.match(told, /Started by\s+Desk\n/)

      await press(item(page, 'Evening walk'), 'Stop')
      await said(page, `Sent. Stop what project ${projectId} runs live`)
      await count(page, 'Nothing runs live')
      assert.match(await lastInRecord(page), /you\s+Stop what project \d+ runs live\s+Stop live algorithm\s+\d+\s+done/)
      assert.equal((await sandboxOf(server, account)('/live/read', { projectId })).status, 'Stopped')
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }

  it('tells of real money what QuantConnect does: equity, what is unrealized, what is held, since when', async () => {
    const { account } = holder('200001')
    const { page, context } = await onTheirTelephone(account)
    await count(page, '2 algorithms are still running')
    const momentum = await item(page, 'Momentum/US equities').innerText()
    assert.match(momentum, /^Momentum\/US equities real money\n/)
    for (const fact of [
      /Trades\s+InteractiveBrokersBrokerage, real money\n/,
      /State\s+Running\n/,
      /Equity\s+\$101,691\.92\n/,
      /Unrealized\s+\$1,695\.37\n/,
      /Holds\s+1 BTCUSD, -40 SPY\n/,
      /Since\s+Oct 5, 2026/,
      /Started by\s+nobody here/,
    ]) {
      assert.match(momentum, fact)
    }
    const pairs = await item(page, 'Project 13572468').innerText()
    assert.match(pairs, /TradierBrokerage, real money\n[\s\S]*\n?Equity\s+25,000\.50\n[\s\S]*Holds\s+nothing/)
    await context.close()
  })

  it('liquidates with a proof, once, and what the person saw', async () => {
    const { account, replies, asked } = holder('200002')
    replies['/live/update/liquidate'] = DONE
    const { page, context } = await onTheirTelephone(account)
    await press(item(page, 'Momentum/US equities'), 'Liquidate')
    await proofHeading(page).waitFor()
    await page
      .getByText('InteractiveBrokersBrokerage, real money; equity $101,691.92; holds 1 BTCUSD, -40 SPY.')
      .waitFor()
    const csrf = await page.locator('input[name=csrf]').first().inputValue()
    const act = (await page.locator('main').getAttribute('data-act')) ?? ''
    await proveWith(page, 'not-the-token')
    await page.getByRole('alert').filter({ hasText: 'not the API token' }).waitFor()
    assert.deepEqual(asked('/live/update/liquidate'), [])
    await proveWith(page, account.apiToken)
    await said(page, 'Sent. Liquidate all that “Momentum/US equities” (project 24681357) holds live, and stop it')
    const address = `${server.origin}/account/running/${MOMENTUM.projectId}/liquidate`
    assert.equal((await context.request.post(address, { form: { csrf, act, ...account } })).status(), 410)
    // QuantConnect still shows it, so somebody presses once more.
    await press(item(page, 'Momentum/US equities'), 'Liquidate')
    await proveWith(page, account.apiToken)
    await said(page, 'It is not sent twice')
    assert.deepEqual(asked('/live/update/liquidate'), [{ projectId: MOMENTUM.projectId }])
    assert.match(
      await lastInRecord(page),
      /you\s+Liquidate all that “Momentum[\s\S]*Liquidate live algorithm\s+24681357\s+done/,
    )

    // Something else runs there by now.
    await open(page)
    replies['/live/list'] = json(200, { success: true, live: [{ ...PAIRS, deployId: 'L-another' }] })
    await press(item(page, 'Project 13572468'), 'Liquidate')
    await page.getByRole('heading', { name: 'Nothing was sent' }).waitFor()
    assert.equal(asked('/live/update/liquidate').length, 1)
    await context.close()
  })

  it('stops once what is pressed twice at the same time', async () => {
    const { account, replies, asked } = holder('200003')
    const stop = held(DONE)
    replies['/live/update/stop'] = stop.reply
    const { page, context } = await onTheirTelephone(account)
    const { deployId } = MOMENTUM
    const form = { csrf: await page.locator('input[name=csrf]').first().inputValue(), deployId }
    const address = `${server.origin}/account/running/${MOMENTUM.projectId}/stop`
    const post = () => context.request.post(address, { form, maxRedirects: 0 })
    const presses = [post(), post()]
    const second = await Promise.race(presses)
    assert.equal(second.headers().location, '/account/running?sent-before')
    stop.release()
    const led = (await Promise.all(presses)).map((answer) => answer.headers().location)
    assert.deepEqual(led.toSorted(), ['/account/running', '/account/running?sent-before'])
    assert.deepEqual(asked('/live/update/stop'), [{ projectId: MOMENTUM.projectId }])
    await context.close()
  })

  it('leaves the buttons to whoever waits for QuantConnect, and says in the end that nothing is known', async () => {
    const { account, replies, asked } = holder('200004')
    const raw = await signedIn(server, account)
    await connectAs(raw, { client: await register(server, { client_name: 'Desk' }) })
    const hangs = held(cut)
    replies['/live/list'] = hangs.reply
    const { page, context } = await onTheirTelephone(account)
    await page.getByText('Asking QuantConnect').waitFor()
    await until('a look that hangs', () => asked('/live/list').length)
    await press(page, 'Suspend everything')
    await said(page, 'Everything is suspended')
    await page.getByRole('button', { name: 'Resume everything' }).waitFor()
    await unknown(page).filter({ hasText: 'QuantConnect does not answer. Try again in a moment' }).waitFor()
    hangs.release()
    await context.close()
  })

  it('says that it is not known what runs when QuantConnect’s answer is none', async () => {
    const { account, replies } = holder('200005')
    replies['/live/list'] = text(502, 'Bad Gateway')
    const { page, context } = await onTheirTelephone(account)
    await unknown(page).filter({ hasText: 'gives no usable answer (HTTP 502)' }).waitFor()
    assert.equal(await list(page).count(), 0)
    await context.close()
  })

  it('comes back from a stop that hangs and says that it is on its way, and later what became of it', async () => {
    const { account, replies, asked } = holder('200006')
    const stop = held(cut)
    replies['/live/update/stop'] = stop.reply
    const { page, context } = await onTheirTelephone(account)
    await press(item(page, 'Momentum/US equities'), 'Stop')
    await page.getByText('On its way.').waitFor()
    assert.match(await lastInRecord(page), /you\s+Stop what project 24681357 runs live[\s\S]*under way/)
    stop.release()
    await until('its outcome', async () => /unknown/.test(await lastInRecord(page)))
    await open(page)
    await page.getByText('Nobody knows whether it was done.').waitFor()
    replies['/live/update/stop'] = DONE
    await press(item(page, 'Momentum/US equities'), 'Stop') // a stop may be sent again
    await said(page, 'Sent. Stop what project 24681357 runs live')
    assert.equal(asked('/live/update/stop').length, 2)
    await context.close()
  })

  it('says on every page that the API token is refused, with the field for a new one, until one is taken', async () => {
    const person = holder('200007')
    const { page, context } = await onTheirTelephone(person.account)
    await count(page, '2 algorithms are still running')
    assert.equal(await banner(page).count(), 0)
    person.accept('another-token-for-tests')
    await open(page)
    await unknown(page).filter({ hasText: 'QuantConnect refuses your API token' }).waitFor()
    for (const path of ['/account', '/account/activity', '/account/running']) {
      await open(page, path)
      await banner(page).getByText('Assistants can do nothing').waitFor()
      assert.ok(await banner(page).getByLabel('New API token').isVisible(), path)
    }
    await open(page, '/account')
    await inspect(page, 'the banner')
    await banner(page).getByLabel('New API token').fill('another-token-for-tests')
    await press(banner(page), 'Save')
    await said(page, 'The new API token is saved')
    await count(page, '2 algorithms are still running')
    for (const path of ['/account', '/account/activity', '/account/running']) {
      await open(page, path)
      assert.equal(await banner(page).count(), 0, path)
    }

    // And when the one that is stored works again.
    person.accept('token-of-nobody')
    await open(page)
    await unknown(page).waitFor()
    await open(page)
    await banner(page).waitFor()
    person.accept('another-token-for-tests')
    await open(page)
    await count(page, '2 algorithms are still running')
    await open(page)
    assert.equal(await banner(page).count(), 0)
    await context.close()
  })

  it('reads well for everybody, light and dark, and so does the address for emergencies', async () => {
    const { account } = holder('200008')
    const { page, context, complaints } = await onTheirTelephone(account)
    await count(page, '2 algorithms are still running')
    await inspect(page, 'the overview')
    await open(page)
    await count(page, '2 algorithms are still running')
    await inspect(page, 'running now')
    await open(page, '/account')
    await press(page, 'Make an address')
    await page.getByRole('heading', { name: 'Your address for emergencies' }).waitFor()
    await inspect(page, 'the new address')
    const address = await page.locator('code').innerText()
    noteSecrets({ 'address for emergencies': address.split('.').at(-1) })
    await page.goto(address)
    await inspect(page, 'the address')
    await press(page, 'Suspend everything')
    await page.getByRole('heading', { name: 'Everything is suspended' }).waitFor()
    await inspect(page, 'the address, pressed')
    await open(page, '/account')
    await overview(page).waitFor()
    await count(page, '2 algorithms are still running')
    await inspect(page, 'the overview, all suspended')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  /** A person with two algorithms at that QuantConnect. */
  function holder(userId: string) {
    return quantConnect.newPerson(userId, {
      '/live/list': json(200, { live: [MOMENTUM, PAIRS, ENDED], success: true }),
      '/live/read': (response, { projectId }) =>
        (projectId === MOMENTUM.projectId
          ? readOf(MOMENTUM, {
              projectName: 'Momentum/US equities',
              runtimeStatistics: { Equity: '$101,691.92', Unrealized: '$1,695.37' },
            })
          : readOf(PAIRS))(response),
      '/live/portfolio/read': (response, { projectId }) =>
        portfolioOf(
          projectId === MOMENTUM.projectId
            ? { 'SPY R735QTJ8XC9X': { q: -40, v: -22_800 }, 'BTCUSD 2XR': { q: 1, v: 101_250.5, u: 1250.5 } }
            : [],
        )(response),
    })
  }
})

/** What somebody's QuantConnect answers, by the endpoint. */
type Replies = Record<string, (...of: [...Parameters<Reply>, args: Json]) => void>

/** A QuantConnect where each person has their own API token and answers. Call it inside `describe`. */
function useQuantConnect() {
  const people = new Map<string, { token: string; replies: Replies; requests: { endpoint: string; args: Json }[] }>()
  const standIn = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const args = JSON.parse(Buffer.concat(chunks).toString() || '{}')
    const endpoint = request.url?.replace('/api/v2', '') ?? ''
    const { authorization = '', timestamp } = request.headers
    const [userId = '', hash] = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')
    const person = people.get(userId)
    person?.requests.push({ endpoint, args })
    const isGood = createHash('sha256').update(`${person?.token}:${timestamp}`).digest('hex') === hash
    if (!isGood) return json(200, { success: false, errors: ["Hash doesn't match."] })(response)
    return (person?.replies[endpoint] ?? DONE)(response, args)
  })
  before(() => once(standIn.listen(0, '127.0.0.1'), 'listening'))
  after(() => {
    standIn.close()
    standIn.closeAllConnections()
  })
  return {
    url: () => `http://127.0.0.1:${(standIn.address() as AddressInfo).port}/api/v2`, // sound: it listens on TCP
    newPerson(userId: string, replies: Replies) {
      const person = { token: `token-for-tests-${userId}`, replies, requests: [] as { endpoint: string; args: Json }[] }
      people.set(userId, person)
      return {
        account: { userId, apiToken: person.token },
        replies,
        /** What arrived at an endpoint so far. */
        asked: (of: string) => person.requests.filter(({ endpoint }) => endpoint === of).map(({ args }) => args),
        /** From now on this API token is good, and no other. */
        accept(token: string) {
          person.token = token
        },
      }
    },
  }
}

/** Light and dark: nothing that the accessibility checker minds, and nothing wider than a telephone. */
async function inspect(page: Page, state: string): Promise<void> {
  for (const [colorScheme, runOnly] of [
    ['light', RULES],
    ['dark', ['color-contrast']], // a scheme changes colours only
  ] as const) {
    await page.emulateMedia({ colorScheme })
    if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE)
    const { violations } = await page.evaluate(
      (rules) =>
        (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: rules, resultTypes: ['violations'] }),
      [...runOnly],
    )
    const minded = violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(', ')}`)
    assert.deepEqual(minded, [], `${state}, ${colorScheme}`)
  }
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  assert.equal(await page.evaluate(overflow), 0, `${state} is wider than a telephone`)
}
