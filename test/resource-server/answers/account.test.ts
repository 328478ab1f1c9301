// What is told of an account: what its person agreed to, and nothing of the payment card but its brand.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, ORGANIZATION } from './run-tool.ts'

describe('an account', () => {
  const body = {
    organizationId: ORGANIZATION,
    creditBalance: 111.56,
    card: { brand: 'visa', expiration: '12/27', last4: '4242' },
    success: true,
  }

  it('is told with organization, credit and brand of the card', async () => {
    const { data, summary } = await answerOf('read_account', {}, body)
    assert.deepEqual(data, { organizationId: ORGANIZATION, creditBalance: 111.56, card: { brand: 'visa' } })
    assert.match(summary, /111\.56/)
  })

  it('never shows expiry or last digits of the card, wherever they stand', async () => {
    const more = { ...body, cards: [body.card], invoice: { last4: '4242' }, email: 'ada@example.org' }
    const { result, cut } = await answerOf('read_account', {}, more)
    assert.doesNotMatch(JSON.stringify(result), /12\/27|4242|ada@/)
    assert.equal(cut.length, 1)
  })

  it('without a card has none, and nothing is said to be left out', async () => {
    const { data, cut } = await answerOf('read_account', {}, { ...body, card: null })
    assert.deepEqual(data, { organizationId: ORGANIZATION, creditBalance: 111.56 })
    assert.deepEqual(cut, [])
  })

  it('with a credit of 0 says 0', async () => {
    const { data, summary } = await answerOf('read_account', {}, { ...body, creditBalance: 0 })
    assert.equal(data.creditBalance, 0)
    assert.match(summary, /\b0\b/)
  })
})

describe('organizations', () => {
  it('are told with id, name, tier, members and preference; the preferred one comes next', async () => {
    const one = { id: 'first', name: 'One', type: 'Trading Firm', members: 3, preferred: false, credit: { balance: 9 } }
    const organizations = [one, { ...one, id: 'second', name: 'Two', members: 1, preferred: true }]
    const { data, next, cut, result } = await answerOf('list_organizations', {}, { organizations, success: true })
    assert.deepEqual(data.organizations, [
      { organizationId: 'first', name: 'One', type: 'Trading Firm', members: 3, preferred: false },
      { organizationId: 'second', name: 'Two', type: 'Trading Firm', members: 1, preferred: true },
    ])
    assert.match(next, /organizationId second\b/)
    assert.match(cut.join(), /credit/)
    assert.doesNotMatch(JSON.stringify(result), /balance/)
  })
})
