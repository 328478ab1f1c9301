// What a tool is here: a declaration. The gate reads its scopes, the dispatcher its endpoint and input, a model the rest.
import { z } from 'zod'
import type { Scopes } from '../../scopes.ts'

/** The hints a client shows and acts on (MCP `ToolAnnotations`). All four, always: what is left out counts as the worst. */
export interface Posture {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

const posture = (readOnlyHint: boolean, destructiveHint: boolean, idempotentHint: boolean): Posture => ({
  readOnlyHint,
  destructiveHint,
  idempotentHint,
  openWorldHint: true,
})
/** Changes nothing. */
export const reads = posture(true, false, true)
/** Makes something new each time and harms nothing that is there. */
export const adds = posture(false, false, false)
/** Makes something new, and a second call changes nothing more. */
export const addsOnce = posture(false, false, true)
/** Replaces or removes what is there; a second call changes nothing more. */
export const replaces = posture(false, true, true)
/** Changes what is there, and a second call changes it again. */
export const edits = posture(false, true, false)

export interface Tool {
  readonly name: string
  readonly title: string
  /** For the model: what it does, what it returns, what to call next, what it costs. */
  readonly description: string
  /** What a call needs, all of it. The type forbids a tool that needs nothing. */
  readonly scopes: Scopes
  readonly annotations: Posture
  /** Path below QuantConnect's API address; the input is its JSON body. */
  readonly endpoint: `/${string}`
  readonly input: z.ZodObject
  /** Takes known ballast out of an answer. */
  readonly trim?: (body: Readonly<Record<string, unknown>>) => Record<string, unknown>
}

/** Declares one tool. `input` lists the flat arguments; anything beside them is refused. */
export const tool = ({ input, ...rest }: Omit<Tool, 'input'> & { readonly input: z.ZodRawShape }): Tool => ({
  ...rest,
  input: z.strictObject(input),
})

/** An answer without the named fields. */
export const without =
  (...names: string[]) =>
  (body: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))

// Arguments that recur, each with the sentence that a model reads.
export const ProjectId = z.int().describe('Project number, from list_projects or create_project.')
export const CompileId = z.string().min(1).describe('Compile id, from create_compile.')
export const BacktestId = z.string().min(1).describe('Backtest id, from create_backtest or list_backtests.')
export const FileName = z.string().min(1).describe('File name with extension; slashes make folders.')
