// For how long: a connection ends when its person said it would, and one that nobody uses ends in any case.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { permissionOutcome } from '../../support/call-outcome.ts'
import { choose, scopeParameter, useConsentPage } from '../../support/consent-page.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import { refresh } from '../../support/raw-client.ts'

const HOUR = 60 * 60
const DAY = 24 * HOUR

describe('a connection', () => {
  const { server, browser, arrive, allow } = useConsentPage()
  let page: Page
  before(async () => {
    ;({ page } = await browser.newPerson())
  })

  async function connect(says?: RegExp): Promise<{ client: Registration; tokens: Tokens }> {
    const visit = await arrive(page, scopeParameter('qc:projects:read'))
    if (says) await choose(page, says)
    return { client: visit.client, tokens: await allow(page, visit) }
  }

  /** What a refresh answers: new tokens, or the error. */
  async function renewed(client: Registration, { refresh_token }: Tokens): Promise<Tokens | string> {
    const response = await refresh(server, client, refresh_token)
    const body = (await response.json()) as Tokens & { error?: string }
    return response.status === 200 ? body : `${response.status} ${body.error}`
  }

  /** The tokens of a connection that still lives. */
  async function alive(client: Registration, tokens: Tokens): Promise<Tokens> {
    const next = await renewed(client, tokens)
    assert.ok(typeof next === 'object', `refused: ${next}`)
    assert.equal(await permissionOutcome(server, next, 'list_projects'), 'done')
    return next
  }

  async function over(client: Registration, tokens: Tokens): Promise<void> {
    assert.equal(await permissionOutcome(server, tokens, 'list_projects'), 'over')
    assert.equal(await renewed(client, tokens), '400 invalid_grant')
  }

  for (const [choice, { says, seconds, margin }] of Object.entries({
    'one hour': { says: /^one hour/, seconds: HOUR, margin: 5 * 60 },
    'one day': { says: /^one day/, seconds: DAY, margin: HOUR },
    '30 days': { says: /^30 days/, seconds: 30 * DAY, margin: DAY },
    'nothing else, which is 30 days': { says: undefined, seconds: 30 * DAY, margin: DAY },
  })) {
    it(`lives so long and not longer when its person chose ${choice}`, async () => {
      const { client, tokens } = await connect(says)
      await server.advance(seconds - margin)
      const last = await alive(client, tokens)
      assert.ok(last.expires_in <= margin) // no token outlives its connection
      await server.advance(margin + 1)
      await over(client, last)
    })
  }

  it('lives until it is ended when its person chose so, as long as it is used', async () => {
    const { client, tokens } = await connect(/^until I end it/)
    let latest = tokens
    for (let month = 0; month < 4; month++) {
      await server.advance(60 * DAY)
      latest = await alive(client, latest)
    }
  })

  it('ends after 90 days in which nobody used it, though its person chose no end', async () => {
    const { client, tokens } = await connect(/^until I end it/)
    await server.advance(89 * DAY)
    const latest = await alive(client, tokens)
    await server.advance(90 * DAY + 1)
    await over(client, latest)
  })

  it('begins a new life of the new length when it is authorised anew', async () => {
    const first = await connect(/^one hour/)
    const again = await arrive(page, scopeParameter('qc:projects:read'), first.client)
    assert.ok(await page.getByRole('radio', { name: /^as it is: on / }).isChecked())
    await choose(page, /^one day/)
    const second = await allow(page, again)
    await server.advance(2 * HOUR)
    await over(first.client, { ...second, refresh_token: 'of nobody' })
    await alive(first.client, second)
  })
})
