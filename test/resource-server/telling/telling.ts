// Runs one tool against fixed answers of QuantConnect, without a server: what it asked, and what it told.
import assert from 'node:assert/strict'
import type { Answer } from '../../../src/quantconnect/answer.ts'
import { type ToolAnswer, toToolResult } from '../../../src/resource-server/answers/tool-answer.ts'
import { createToolContext } from '../../../src/resource-server/calls/tool-context.ts'
import { findTool, secretsOf } from '../../../src/resource-server/tools/catalog.ts'
import { secretsIn } from '../../../src/resource-server/tools/secrets.ts'
import type { Tool } from '../../../src/resource-server/tools/tool.ts'
import { assertHalvesAgree } from '../halves.ts'
import type { Json } from '../messages.ts'

export const PROJECT = 24681357
export const BACKTEST = 'c9e1d7a35b204f68a1c3e5d7f9b1a3c5'
export const DEPLOYMENT = 'L-2b4d6f8a0c1e3f5a7b9d1c3e5f7a9b1d'
export const ORGANIZATION = '7f3d9c2e5b8a41e6a0d4c7b19e2f6a53'

/** One call that QuantConnect got. */
export interface Asked {
  readonly endpoint: string
  readonly args: Json
  readonly options: { readonly retry: boolean; readonly form: boolean; readonly secrets: readonly string[] }
}

/** One body for every call, bodies in turn of which the last repeats, or a decision on each call. */
export type Answers = object | readonly object[] | ((endpoint: string, args: Json) => object)

const answering = (answers: Answers, asked: readonly Asked[]): ((endpoint: string, args: Json) => object) => {
  if (typeof answers === 'function') return answers as (endpoint: string, args: Json) => object
  const bodies = Array.isArray(answers) ? answers : [answers]
  return () => bodies[Math.min(asked.length, bodies.length) - 1]
}

/** A tool of the catalogue. */
export function toolNamed(name: string): Tool {
  const tool = findTool(name)
  assert.ok(tool, name)
  return tool
}

/** What a tool has at hand here, and the list that it writes its calls to. */
export function contextOf(tool: Tool, args: object, answers: Answers) {
  const asked: Asked[] = []
  const answer = answering(answers, asked)
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
export async function tell(name: string, args: object, answers: Answers = { success: true }) {
  const tool = toolNamed(name)
  const { context, asked } = contextOf(tool, args, answers)
  const result: Json = toToolResult((await tool.run(tool.input.parse(args), context)) as ToolAnswer, tool)
  assertHalvesAgree(result, name)
  const { summary, next, cut = [], ...data } = result.structuredContent
  return { summary, next, cut, data, text: result.content[0].text as string, result, asked } as {
    summary: string
    next: string
    cut: string[]
    data: Json
    text: string
    result: Json
    asked: Asked[]
  }
}

/** Whether the input of a tool takes these arguments; what it does not take is never sent. */
export const takes = (name: string, args: object): boolean => toolNamed(name).input.safeParse(args).success

// Starting live algorithms.

export const CREATE = 'create_live_algorithm'
export const START = { projectId: PROJECT, compileId: 'c', nodeId: 'LN-1' }
const deployed = {
  responseCode: '0',
  deployId: DEPLOYMENT,
  versionId: 17369,
  projectId: PROJECT,
  live: {
    deployId: DEPLOYMENT,
    status: 'LoggingIn',
    launched: '2026-10-05 14:30:00',
    stopped: null,
    datacenter: 'NY7',
    message: '',
  },
  success: true,
}

/** QuantConnect with these stored logins, by brokerage. */
export const withLogins =
  (logins: Readonly<Record<string, object>>) =>
  (endpoint: string, { brokerage }: Json): object =>
    endpoint === '/live/auth0/read' ? { authorization: logins[brokerage] ?? null, success: true } : deployed

/** Starts a live algorithm with a brokerage, where QuantConnect keeps these logins. */
export const create = (brokerage: object, more: object = {}, logins: Readonly<Record<string, object>> = {}) =>
  tell(CREATE, { ...START, brokerage, ...more }, withLogins(logins))
/** The one call that started something. */
export const sent = (asked: readonly Asked[]): Asked => {
  const created = asked.filter(({ endpoint }) => endpoint === '/live/create')
  assert.equal(created.length, 1)
  return created[0] as Asked
}
export const PAPER = { id: 'QuantConnectBrokerage' }
