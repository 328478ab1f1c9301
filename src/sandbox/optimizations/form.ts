// The arguments of /optimizations/create and estimate, checked. The two take the same ones.
import { ApiError, type Arguments, integerIn, textIn } from '../handler.ts'
import type { Constraint, ParameterRange } from '../world/optimization.ts'
import { GRID_AT_MOST, gridSize } from './optimization.ts'

const GRID_SEARCH = 'QuantConnect.Optimizer.Strategies.GridSearchOptimizationStrategy'
const TARGET =
  /^TotalPerformance\.PortfolioStatistics\.(SharpeRatio|CompoundingAnnualReturn|ProbabilisticSharpeRatio|Drawdown)$/
const OPERATORS = ['LessOrEqual', 'Less', 'GreaterOrEqual', 'Greater', 'NotEqual', 'Equals']
/** Dollars an hour, and how many may run at once. */
export const NODE_TYPES: Readonly<Record<string, { readonly price: number; readonly parallel: number }>> = {
  'O2-8': { price: 0.15, parallel: 24 },
  'O4-12': { price: 0.3, parallel: 12 },
  'O8-16': { price: 0.6, parallel: 6 },
}
const RANGES_AT_MOST = 10
const NAME_AT_MOST = 200

type Row = Readonly<Record<string, unknown>>

/** A list may arrive as such, or, from form data, as its JSON. */
function rowsOf(value: unknown, name: string): readonly Row[] {
  let rows: unknown = value ?? []
  try {
    if (typeof rows === 'string') rows = JSON.parse(rows)
  } catch {}
  if (
    !Array.isArray(rows) ||
    rows.length > RANGES_AT_MOST ||
    !rows.every((row) => typeof row === 'object' && row !== null)
  ) {
    throw new ApiError(`Invalid argument: ${name}`)
  }
  return rows as Row[] // the line above looked at every row
}

const number = (row: Row, field: string, name: string): number => {
  const value = typeof row[field] === 'string' && row[field] !== '' ? Number(row[field]) : row[field]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ApiError(`Invalid argument: ${name}`)
  return value
}

function rangesFrom(args: Arguments): readonly ParameterRange[] {
  const ranges = rowsOf(args.parameters, 'parameters').map((row) => ({
    name: typeof row.name === 'string' ? row.name.slice(0, 100) : '',
    min: number(row, 'min', 'parameters'),
    max: number(row, 'max', 'parameters'),
    step: number(row, 'step', 'parameters'),
    ...(row.minStep !== undefined && row.minStep !== null && { minStep: number(row, 'minStep', 'parameters') }),
  }))
  if (ranges.length === 0) throw new ApiError('Parameters are required')
  if (ranges.some(({ name, min, max, step }) => name === '' || step <= 0 || max < min)) {
    throw new ApiError('Invalid argument: parameters')
  }
  if (gridSize(ranges) > GRID_AT_MOST) throw new ApiError(`This sandbox runs at most ${GRID_AT_MOST} backtests at once`)
  return ranges
}

const constraintsFrom = (args: Arguments): readonly Constraint[] =>
  rowsOf(args.constraints, 'constraints').map((row) => {
    const { target, operator } = row
    if (typeof target !== 'string' || !TARGET.test(target) || !OPERATORS.includes(String(operator))) {
      throw new ApiError('Invalid argument: constraints')
    }
    return { target, operator: String(operator), targetValue: number(row, 'targetValue', 'constraints') }
  })

/** A name that is not too long, or nothing. */
export function nameFrom(args: Arguments): string | undefined {
  const name = textIn(args, 'name')?.trim()
  if (name && name.length > NAME_AT_MOST) throw new ApiError(`Name is longer than ${NAME_AT_MOST} characters`)
  return name
}

export function criterionFrom(args: Arguments) {
  const parameters = rangesFrom(args)
  const target = textIn(args, 'target') ?? ''
  const extremum = textIn(args, 'targetTo')
  const { targetValue } = args
  if (!TARGET.test(target)) throw new ApiError('Invalid argument: target')
  if (extremum !== 'min' && extremum !== 'max') throw new ApiError('Invalid argument: targetTo')
  if ((textIn(args, 'strategy') ?? GRID_SEARCH) !== GRID_SEARCH) throw new ApiError('Invalid argument: strategy')
  const aims = targetValue !== undefined && targetValue !== null && targetValue !== ''
  return {
    parameters,
    target,
    extremum: extremum as 'min' | 'max', // the line above looked
    targetValue: aims ? number(args, 'targetValue', 'targetValue') : null,
    constraints: constraintsFrom(args),
  }
}

export function nodesFrom(args: Arguments) {
  const nodeType = textIn(args, 'nodeType') ?? ''
  const node = Object.hasOwn(NODE_TYPES, nodeType) ? NODE_TYPES[nodeType] : undefined
  if (!node) throw new ApiError('Invalid argument: nodeType')
  const parallelNodes = integerIn(args, 'parallelNodes') ?? 1
  if (parallelNodes < 1 || parallelNodes > node.parallel) throw new ApiError('Invalid argument: parallelNodes')
  return { nodeType, parallelNodes }
}
