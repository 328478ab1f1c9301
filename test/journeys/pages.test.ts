// Every page and state as a person sees it, narrow and wide, light and dark: nothing the accessibility checker minds, nothing
// the console complains about, nothing wider than the screen, nothing heavy, nothing from elsewhere. With
// PICTURES=1 each is left in screenshots/.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { before, describe, it } from 'node:test'
import type axe from 'axe-core'
import type { Page } from 'playwright-core'
import { GROUPS } from '../../src/scopes.ts'
import { proofHeading, proveWith, scopeBox } from '../support/account-page.ts'
import { useBrowser } from '../support/browser.ts'
import { useCallback } from '../support/callback.ts'
import { connect } from '../support/connection.ts'
import { rpc, toolCall } from '../support/mcp-requests.ts'
import { unfold } from '../support/person.ts'
import type { Registration } from '../support/raw-client.ts'
import { authorizationRequest, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { changeGrant } from '../support/stored.ts'
import { addVirtualAuthenticator } from '../support/virtual-authenticator.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SIZES = { wide: { width: 1100, height: 900 }, narrow: { width: 320, height: 640 } }
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const CONTRAST = 'color-contrast'
/** All that is asked of a page, its colours alone, and all the rest. */
const ALL: axe.RunOptions = { runOnly: TAGS }
const COLOURS: axe.RunOptions = { runOnly: [CONTRAST] }
const REST: axe.RunOptions = { runOnly: TAGS, rules: { [CONTRAST]: { enabled: false } } }
const LARGEST = 50_000
/** The longest name that a client or a person can give, in one word. */
const LONG = 'Kursverlaufsauswertungsassistent'.repeat(2).slice(0, 60)

describe('pages', () => {
  const server = useServer()
  const browser = useBrowser()
  const returnsTo = useCallback()
  before(() => mkdirSync('screenshots', { recursive: true }))

  /** A person's page on which every answer is weighed, and every request looked at. */
  async function visitor() {
    const person = await browser.newPerson({ viewport: SIZES.wide, colorScheme: 'light' })
    const { page } = person
    const strangers: string[] = []
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== server.origin) strangers.push(request.url())
    })
    const heavy: string[] = []
    page.on('response', async (response) => {
      const size = (await response.body().catch(() => Buffer.alloc(0))).length
      if (size > LARGEST) heavy.push(`${response.url()}: ${size} bytes`)
    })
    return { ...person, strangers, heavy }
  }
  const ask = (client: Registration, scope: string) => authorizationRequest(server, client, { scope }).url

  it('are right before and while an assistant is connected', async () => {
    const { page, context, complaints, strangers, heavy } = await visitor()
    await page.goto(server.origin)
    for (const folded of await page.locator('summary').all()) await folded.click()
    await inspect(page, 'home')
    for (const path of ['docs/stay-in-charge', 'mcp']) {
      await page.goto(`${server.origin}/${path}`)
      await inspect(page, path.replace('/', '-'))
    }

    const client = await register(server, { client_name: 'Claude Code' })
    await page.goto(ask(client, GROUPS.admin.join(' ')))
    await inspect(page, 'sign-in')
    await page.getByLabel('QuantConnect user id').fill('100001')
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').filter({ visible: true }).waitFor()
    assert.equal(await page.getByLabel('API token').inputValue(), '')
    assert.equal(await page.getByLabel('QuantConnect user id').inputValue(), '100001')
    await inspect(page, 'sign-in-refused')

    await page.getByLabel('API token').fill('sandbox-alice')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('Add a passkey?').waitFor()
    await inspect(page, 'consent')
    await untickAll(page)
    await page.getByRole('button', { name: /^Allow / }).click()
    await page.getByRole('alert').waitFor()
    await inspect(page, 'consent-nothing-ticked')

    await page.goto(ask(await register(server, { client_name: 'Сlaude' }), 'qc:account:read'))
    await unfold(page)
    await page.getByRole('radio', { name: 'Trader' }).check()
    await page.getByText('trade on paper').waitFor()
    await page.getByRole('radio', { name: 'Real money' }).check()
    await page.locator('#summary').getByText('real money').first().waitFor()
    await page.locator('#summary summary').click()
    await inspect(page, 'consent-look-alike-real-money')
    const lost = page.url()

    await page.getByRole('button', { name: /^Allow / }).click()
    await proofHeading(page).waitFor()
    await inspect(page, 'proof')
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('alert').filter({ visible: true }).waitFor()
    await inspect(page, 'proof-refused')

    assert.deepEqual([without4xx(complaints), strangers, heavy], [[], [], []])
    await context.clearCookies()
    await page.goto(lost)
    await inspect(page, 'lost-visit')
    await page.goto(`${server.origin}/authorize?client_id=nobody&response_type=code`)
    await inspect(page, 'unknown-client')

    const stranger = await register(server, { client_name: 'ChatGPT', redirect_uris: ['https://evil.example/login'] })
    await page.route('https://evil.example/**', (route) => route.fulfill({ body: 'Sign in here' }))
    await page.goto(authorizationRequest(server, stranger, { prompt: 'none' }).url)
    await inspect(page, 'error-waits')
    await page.getByRole('link', { name: 'Go back to evil.example' }).click()
    await page.waitForURL('https://evil.example/login?error=login_required&**')
    await context.close()
  })

  it('are right when an assistant comes back', async () => {
    const { page, context, complaints, heavy } = await visitor()
    const client = await register(server, { client_name: LONG, redirect_uris: [returnsTo()] })
    await page.goto(ask(client, 'qc:projects:read'))
    await page.getByRole('button', { name: 'Use the sandbox account' }).click()
    await page.getByRole('button', { name: /^Allow / }).click()
    await page.waitForURL(`${returnsTo()}?**`)
    await page.goto(ask(client, 'qc:projects:read'))
    await inspect(page, 'consent-again')
    await page.goto(ask(client, 'qc:projects:read qc:files:write qc:live:write'))
    await page.getByText('new', { exact: true }).first().waitFor()
    await inspect(page, 'consent-step-up')

    await scopeBox(page, 'qc:live:write').check()
    await page.getByRole('radio', { name: 'Real money' }).check()
    await page.getByRole('button', { name: /^Allow / }).click()
    await proveWith(page, 'sandbox-alice')
    await page.waitForURL(`${returnsTo()}?**`)
    await page.goto(ask(client, 'qc:projects:read qc:live:write'))
    await page.getByText('Whoever asks now gets all of this connection').waitFor()
    await inspect(page, 'consent-again-real-money')
    await page.getByRole('button', { name: 'Connect separately' }).click()
    await page.waitForURL(`${returnsTo()}?**`)
    await page.goto(ask(client, 'qc:projects:read'))
    await page.getByText('Which connection is it?').waitFor()
    await inspect(page, 'consent-which')
    assert.deepEqual([complaints, heavy], [[], []])
    await context.close()
  })

  it('are right for a person who looks after their account', async () => {
    const bob = { userId: '100002', apiToken: 'sandbox-bob' }
    const { page, context, complaints, strangers, heavy } = await visitor()
    await addVirtualAuthenticator({ page, context, complaints })
    const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor()

    await page.goto(`${server.origin}/account`)
    await inspect(page, 'account-sign-in')
    await page.getByLabel('QuantConnect user id').fill(bob.userId)
    await page.getByLabel('API token').fill(bob.apiToken)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await heading('Your account')
    await inspect(page, 'account-empty')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await heading('Add a passkey')
    await inspect(page, 'passkey')
    await page.getByLabel('What you call it').fill(LONG)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('The passkey is added').waitFor()
    await inspect(page, 'account-with-young-passkey')
    await page.goto(`${server.origin}/account/activity`)
    await inspect(page, 'activity-empty')

    const { tokens } = await connect(server, {
      as: bob,
      client_name: LONG,
      scope: GROUPS.trader.join(' '),
      allow: GROUPS.research,
    })
    for (let n = 0; n < 60; n += 1) {
      const call = n % 10 ? toolCall('read_project', { projectId: n }) : toolCall('delete_project', { projectId: n })
      await rpc(server, tokens.access_token, call)
    }
    await rpc(server, tokens.access_token, toolCall('create_project', { name: 'Momentum'.repeat(10), language: 'Py' }))
    await page.goto(`${server.origin}/account`)
    await page.getByText('61 calls').waitFor()
    await inspect(page, 'account')
    await page.getByRole('link', { name: 'See the activity' }).click()
    await heading('Activity')
    await inspect(page, 'activity')
    await page.goto(`${server.origin}/account/activity?view=sent`)
    await page.getByText('Create project “Momentum').waitFor()
    await inspect(page, 'activity-sent')
    await page.goto(`${server.origin}/account/activity?outcome=unknown`)
    await page.getByText('Nothing that fits').waitFor()
    await inspect(page, 'activity-nothing-fits')

    await server.advance(24 * 60 * 60)
    await page.goto(`${server.origin}/account`)
    await page.getByRole('link', { name: 'Edit permissions' }).click()
    await inspect(page, 'edit')
    await untickAll(page)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    await inspect(page, 'edit-nothing-ticked')
    await page.getByRole('radio', { name: 'Research' }).check()
    await page.locator('#summary').getByText('write code').waitFor()
    await scopeBox(page, 'qc:projects:delete').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('From then on the passkey').waitFor()
    await inspect(page, 'proof-takes-passkey-along')
    await proveWith(page, bob.apiToken)
    await page.getByRole('status').waitFor()
    await inspect(page, 'account-saved')
    await page.getByRole('button', { name: 'Seen' }).click()
    await page.getByText('Since you last pressed Seen').waitFor()

    await page.goto(`${server.origin}/account/token`)
    await inspect(page, 'token')
    await page.getByLabel('New API token').fill('wrong')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    await inspect(page, 'token-refused')

    await changeGrant(server, tokens.access_token, { suspended: true })
    await page.goto(`${server.origin}/account`)
    await heading('Your API token was replaced. What shall go on?')
    await inspect(page, 'review')
    await page.getByLabel('End').first().check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await heading('End 1 connection?')
    await inspect(page, 'review-ends')
    await page.getByRole('button', { name: 'End 1 connection' }).click()
    await heading('Your account')

    await page.goto(`${server.origin}/account/connections/never-was`)
    await inspect(page, 'no-such-connection')
    await page.goto(`${server.origin}/account/delete`)
    await inspect(page, 'leave')
    await page.getByRole('button', { name: 'Erase the record too' }).click()
    await page.getByRole('button', { name: 'Use a passkey' }).waitFor()
    await inspect(page, 'proof-with-passkey')
    await server.advance(10 * 60 + 1)
    await proveWith(page, bob.apiToken)
    await heading('This is over')
    await inspect(page, 'over')
    await page.goto(`${server.origin}/account/delete`)
    await page.evaluate('for (const field of document.getElementsByName("csrf")) field.value = "forged"')
    await page.getByRole('button', { name: 'End everything' }).click()
    await heading('This page was out of date')
    await inspect(page, 'out-of-date')
    await page.goto(`${server.origin}/account/delete`)
    await page.getByRole('button', { name: 'End everything' }).click()
    await heading('Everything is ended')
    await inspect(page, 'ended')
    assert.deepEqual([without4xx(complaints), strangers, heavy], [[], [], []])
    await context.close()
  })
})

