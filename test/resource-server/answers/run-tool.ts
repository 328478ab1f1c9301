// Runs one tool against fixed answers of QuantConnect, without a server: what it asks, and what it answers.
import assert from 'node:assert/strict'
import type { Answer } from '../../../src/quantconnect/answer.ts'
import { type ToolAnswer, toToolResult } from '../../../src/resource-server/answers/tool-answer.ts'
import { createToolContext } from '../../../src/resource-server/calls/tool-context.ts'
import { findTool, secretsOf } from '../../../src/resource-server/tools/catalog.ts'
import { secretsIn } from '../../../src/resource-server/tools/secrets.ts'
import type { Tool } from '../../../src/resource-server/tools/tool.ts'
import type { Json } from '../../support/json.ts'
import { assertTextAndStructureAgree } from '../../support/text-and-structure.ts'

/** A project, as QuantConnect numbers them. */
export const PROJECT = 24681357
/** A backtest of it. */
export const BACKTEST = 'c9e1d7a35b204f68a1c3e5d7f9b1a3c5'
/** A live algorithm of it. */
export const DEPLOYMENT = 'L-2b4d6f8a0c1e3f5a7b9d1c3e5f7a9b1d'
/** The organization it belongs to. */
export const ORGANIZATION = '7f3d9c2e5b8a41e6a0d4c7b19e2f6a53'

/** One call that QuantConnect got. */
export interface QuantConnectCall {
  readonly endpoint: string
  readonly args: Json
  readonly options: { readonly retry: boolean; readonly form: boolean; readonly secrets: readonly string[] }
}

/** One body for every call, bodies in turn of which the last repeats, or a decision on each call. */
export type Bodies = object | readonly object[] | ((endpoint: string, args: Json) => object)

const answering = (bodies: Bodies, asked: readonly QuantConnectCall[]): ((endpoint: string, args: Json) => object) => {
  if (typeof bodies === 'function') return bodies as (endpoint: string, args: Json) => object
  const inTurn = Array.isArray(bodies) ? bodies : [bodies]
  return () => inTurn[Math.min(asked.length, inTurn.length) - 1]
}

/** A tool of the catalogue. */
export function toolNamed(name: string): Tool {
  const tool = findTool(name)
  assert.ok(tool, name)
  return tool
}

/** What a tool has at hand here, and the list that it writes its calls to. */
export function contextOf(tool: Tool, args: object, bodies: Bodies) {
  const asked: QuantConnectCall[] = []
  const answer = answering(bodies, asked)
  const context = createToolContext({
    ask: async (endpoint, args, { retry = false, form = false, secrets = [] }): Promise<Answer> => {
      asked.push({ endpoint, args, options: { retry, form, secrets } })
      return { kind: 'done', body: answer(endpoint, args) as Record<string, unknown> }
    },
    readOnly: tool.annotations.readOnlyHint,
    signal: new AbortController().signal,
    secrets: secretsIn(args, secretsOf(tool.name)),
    canOpen: false,
    responses: undefined,
  })
  return { context, asked }
}

/** Calls a tool with arguments that its input accepts, and gives the structure of its result, its text and its calls. */
export async function answerOf(name: string, args: object, bodies: Bodies = { success: true }) {
  const tool = toolNamed(name)
  const { context, asked } = contextOf(tool, args, bodies)
  const result: Json = await toToolResult((await tool.run(tool.input.parse(args), context)) as ToolAnswer, tool)
  assertTextAndStructureAgree(result, name)
  const { summary, next, cut = [], ...data } = result.structuredContent
  return { summary, next, cut, data, text: result.content[0].text as string, result, asked } as {
    summary: string
    next: string
    cut: string[]
    data: Json
    text: string
    result: Json
    asked: QuantConnectCall[]
  }
}

/** Whether the input of a tool takes these arguments; what it does not take is never sent. */
export const takes = (name: string, args: object): boolean => toolNamed(name).input.safeParse(args).success
