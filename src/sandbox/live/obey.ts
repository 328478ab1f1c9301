// What a running algorithm does about a command: LEAN's own commands by their `$type`, others only leave a line.
import type { Security } from '../simulation/securities.ts'
import type { Command } from '../world/deployment.ts'
import { securityNamed } from './market.ts'
import type { Telling } from './telling.ts'

const symbolOf = (command: Command['command']): Security | undefined => {
  const { symbol, ticker } = command
  const inner = typeof symbol === 'object' && symbol !== null ? (symbol as Record<string, unknown>) : {}
  const name = [symbol, ticker, inner.id, inner.value, inner.ticker].find((part) => typeof part === 'string')
  return typeof name === 'string' && name.trim() !== '' ? securityNamed(name) : undefined
}

const numberOf = (value: unknown): number => (value === undefined || value === '' ? Number.NaN : Number(value))

export function obey(telling: Telling, { at, command }: Command): void {
  const type = command.$type
  const security = symbolOf(command)
  const order = telling.orders.find(({ id }) => id === numberOf(command.order_id ?? command.orderId))
  const words = JSON.stringify(command).slice(0, 300)
  telling.say(at, typeof type === 'string' ? `Command ${type}: ${words}` : `on_command: ${words}`)
  switch (type) {
    case 'OrderCommand': {
      const quantity = numberOf(command.quantity)
      if (!security || !Number.isFinite(quantity)) {
        telling.say(at, 'OrderCommand failed: symbol and quantity are required')
        return
      }
      const limit = numberOf(command.limit_price ?? command.limitPrice)
      const isLimit = String(command.order_type ?? command.orderType).toLowerCase() === 'limit' && limit > 0
      telling.order(at, security, quantity, String(command.tag ?? ''), isLimit ? limit : undefined)
      return
    }
    case 'LiquidateCommand':
      telling.liquidate(at, String(command.tag ?? 'Liquidated'), security)
      return
    case 'CancelOrderCommand':
    case 'UpdateOrderCommand':
      if (order?.status !== 1) {
        telling.say(at, `${type} failed: no open order has that id`)
        return
      }
      order.updated = at
      if (type === 'CancelOrderCommand') order.status = 5
      else {
        order.quantity = numberOf(command.quantity) || order.quantity
        order.limitPrice = numberOf(command.limit_price ?? command.limitPrice) || order.limitPrice
      }
      return
    case 'AddSecurityCommand':
      if (security) telling.say(at, `Added ${security.id}`)
  }
}
