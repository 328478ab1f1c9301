// Logins that QuantConnect keeps: what of them is used, what is hidden, and what happens without one.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Refusal } from '../../../src/resource-server/calls/refusals.ts'
import { paper } from './brokerage-forms.ts'
import { answerOf, contextOf, toolNamed } from './run-tool.ts'
import { CREATE, START, startCall, startLive, withLogins } from './start-live.ts'

const tradeStation = {
  id: 'TradeStationBrokerage',
  'trade-station-client-id': 'client',
  'trade-station-account-id': 'account',
  'trade-station-refresh-token': 'own refresh token',
}
const schwab = { id: 'CharlesSchwabBrokerage', 'charles-schwab-account-number': '1234' }

describe('a stored login', () => {
  const stored = {
    'alpaca-access-token': 'stored token',
    'alpaca-environment': 'live',
    jwt: 'stored jwt',
    nested: { code: 'stored code', list: [{ pin: 'stored pin' }] },
  }
  const SECRETS = ['stored code', 'stored jwt', 'stored pin', 'stored token']

  it('fills the fields that its form declares and the caller left out, and nothing else', async () => {
    const { asked } = await startLive({ id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' }, {}, { alpaca: stored })
    assert.deepEqual(
      asked.map(({ endpoint }) => endpoint),
      ['/live/auth0/read', '/live/create'],
    )
    assert.deepEqual(asked[0]?.args, { brokerage: 'alpaca' })
    assert.equal(asked[0]?.options.retry, true)
    assert.deepEqual(startCall(asked).args.brokerage, {
      id: 'AlpacaBrokerage',
      'alpaca-environment': 'paper',
      'alpaca-access-token': 'stored token',
    })
  })

  it('has every secret in it struck out of the answer, at any depth', async () => {
    const { asked, text } = await startLive(
      { id: 'AlpacaBrokerage', 'alpaca-environment': 'paper' },
      {},
      { alpaca: stored },
    )
    assert.deepEqual(startCall(asked).options.secrets.toSorted(), SECRETS)
    for (const secret of SECRETS) assert.ok(!text.includes(secret))
  })

  it('stands in for its placeholder too', async () => {
    const form = {
      id: 'AlpacaBrokerage',
      'alpaca-environment': 'live',
      'alpaca-access-token': '[stored at QuantConnect]',
    }
    const { asked } = await startLive(form, {}, { alpaca: stored })
    assert.equal(startCall(asked).args.brokerage['alpaca-access-token'], 'stored token')
  })

  it('is not read where the caller brings the secret along', async () => {
    const form = { ...tradeStation, 'trade-station-environment': 'live' }
    const { asked } = await startLive(form, {}, { tradestation: { 'trade-station-refresh-token': 'stored' } })
    assert.equal(asked.length, 1)
    assert.deepEqual(startCall(asked).args.brokerage, form)
  })

  it('is used by data providers as well, each its own', async () => {
    const { 'trade-station-refresh-token': _own, ...form } = { ...tradeStation, 'trade-station-environment': 'live' }
    const dataProviders = { TradeStationBrokerage: form, QuantConnectBrokerage: paper }
    const login = {
      'trade-station-refresh-token': 'stored refresh',
      'trade-station-account-id': 'other account',
      'trade-station-client-id': 'other client',
    }
    const { asked } = await startLive(paper, { dataProviders }, { tradestation: login })
    const { args, options } = startCall(asked)
    assert.deepEqual(args.dataProviders, {
      TradeStationBrokerage: { ...form, 'trade-station-refresh-token': 'stored refresh' },
      QuantConnectBrokerage: paper,
    })
    assert.deepEqual(options.secrets, ['stored refresh'])
  })

  it('is not needed for the key pair of Alpaca’s feed', async () => {
    const feed = { id: 'AlpacaBrokerage', 'alpaca-api-key': 'k', 'alpaca-api-secret': 's' }
    const { asked } = await startLive(paper, { dataProviders: { AlpacaBrokerage: feed } })
    assert.equal(asked.length, 1)
    assert.deepEqual(startCall(asked).args.dataProviders, { AlpacaBrokerage: feed })
  })

  it('is needed by Charles Schwab, though nothing of it is filled in', async () => {
    const { asked } = await startLive(
      schwab,
      {},
      { charlesschwab: { 'charles-schwab-account-number': '99', code: 'x' } },
    )
    assert.deepEqual(asked[0]?.args, { brokerage: 'charlesschwab' })
    assert.deepEqual(startCall(asked).args.brokerage, schwab)
    assert.deepEqual(startCall(asked).options.secrets, ['x'])
  })

  const without: [name: string, brokerage: object, login: string, logins: Readonly<Record<string, object>>][] = [
    ['Alpaca', { id: 'AlpacaBrokerage', 'alpaca-environment': 'live' }, 'alpaca', {}],
    ['Charles Schwab', schwab, 'charlesschwab', {}],
    ['tastytrade', { id: 'TastytradeBrokerage', 'tastytrade-account-number': 5 }, 'tastytrade', { tastytrade: {} }],
    [
      'Alpaca with a login that lacks the token',
      { id: 'AlpacaBrokerage', 'alpaca-environment': 'live' },
      'alpaca-access-token',
      { alpaca: { 'alpaca-environment': 'live' } },
    ],
  ]
  for (const [name, brokerage, needed, logins] of without) {
    it(`that is missing for ${name} keeps anything from being started`, async () => {
      const tool = toolNamed(CREATE)
      const args = { ...START, brokerage }
      const { context, asked } = contextOf(tool, args, withLogins(logins))
      await assert.rejects(tool.run(tool.input.parse(args), context), (error) => {
        assert.ok(error instanceof Refusal && error.reason.reason === 'impossible')
        assert.match(error.reason.error, /Nothing was started/)
        assert.ok(error.reason.next.includes(needed))
        return true
      })
      assert.deepEqual(
        asked.map(({ endpoint }) => endpoint),
        ['/live/auth0/read'],
      )
    })
  }
})

describe('authorize_connection', () => {
  it('shows which account a login is for, names its other fields, and hides their values', async () => {
    const authorization = {
      'trade-station-client-id': 'client 1',
      'trade-station-account-id': 'account 1',
      'trade-station-environment': 'live',
      'charles-schwab-account-number': 'account 2',
      accounts: ['account 3', 'account 4'],
      'trade-station-refresh-token': 'secret 1',
      jwt: 'secret 2',
      code: 'secret 3',
      nested: { 'account-id': 'secret 4', token: 'secret 5' },
      'nested-accounts': [{ id: 'secret 6', token: 'secret 7' }],
      list: ['secret 8'],
      'account-id-token': 'secret 9',
      'my-environment-key': 'secret 10',
      'a field <b>': 'secret 11',
    }
    const { data, result, asked } = await answerOf(
      'authorize_connection',
      { brokerage: 'tradestation' },
      { authorization, success: true },
    )
    const HIDDEN = '[stored at QuantConnect]'
    assert.deepEqual(data, {
      authorized: true,
      authorization: {
        'trade-station-client-id': 'client 1',
        'trade-station-account-id': 'account 1',
        'trade-station-environment': 'live',
        'charles-schwab-account-number': 'account 2',
        accounts: ['account 3', 'account 4'],
        'trade-station-refresh-token': HIDDEN,
        jwt: HIDDEN,
        code: HIDDEN,
        nested: HIDDEN,
        'nested-accounts': HIDDEN,
        list: HIDDEN,
        'account-id-token': HIDDEN,
        'my-environment-key': HIDDEN,
      },
    })
    assert.doesNotMatch(JSON.stringify(result), /secret \d/)
    assert.deepEqual(
      asked.map(({ endpoint, args }) => [endpoint, args]),
      [['/live/auth0/read', { brokerage: 'tradestation' }]],
    )
  })
})
