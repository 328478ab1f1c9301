// A person without a mouse: every control can be reached with the Tab key, shows that it is reached, and does its work.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { proofHeading } from '../support/account-page.ts'
import { useBrowser } from '../support/browser.ts'
import { useCallback } from '../support/callback.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'
import { grantsOfAccount } from '../support/stored.ts'

/** Presses Tab until a control with these words has the focus, and fails when that cannot be seen, or never happens. */
async function reach(page: Page, words: RegExp): Promise<void> {
  const passed: string[] = []
  while (passed.length < 100) {
    await page.keyboard.press('Tab')
    // Written as text, since it runs in the page.
    const { says, seen } = (await page.evaluate(`(() => {
      const control = document.activeElement
      if (control === document.body) return { says: '', seen: true } // the browser's own controls come in between
      const { outlineStyle, outlineWidth } = getComputedStyle(control)
      const labels = [...(control.labels ?? [])].map((label) => label.innerText)
      return { says: [control.innerText, ...labels].join(''), seen: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 }
    })()`)) as { says: string; seen: boolean }
    assert.ok(seen, `the focus on “${says}” cannot be seen`)
    if (words.test(says)) return
    passed.push(says)
  }
  assert.fail(`no ${words} among ${passed.join(' | ')}`)
}

describe('with the keyboard alone', () => {
  const server = useServer()
  const browser = useBrowser()
  const returnsTo = useCallback()

  it('a person signs in, allows less than was asked, revokes it, and proves that it is them before all is erased', async () => {
    const { page, context } = await browser.newPerson()
    const client = await register(server, { client_name: 'Keys', redirect_uris: [returnsTo()] })
    const request = authorizationRequest(server, client, { scope: 'qc:projects:read qc:files:write' })
    await page.goto(request.url)
    await reach(page, /QuantConnect user id/)
    await page.keyboard.type('100001')
    await reach(page, /API token/)
    await page.keyboard.type('sandbox-alice')
    await page.keyboard.press('Enter')

    await page.getByRole('button', { name: /^Allow / }).waitFor()
    await reach(page, /What it asks for/)
    await page.keyboard.press('ArrowDown') // among radio buttons, where Tab goes on to the next question
    await page.locator('input[name=rendered][value=readonly]').waitFor({ state: 'attached' })
    for (const fold of [/^May: look/, /1 of 1 look/]) {
      await reach(page, fold)
      await page.keyboard.press('Enter')
    }
    await reach(page, /See your projects/)
    await page.keyboard.press('Space')
    await page.getByText('May: look 8/9 · build 0/1').waitFor()
    await reach(page, /^Until/)
    await page.keyboard.press('Enter')
    await reach(page, /one hour|30 days/)
    await page.keyboard.press('ArrowUp')
    await reach(page, /^Allow looking$/)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${returnsTo()}?**`)
    const url = new URL(page.url())
    const tokens = await redeem(server, client, request, { url, status: 200, html: '', headers: new Headers() })
    const [grant] = await grantsOfAccount(server, tokens.access_token)
    assert.deepEqual(
      [grant?.scopes.includes('qc:projects:read'), grant?.scopes.includes('qc:files:write')],
      [false, false],
    )
    assert.equal(grant?.scopes.includes('qc:files:read'), true)
    // A day from the press; the connection itself is made a moment later.
    const life = (grant?.expiresAt ?? 0) - (grant?.createdAt ?? 0)
    assert.ok(life <= 24 * 60 * 60 && life > 24 * 60 * 60 - 60, `${life}`)

    await page.goto(`${server.origin}/account`)
    await reach(page, /^Revoke$/)
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Revoked' }).waitFor()
    assert.deepEqual(await grantsOfAccount(server, tokens.access_token), [])

    await reach(page, /^Leave$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Leave' }).waitFor()
    await reach(page, /^Erase the record too$/)
    await page.keyboard.press('Enter')
    await proofHeading(page).waitFor()
    await reach(page, /API token/)
    await page.keyboard.type('sandbox-alice')
    await reach(page, /^Confirm$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The account is erased' }).waitFor()
    await context.close()
  })
})