/** What the browser says of answers that are refusals is not a complaint. */
const without4xx = (complaints: readonly string[]) =>
  complaints.filter((one) => !/status of 4(01|03|04|10|22)/.test(one))

/** From the last to the first, since each that is unticked is one less. */
async function untickAll(page: Page): Promise<void> {
  await unfold(page)
  for (const box of (await page.locator('input[name=scope]:checked').all()).reverse()) await box.uncheck()
}

/** Wide and light, wide and dark, and narrow: what is narrow has the colours of what is wide, and a scheme has no shape of its own. */
async function inspect(page: Page, name: string): Promise<void> {
  const look = async (size: keyof typeof SIZES, colorScheme: 'light' | 'dark', options: axe.RunOptions) => {
    await page.setViewportSize(SIZES[size])
    await page.emulateMedia({ colorScheme })
    await check(page, `${name}, ${size}, ${colorScheme}`, options)
    // Written as text, since it runs in the page: our types are those of a server.
    const overflow = await page.evaluate(
      'Math.max(...[...document.querySelectorAll("html, .scroll")].map((one) => one.scrollWidth - one.clientWidth))',
    )
    assert.equal(overflow, 0, `${name} is wider than a screen of ${SIZES[size].width}`)
    for (const says of await page.locator('.lifetime label').allInnerTexts()) assert.doesNotMatch(says, /\n/)
  }
  const picture = async (what: string) => {
    if (process.env.PICTURES) await page.screenshot({ path: `screenshots/${name}-${what}.png`, fullPage: true })
  }
  await look('wide', 'light', ALL)
  await picture('wide-light')
  await look('wide', 'dark', COLOURS)
  await look('narrow', 'dark', REST)
  await picture('narrow-dark')
  await page.setViewportSize(SIZES.wide)
  await page.emulateMedia({ colorScheme: 'light' })
}

async function check(page: Page, state: string, options: axe.RunOptions): Promise<void> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE)
  // Down there the bar that stays in view is where it belongs, and half covers nothing.
  await page.evaluate('scrollTo(0, document.body.scrollHeight)')
  const { violations } = await page.evaluate(
    (chosen) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({
        ...chosen,
        resultTypes: ['violations'],
        preload: false,
      }),
    options,
  )
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${state}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`),
    [],
  )
}
