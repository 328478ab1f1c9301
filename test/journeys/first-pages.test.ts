// The pages that somebody meets first: home and sign-in, as they are read, filled in by a password manager, and waited for.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { overview, signInAs } from '../support/account-page.ts'
import { ALICE } from '../support/accounts.ts'
import { useBrowser } from '../support/browser.ts'
import type { TestServer } from '../support/server.ts'
import { startServer, useServer } from '../support/server.ts'
import { addVirtualAuthenticator } from '../support/virtual-authenticator.ts'

describe('home', () => {
  const server = useServer()
  const browser = useBrowser()

  it('cuts nothing on a telephone, and copies exactly what it shows', async () => {
    const { page, context } = await browser.newPerson({ viewport: { width: 390, height: 844 } })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin })
    await page.goto(server.origin)
    for (const fold of await page.locator('main summary').all()) await fold.click()
    const cut = await page.evaluate(
      '[...document.querySelectorAll("main *")].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && getComputedStyle(one).overflowX !== "visible").map((one) => one.outerHTML.slice(0, 80))',
    )
    assert.deepEqual(cut, [])
    const copies = await page.getByRole('button', { name: /^Copy/ }).all()
    assert.ok(copies.length > 5)
    const names = await Promise.all(copies.map((copy) => copy.innerText()))
    assert.ok(
      names.every((name) => /^Copy\s+(the address|for .+)/.test(name)),
      names.join(),
    )
    for (const copy of [page.locator('[data-copy]').nth(0), page.locator('[data-copy]').nth(1)]) {
      await copy.click()
      await copy.filter({ hasText: 'Copied' }).waitFor()
      const shown = await copy.locator('xpath=preceding-sibling::*[1]').textContent()
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), shown)
    }
    for (const [link, to] of [
      ['Documents', '/docs'],
      ['Stay in charge', '/docs/stay-in-charge'],
      ['What is kept about you', '/privacy'],
    ] as const) {
      assert.equal(await page.getByRole('link', { name: link }).first().getAttribute('href'), to)
    }
    await context.close()
  })

  it('has no button that cannot copy', async () => {
    const { page, context } = await browser.newPerson({ javaScriptEnabled: false })
    await page.goto(server.origin)
    assert.equal(await page.getByRole('button', { name: /^Copy/ }).count(), 0)
    await context.close()
  })
})

describe('signing in', () => {
  const server = useServer()
  const browser = useBrowser()

  it('begins with the two fields, as password managers know them, and has the sandbox marked where it is', async () => {
    const { page, context } = await browser.newPerson()
    await addVirtualAuthenticator({ page, context, complaints: [] })
    await page.goto(`${server.origin}/account`)
    const inOrder = await page.evaluate(
      '[...document.querySelectorAll("main input:not([type=hidden]), main button")].filter((one) => one.checkVisibility()).map((one) => one.name || one.innerText)',
    )
    assert.deepEqual(inOrder, ['userId', 'apiToken', 'account', 'Use a passkey', 'account'])
    assert.deepEqual(
      await page
        .locator('main input:not([type=hidden])')
        .evaluateAll((all) => all.map((one) => one.getAttribute('autocomplete'))),
      ['username webauthn', 'current-password'],
    )
    assert.match(
      (await page.getByRole('link', { name: 'quantconnect.com' }).getAttribute('href')) ?? '',
      /^https:\/\/www\.quantconnect\.com\//,
    )
    assert.equal(await page.locator('header').getByText('SANDBOX').count(), 0)
    assert.ok(await page.locator('main .sandbox').isVisible())
    await signInAs(page, ALICE)
    await overview(page).waitFor()
    assert.ok(await page.locator('header').getByText('SANDBOX').isVisible())
    await context.close()
  })

  it('offers a passkey in the field to whoever comes to it, and to nobody who types there', async () => {
    const person = await browser.newPerson()
    const { page, context } = person
    const device = await addVirtualAuthenticator(person)
    await page.goto(`${server.origin}/account`)
    await signInAs(page, ALICE)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('The passkey is added').waitFor()
    assert.equal((await device.credentials()).length, 1)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.goto(`${server.origin}/account`)
    await page.getByLabel('QuantConnect user id').fill('100002') // a program, or whoever signs in as somebody else
    await page.getByLabel('API token').fill('sandbox-bob')
    assert.ok(await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible())
    await page.reload()
    await page.getByLabel('QuantConnect user id').click() // the authenticator says yes by itself
    await overview(page).waitFor()
    await page.getByText('QuantConnect user 100001').waitFor()
    await context.close()
  })
})

describe('signing in while QuantConnect does not answer', () => {
  const browser = useBrowser()
  const silent = createServer(() => {})
  let server: TestServer
  before(async () => {
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo
    server = await startServer({ QUANTCONNECT_API_URL: `http://127.0.0.1:${port}`, SANDBOX: 'off' })
  })
  after(async () => {
    await server.stop()
    silent.closeAllConnections()
    silent.close()
  })

  it('shows that it waits, and then says by itself that nothing is wrong on the person’s side', {
    timeout: 12_000,
  }, async () => {
    const { page, context } = await browser.newPerson()
    await page.goto(`${server.origin}/account`)
    // A page that leaves cannot be asked, so it notes itself what its button said meanwhile.
    await page.evaluate(`new MutationObserver(([{ target }]) => {
      if (target.ariaBusy === 'true') sessionStorage.setItem('said', target.textContent)
    }).observe(document.querySelector('main'), { subtree: true, attributeFilter: ['aria-busy'] })`)
    await signInAs(page, { userId: '123456', apiToken: 'a-token-for-tests' })
    await page.getByRole('alert').getByText('QuantConnect cannot be reached right now').waitFor()
    assert.equal(await page.evaluate('sessionStorage.getItem("said")'), 'Asking QuantConnect…')
    assert.equal(await page.getByLabel('QuantConnect user id').inputValue(), '123456')
    assert.ok(await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible())
    await context.close()
  })
})
