// Paper trading only: chosen beforehand for whatever may trade. Real money takes a person who chooses it and proves that they
// are here, and they can take it back.
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { permissionOutcome } from '../../support/call-outcome.ts'
import {
  paperOnly,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  summary,
  useConsentPage,
} from '../../support/consent-page.ts'
import type { Registration, Tokens } from '../../support/raw-client.ts'
import type { SandboxCall } from '../../support/sandbox.ts'
import { sandboxOf } from '../../support/sandbox.ts'
import { grantOf } from '../../support/stored.ts'

const PAPER = { id: 'QuantConnectBrokerage' }
const REAL = {
  id: 'KrakenBrokerage',
  'kraken-api-key': 'k',
  'kraken-api-secret': 's',
  'kraken-verification-tier': 'Pro',
}
const REFUSED = /may only trade on paper/

describe('whoever lets a program trade', () => {
  const { server, browser, arrive, allow } = useConsentPage()
  let page: Page
  let sandbox: SandboxCall
  let client: Registration
  let tokens: Tokens
  let deployment: { projectId: number; compileId: string; nodeId: string }
  before(async () => {
    ;({ page } = await browser.newPerson())
    sandbox = sandboxOf(server)
    const { projectId } = (await sandbox('/projects/create', { name: 'Live', language: 'Py' })).projects[0]
    const { compileId } = await sandbox('/compile/create', { projectId })
    await server.advance(5)
    const { live } = (await sandbox('/projects/nodes/read', { projectId })).nodes
    deployment = { projectId, compileId, nodeId: live[0].id }
  })

  /** What starting a live algorithm comes to; what runs afterwards is stopped, past the program. */
  async function start(brokerage: object): Promise<string> {
    const said = await permissionOutcome(server, tokens, 'create_live_algorithm', { ...deployment, brokerage })
    if (said === 'done') await sandbox('/live/update/stop', { projectId: deployment.projectId })
    return said
  }
  const broadcast = async () => {
    const { organizationId } = await sandbox('/account/read')
    return permissionOutcome(server, tokens, 'broadcast_live_command', {
      organizationId,
      command: { $type: 'QuitCommand' },
    })
  }

  it('keeps it to paper unless they choose real money: other brokerages are refused, and so are commands to all', async () => {
    const visit = await arrive(
      page,
      scopeParameter('qc:live:read', 'qc:live:write', 'qc:live:execute', 'qc:admin:write'),
    )
    client = visit.client
    await scopeCheckbox(page, 'qc:live:write').check()
    await scopeCheckbox(page, 'qc:live:execute').check()
    await scopeCheckbox(page, 'qc:admin:write').check()
    assert.ok(await paperOnly(page).isChecked())
    await summary(page)
      .getByText(/trade on paper and manage.*not be able to .*trade with real money/)
      .waitFor()
    assert.equal(await summary(page).getByText('real money', { exact: true }).isVisible(), false)
    tokens = await allow(page, visit)
    assert.equal((await grantOf(server, tokens.access_token))?.paperOnly, true)
    assert.match(await start(REAL), REFUSED)
    assert.match(await broadcast(), REFUSED)
    assert.equal(await start(PAPER), 'done')
  })

  it('can let it trade with real money later, in the same connection, which the next call knows', async () => {
    const visit = await arrive(page, scopeParameter('qc:live:write'), client)
    await realMoney(page).check()
    await summary(page).getByText('real money', { exact: true }).waitFor()
    const { scope } = await allow(page, visit)
    assert.equal(scope, tokens.scope)
    assert.equal(await start(REAL), 'done')
    assert.equal(await broadcast(), 'done')
  })

  it('finds real money chosen from then on, and can take it back', async () => {
    const visit = await arrive(page, scopeParameter('qc:live:write'), client)
    assert.ok(await realMoney(page).isChecked())
    await paperOnly(page).check()
    await allow(page, visit)
    assert.match(await start(REAL), REFUSED)
    assert.equal(await start(PAPER), 'done')
  })
})
