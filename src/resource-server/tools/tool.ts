// What a tool is here: a declaration. The gate reads its scopes, the dispatcher its endpoint and input, a model the rest.
import type { InputRequiredResult } from '@modelcontextprotocol/server'
import * as z from 'zod'
import type { CountsAs } from '../../audit/counts.ts'
import type { Body } from '../../quantconnect/fields.ts'
import type { Risk, Scopes } from '../../scopes.ts'
import type { JsonType } from '../answers/declared-types.ts'
import type { ToolAnswer } from '../answers/tool-answer.ts'
import type { ToolContext } from '../calls/tool-context.ts'
import { inTradersWords } from './words.ts'

/** The hints a client shows and acts on (MCP `ToolAnnotations`). All four, always: what is left out counts as the worst. */
export interface Posture<ReadOnly extends boolean = boolean> {
  readonly readOnlyHint: ReadOnly
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

const posture = <ReadOnly extends boolean>(
  readOnlyHint: ReadOnly,
  destructiveHint: boolean,
  idempotentHint: boolean,
): Posture<ReadOnly> => ({
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
/** Reads from this server itself and reaches nobody else. */
export const readsHere: Posture<true> = { ...reads, openWorldHint: false }

/** What an answer may hold, field by field: a JSON type, or none where QuantConnect's answers differ, and a sentence. */
export interface Field {
  readonly type?: JsonType
  readonly description: string
}

/**
 * What tells whether a call could reach what trades with real money: start it, end it, change, steer or hand it over. A
 * connection for paper trading depends on it (rules/paper.ts).
 */
export type Money =
  /** Nothing: it reaches none. A deployment trades with the files, the build and the LEAN that it was started with. */
  | 'none'
  /** The brokerage that is asked for, and what runs live in the project already. */
  | 'by-brokerage'
  /** The brokerage of the project's deployment, on which the call acts. */
  | 'by-deployment'
  /** What runs live in the project, since the call changes what it stands on. */
  | 'by-project'
  /** What runs live in the organization, since the call changes what all of that may read. */
  | 'by-organization'
  /** The live control that it gives to somebody else; and since it may take some away, what runs live in the project. */
  | 'for-others'
  /** Nothing: it reaches every deployment there is. */
  | 'always'
  /** Nothing: a login to a brokerage is for real money. */
  | 'login'

/**
 * Where the project of a call stands: in the argument `projectId`, which may be left out to mean all of them; behind the
 * optimization that is named; in the answer, since the call makes it; or nowhere, since the call reaches all projects, or none.
 */
type ProjectPlace = 'argument' | 'argument-or-all' | 'optimization' | 'answer' | 'all' | 'none'

export interface Tool {
  readonly name: string
  readonly title: string
  /** For the model, at most 400 characters: what it does, what it returns, what to call next, what it costs. */
  readonly description: string
  /** What a call needs, all of it. The type forbids a tool that needs nothing. */
  readonly scopes: Scopes
  /** What is at stake in one call. */
  readonly risk: Risk
  /** Said by every tool that does more than read; the type asks for it (`Stake`). */
  readonly money?: Money
  readonly annotations: Posture
  /** Where the project stands that a call is about. */
  readonly project: ProjectPlace
  /** What a call counts as, in the numbers of the account page. */
  readonly countsAs: CountsAs
  /** Whether all that a call can do is to end something that runs. */
  readonly onlyLowersRisk?: true
  /** The arguments that a person's record keeps of a call: ids, and nothing of what was written, searched or signed in with. */
  readonly recorded: readonly string[]
  /** Whether it trades, spends or makes something, so that it must not happen twice by accident. It takes `repeat`. */
  readonly onceOnly?: true
  /** Path below QuantConnect's API address; absent for what this server knows itself. */
  readonly endpoint?: `/${string}`
  /** Whether a call is an order. */
  isOrder?(args: Readonly<Record<string, unknown>>): boolean
  /**
   * What its person's record says of one call, with validated arguments: at most 200 characters, on one line, nothing unseen and
   * nothing secret. Never throws. Every tool that changes something has it (`Stake`).
   */
  says?(args: Readonly<Record<string, unknown>>, lookUp: LookUp): Promise<string>
  /** What goes out, before what is fetched on the way (a stored login) is added to it. */
  outgoing(args: Readonly<Record<string, unknown>>): Outgoing
  readonly input: z.ZodObject
  readonly output: Readonly<Record<string, Field>>
  /** Fields, at any depth, that hold texts of the person's own: whole, with what cannot be seen in them written out. */
  readonly exact?: readonly string[]
  /** The call that shows whether a change was made after all, when no answer came. Every tool that changes something has one. */
  readonly verify?: string
  /** How to get what an answer had to leave out for its size. */
  readonly more?: string
  /** Bytes that an answer may have, pictures included. */
  readonly limit?: number
  /** Does what the tool is for. Throws `Refusal` when QuantConnect does not do its part. */
  run(args: Readonly<Record<string, unknown>>, context: ToolContext): Promise<ToolAnswer | InputRequiredResult>
}

/** What a call that changes something sends. */
export interface Outgoing {
  readonly endpoint: string
  readonly body: object
  /** Whether it is sent again on purpose. */
  readonly repeat: boolean
}

/** What the words for a call may ask for beside its arguments. Each look costs a request. */
export interface LookUp {
  /** The name of a project, at most 60 characters; undefined when QuantConnect does not say. */
  projectName(projectId: number): Promise<string | undefined>
}

type Arguments<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>

/** What only reads reaches no money. Whatever else a tool does, it says what tells whether it could, and what a call comes to. */
type Stake<Shape extends z.ZodRawShape> =
  | { readonly annotations: Posture<true>; readonly money?: never; readonly says?: never }
  | {
      readonly annotations: Posture<false>
      readonly money: Money
      /** What its person's record says of one call, in a trader's words: nothing secret, and no content of files or objects. */
      says(args: Arguments<Shape>, lookUp: LookUp): string | Promise<string>
    }

/** What must hold between arguments that are each fine by themselves. */
interface ArgumentConstraint<Args> {
  holds(args: Args): boolean
  /** For the model, when it does not hold. */
  readonly says: string
}

interface Basics<Shape extends z.ZodRawShape>
  extends Omit<Tool, 'input' | 'run' | 'endpoint' | 'recorded' | 'outgoing' | 'says' | 'isOrder'> {
  readonly input: Shape
  readonly recorded: readonly (keyof Shape & string)[]
  readonly constraint?: ArgumentConstraint<Arguments<Shape>>
  /** The JSON body; the arguments themselves when left out. */
  body?(args: Arguments<Shape>): object
  /** Whether a call is an order; none is when left out. */
  isOrder?(args: Arguments<Shape>): boolean
}

/** A tool that forwards its arguments to one endpoint and tells what came back. */
interface Forwarding<Shape extends z.ZodRawShape> extends Basics<Shape> {
  readonly endpoint: `/${string}`
  /** Whether an answer may say that data is still being gathered. It is asked for again, then, for a while. */
  readonly loads?: boolean
  /** How the answer reads. */
  answer(body: Body, args: Arguments<Shape>, context: ToolContext): ToolAnswer | Promise<ToolAnswer>
}

/** A tool that does more than forward one call, and is visibly special. */
interface Working<Shape extends z.ZodRawShape> extends Basics<Shape> {
  readonly endpoint?: `/${string}`
  run(args: Arguments<Shape>, context: ToolContext): Promise<ToolAnswer | InputRequiredResult>
}

/** Declares one tool. `input` lists the flat arguments; anything beside them is refused. */
export function tool<Shape extends z.ZodRawShape>(declared: (Forwarding<Shape> | Working<Shape>) & Stake<Shape>): Tool {
  const { constraint, body, says, isOrder, ...rest } = declared
  const flat = z.strictObject(rest.onceOnly ? { ...rest.input, repeat: Repeat } : rest.input)
  // sound: a constraint sees what `flat` has parsed
  const input = constraint
    ? flat.refine((args) => constraint.holds(args as Arguments<Shape>), { error: constraint.says })
    : flat
  // sound: the dispatcher hands over what `input` returned
  const ownOf = ({ repeat: _repeat, ...own }: Readonly<Record<string, unknown>>) => own as Arguments<Shape>
  const bodyOf = (own: Arguments<Shape>): object => (body ? body(own) : own)
  return {
    ...rest,
    input,
    output: rest.onceOnly ? { ...rest.output, repeated: REPEATED } : rest.output,
    ...(isOrder && { isOrder: (args) => isOrder(ownOf(args)) }),
    ...(says && { says: (args, lookUp) => inTradersWords(rest.title, () => says(ownOf(args), lookUp)) }),
    outgoing: (args) => ({ endpoint: rest.endpoint ?? '', body: bodyOf(ownOf(args)), repeat: args.repeat === true }),
    run(args, context) {
      const own = ownOf(args)
      return 'run' in declared ? declared.run(own, context) : forward(declared, own, bodyOf(own), context)
    },
  }
}

/** Sends one call, and tells what came back. */
async function forward<Shape extends z.ZodRawShape>(
  { endpoint, loads, answer }: Forwarding<Shape>,
  args: Arguments<Shape>,
  body: object,
  context: ToolContext,
): Promise<ToolAnswer> {
  return answer(loads ? await context.load(endpoint, body) : await context.call(endpoint, body), args, context)
}

const Repeat = z
  .boolean()
  .default(false)
  .describe('True sends on purpose what was sent moments before and may have been done already.')

const REPEATED: Field = {
  type: 'object',
  description: 'There when it was not sent again: ref, sentAt and outcome of the same call, which was sent before.',
}

// Arguments that recur, each with the sentence that a model reads.
export const ProjectId = z.int().describe('Project number, from list_projects or create_project.')
export const CompileId = z.string().min(1).describe('Compile id, from create_compile.')
export const BacktestId = z.string().min(1).describe('Backtest id, from create_backtest or list_backtests.')
export const FileName = z.string().min(1).describe('File name with extension; slashes make folders.')
export const OrganizationId = z.string().min(1).describe('Organization id, from list_organizations.')
