// What a deployment begins with: cash and holdings, as the form of a paper account gives them.
import { ApiError } from '../handler.ts'
import type { CashAmount, Position } from '../world/deployment.ts'

const ROWS_AT_MOST = 50
const DEFAULT_CASH: readonly CashAmount[] = [{ currency: 'USD', amount: 100_000 }]

function rowsOf(value: unknown, name: string): Record<string, unknown>[] {
  const rows = value ?? []
  const fine = Array.isArray(rows) && rows.length <= ROWS_AT_MOST
  if (!fine || !rows.every((row) => typeof row === 'object' && row !== null)) {
    throw new ApiError(`Invalid argument: ${name}`)
  }
  return rows // the line above looked at every row
}

const number = (value: unknown, name: string): number => {
  if (value === undefined || value === null || value === '' || !Number.isFinite(Number(value))) {
    throw new ApiError(`Invalid argument: ${name}`)
  }
  return Number(value)
}

export function cashFrom(value: unknown): readonly CashAmount[] {
  const rows = rowsOf(value, 'cash').map(({ currency, amount }) => ({
    currency: String(currency ?? 'USD').slice(0, 10),
    amount: number(amount, 'cash'),
  }))
  return rows.length === 0 ? DEFAULT_CASH : rows
}

export const holdingsFrom = (value: unknown): readonly Position[] =>
  rowsOf(value, 'holdings').map(({ symbolId, symbol, quantity, averagePrice }) => {
    const id = String(symbolId ?? symbol ?? '').trim()
    if (id === '' || id.length > 40) throw new ApiError('Invalid argument: holdings')
    return {
      symbolId: id,
      ticker: String(symbol ?? id.split(' ')[0]).slice(0, 20),
      quantity: number(quantity, 'holdings'),
      averagePrice: number(averagePrice ?? 0, 'holdings'),
    }
  })
