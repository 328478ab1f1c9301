// What a person's record says of a command to a live algorithm: what LEAN would trade by it, in whatever spelling it came.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commandWords } from '../../src/resource-server/tools/families/live-command-words.ts'

const words = (cases: readonly (readonly [command: Record<string, unknown>, words: string])[]) => {
  for (const [command, expected] of cases) {
    it(`${JSON.stringify(command).slice(0, 100)}: ${expected}`, () => assert.equal(commandWords(command), expected))
  }
}
const order = (fields: object) => ({ $type: 'OrderCommand', ...fields })

describe('an order', () => {
  words([
    [order({ symbol: 'SPY', quantity: 10 }), 'Buy 10 SPY'],
    [order({ symbol: 'SPY', quantity: -10 }), 'Sell 10 SPY'],
    [order({ ticker: 'SPY', quantity: -0.5, order_type: 'market' }), 'Sell 0.5 SPY, market order'],
    [order({ Ticker: 'BTCUSD', Quantity: '-2.50', OrderType: 'Market' }), 'Sell 2.5 BTCUSD, market order'],
    [
      order({ Symbol: 'SPY', Quantity: 1e6, orderType: 'limit', limitPrice: '450.25' }),
      'Buy 1000000 SPY, limit order, limit 450.25',
    ],
    [
      order({ symbol: 'SPY', quantity: 3, order_type: 'StopLimit', limit_price: 4, stop_price: 3.5 }),
      'Buy 3 SPY, stop limit order, limit 4, stop 3.5',
    ],
    [order({ symbol: 'SPY', quantity: 3, orderType: 2, stopPrice: 3.5 }), 'Buy 3 SPY, stop market order, stop 3.5'],
    [order({ symbol: 'SPY', quantity: 3, orderType: '11' }), 'Buy 3 SPY, trailing stop order'],
    [order({ symbol: 'SPY', quantity: 3, orderType: 99 }), 'Buy 3 SPY, order type 99'],
    [order({ symbol: 'SPY', quantity: 3, orderType: 'any, time' }), 'Buy 3 SPY, order type “any, time”'],
    [order({ symbol: 'SPY', quantity: 3, orderType: {} }), 'Buy 3 SPY, order type unreadable'],
    [order({ symbol: 'SPY', quantity: 3, limitPrice: null, stopPrice: '', orderType: null }), 'Buy 3 SPY'],
    [order({ symbol: 'SPY', quantity: 3, tag: 'why', secret: 'x', id: 7 }), 'Buy 3 SPY'],
  ])
})

describe('the symbol of an order', () => {
  words([
    [order({ symbol: { value: 'SPY', id: 'SPY R735QTJ8XC9X' }, quantity: 1 }), 'Buy 1 SPY'],
    [order({ symbol: { ID: 'SPY R735QTJ8XC9X', Value: 'SPY' }, quantity: 1 }), 'Buy 1 SPY'],
    [order({ symbol: { id: 'SPY R735QTJ8XC9X' }, quantity: 1 }), 'Buy 1 “SPY R735QTJ8XC9X”'],
    [order({ symbol: 'BRK.B', ticker: 'BRK.B', quantity: 1 }), 'Buy 1 BRK.B'],
    [order({ symbol: 'SPY', ticker: 'QQQ', quantity: 1 }), 'Buy 1 SPY or QQQ'],
    [order({ symbol: 700, quantity: 1 }), 'Buy 1 700'],
    [order({ symbol: { value: { value: 'SPY' } }, quantity: 1 }), 'Buy 1 a symbol that cannot be read'],
    [order({ symbol: ['SPY'], quantity: 1 }), 'Buy 1 a symbol that cannot be read'],
    [order({ symbol: 'SPY, project 8 “', quantity: 1 }), 'Buy 1 “SPY, project 8 "”'],
    [order({ quantity: 1 }), 'Buy 1 a symbol that is not named'],
  ])
})

