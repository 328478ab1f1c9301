// The door to this folder: code, dates and parameters in, results out. The same in gives the same out.
import { createHash } from 'node:crypto'
import { inPortions } from '../../portions.ts'
import { type Circumstances, periodOf } from './period.ts'
import { type Program, readProgram } from './program.ts'
import { run } from './run.ts'
import type { Simulation } from './simulation.ts'

export type { Circumstances } from './period.ts'
export { periodOf } from './period.ts'
export type { Program } from './program.ts'
export { readProgram } from './program.ts'
export type * from './simulation.ts'

export interface SimulationRequest extends Circumstances {
  readonly language: 'Py' | 'C#'
  /** As they are stored in the project. */
  readonly files: readonly { readonly name: string; readonly content: string }[]
}

/** How many results, and how many days in them together, stay in memory. Whatever is let go is computed again. */
const KEPT = 64
const DAYS_KEPT = 40_000

const kept = new Map<string, Simulation>()

function keep(key: string, simulation: Simulation): void {
  kept.set(key, simulation)
  let days = [...kept.values()].reduce((sum, { tradeableDays }) => sum + tradeableDays, 0)
  for (const [oldest, { tradeableDays }] of kept) {
    if (kept.size <= KEPT && days <= DAYS_KEPT) break
    if (oldest === key) continue
    kept.delete(oldest)
    days -= tradeableDays
  }
}

/** Two simulations with the same key have the same results. */
export function keyOf(program: Program, circumstances: Circumstances): string {
  const { parameters, start, end, cash } = circumstances
  const settings = [program, Object.entries(parameters).sort(), start, end, cash, periodOf(program, circumstances)]
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64')
}

/** Simulates what was read out of a code before. */
export function simulateProgram(program: Program, circumstances: Circumstances): Simulation {
  const key = keyOf(program, circumstances)
  const known = kept.get(key)
  if (known)
    kept.delete(key) // to come last, since the first is the one that goes
  else if (mayBePutOff) throw new NotSimulated(key, program, circumstances)
  const simulation = known ?? wholly(run(program, circumstances))
  keep(key, simulation)
  return simulation
}

/** Thrown instead of a simulation where it need not come at once: it takes longer than everybody else should wait. */
export class NotSimulated extends Error {
  readonly #work: Generator<void, Simulation>
  readonly #key: string
  constructor(key: string, program: Program, circumstances: Circumstances) {
    super('not simulated yet')
    this.#key = key
    this.#work = run(program, circumstances)
  }

  /** Simulates in portions. Afterwards the same is there at once. */
  async simulate(): Promise<void> {
    keep(this.#key, await inPortions(this.#work))
  }
}

let mayBePutOff = false

/** Takes a step that can be taken again when it throws `NotSimulated`. */
export function withSimulationsPutOff<T>(step: () => T): T {
  mayBePutOff = true
  try {
    return step()
  } finally {
    mayBePutOff = false
  }
}

function wholly<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** Simulates code as it stands: a backtest, or with `start` a live deployment from that moment to `end`. */
export const simulate = ({ language, files, ...circumstances }: SimulationRequest): Simulation =>
  simulateProgram(readProgram(language, files), circumstances)
