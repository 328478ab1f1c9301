// The machines of an organization. A backtest node runs one backtest at a time.
import { hash, type World } from './world.ts'

export interface Node {
  readonly id: string
  readonly name: string
}

export const backtestNodes = ({ userId }: World): Node[] =>
  [1, 2].map((number) => {
    const seed = hash(`backtest node ${number} of ${userId}`)
    return { id: seed.slice(0, 16), name: `B-MICRO node ${seed.slice(16, 24)}` }
  })