describe('the quantity of an order, whose sign is its side', () => {
  words([
    [order({ symbol: 'SPY', quantity: 10, side: 'buy' }), 'Buy 10 SPY'],
    [order({ symbol: 'SPY', quantity: -10, direction: 'Short' }), 'Sell 10 SPY'],
    [order({ symbol: 'SPY', quantity: 10, direction: 'SELL' }), 'Buy 10 SPY, though its side says sell'],
    [order({ symbol: 'SPY', quantity: 10, side: 'whatever this is' }), 'Buy 10 SPY'],
    [order({ symbol: 'SPY', quantity: 1, Quantity: 1000 }), 'Order of SPY, quantity 1 or 1000'],
    [order({ symbol: 'SPY', quantity: 1, Quantity: '1.0' }), 'Buy 1 SPY'],
    [order({ symbol: 'SPY', quantity: 0, side: 'sell' }), 'Order of SPY, quantity 0, side sell'],
    [order({ symbol: 'SPY' }), 'Order of SPY, quantity not given'],
    ...['NaN', 'ten', Number.NaN, Number.POSITIVE_INFINITY, 'Infinity', {}, [10], true].map(
      (quantity) =>
        [
          order({ symbol: 'SPY', quantity, orderType: 1 }),
          'Order of SPY, quantity that is no number, limit order',
        ] as const,
    ),
  ])
})

describe('another command of LEAN’s', () => {
  words([
    [{ $type: 'CancelOrderCommand', order_id: 12 }, 'Cancel order 12'],
    [{ $type: 'CancelOrderCommand', OrderId: '12' }, 'Cancel order 12'],
    [{ $type: 'CancelOrderCommand' }, 'Cancel order without an id'],
    [
      { $type: 'UpdateOrderCommand', orderId: 12, quantity: -5, LimitPrice: 4.5, tag: 'x' },
      'Change order 12 to quantity -5, limit 4.5',
    ],
    [{ $type: 'UpdateOrderCommand', orderId: 12, tag: 'x' }, 'Change order 12'],
    [{ $type: 'LiquidateCommand', ticker: 'SPY' }, 'Liquidate SPY'],
    [{ $type: 'LiquidateCommand' }, 'Liquidate everything'],
    [{ $type: 'AddSecurityCommand', symbol: 'IBM', security_type: 'equity' }, 'Add security IBM'],
    [{ $type: 'AddSecurityCommand' }, 'Add security without a symbol'],
    [{ $type: 'QuitCommand' }, 'Quit the algorithm'],
    [{ $type: 'AlgorithmStatusCommand', status: 'Liquidated' }, 'Set the algorithm’s status to Liquidated'],
    [{ $type: 'AlgorithmStatusCommand', Status: 3 }, 'Set the algorithm’s status to 3'],
    [{ $type: 'QuantConnect.Commands.QuitCommand, QuantConnect.Common' }, 'Quit the algorithm'],
    [{ $type: 'quitcommand' }, 'Quit the algorithm'],
  ])
})

describe('a command of the algorithm’s own', () => {
  words([
    [{ anything: 1 }, 'A command of its own (on_command)'],
    [{}, 'A command of its own (on_command)'],
    [{ $type: null, type: 'OrderCommand' }, 'A command of its own (on_command)'],
    [
      { action: 'x', symbol: 'SPY', side: 'short', quantity: 3, limit_price: 4 },
      'A command of its own (on_command): symbol SPY, side sell, quantity 3, limit 4',
    ],
    [{ $type: 'Rebalance', ticker: 'SPY', note: 'x' }, 'Command Rebalance: symbol SPY'],
    [{ $type: 'constructor' }, 'Command constructor'],
    [{ $type: '__proto__' }, 'Command __proto__'],
    ...['', 'two words', 'a”b', 'x'.repeat(10_000), '\u202ereversed'].map(
      ($type) => [{ $type }, 'Command of a type that cannot be read'] as const,
    ),
    ...[7, {}, ['OrderCommand'], true].map(($type) => [{ $type }, 'Command of a type that cannot be read'] as const),
  ])
})

describe('a strange command', () => {
  it('is said in time, however many fields it has and however deep they go', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`field${at}`, { symbol: 'X' }]))
    assert.equal(commandWords({ ...many, ...order({ symbol: 'SPY', quantity: 1 }) }), 'Buy 1 SPY')
    let deep: unknown = 'SPY'
    for (let at = 0; at < 60; at += 1) deep = at % 2 ? { value: deep } : [deep, deep]
    assert.equal(
      commandWords(order({ symbol: deep, quantity: deep })),
      'Order of a symbol that cannot be read, quantity that is no number',
    )
    const spellings = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [`quantity${'_'.repeat(at % 30)}${'-'.repeat(at / 30)}`, at]),
    )
    assert.equal(commandWords(order({ symbol: 'SPY', ...spellings })), 'Order of SPY, quantity 0 or 1 or 2')
  })

  it('is read without being changed, and a prototype that it brings along is none of it', () => {
    const command = Object.freeze(JSON.parse('{"__proto__":{"quantity":5},"$type":"OrderCommand","symbol":"SPY"}'))
    assert.equal(commandWords(command), 'Order of SPY, quantity not given')
  })
})
