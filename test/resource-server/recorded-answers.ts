// What QuantConnect answers to each tool when all is well, by tool and endpoint: taken from the sandbox, by doing the work of
// the tools without a server.
import { mock } from 'node:test'
import { createToolContext } from '../../src/resource-server/calls/tool-context.ts'
import { findTool, toolList } from '../../src/resource-server/tools/catalog.ts'
import type { Json } from '../support/json.ts'
import { openSandbox, sandboxClient } from '../support/sandbox-client.ts'
import type { ArgumentValues } from './tool-arguments.ts'
import { argumentsFor, createOneOfEach, inCallOrder } from './tool-arguments.ts'

/** A call of a tool, and what QuantConnect answered meanwhile. */
export interface Recorded {
  readonly args: ArgumentValues
  readonly answers: ReadonlyMap<string, Json>
}

/** A stored login has no page in between, as the sandbox would have one. */
const LOGIN = { success: true, authorization: { 'alpaca-access-token': 'secret', 'alpaca-environment': 'paper' } }

/** Whether QuantConnect is at work on what was asked for. */
const isUnderWay = ({ status, generating, jobId, url }: Json): boolean =>
  status === 'loading' || generating === true || (jobId !== undefined && url === null)

/** The calls of all tools, in an order in which each has something to work on. */
export async function recordAnswers(): Promise<ReadonlyMap<string, Recorded>> {
  const sandbox = await openSandbox()
  mock.timers.enable({ apis: ['Date'], now: Date.now() })
  try {
    const ask = sandboxClient(sandbox)
    const call = async (path: string, args: object = {}): Promise<Json> => {
      const answer = path === '/live/auth0/read' ? LOGIN : await ask(path, args)
      if (answer.success === false) throw new Error(`${path}: ${JSON.stringify(answer)}`)
      return answer
    }
    const advance = async (seconds: number) => mock.timers.tick(seconds * 1_000)
    const values = await createOneOfEach({ advance }, call)
    const recorded = new Map<string, Recorded>()
    for (const { name, inputSchema } of inCallOrder(toolList())) {
      const args = argumentsFor({ name, inputSchema }, values)
      const answers = new Map<string, Json>()
      const tool = findTool(name)
      const context = createToolContext({
        ask: async (endpoint, args) => {
          if (answers.size) await advance(30) // a build
          let body = await call(endpoint, args)
          while (isUnderWay(body)) {
            await advance(30)
            body = await call(endpoint, args)
          }
          answers.set(endpoint, body)
          return { kind: 'done', body }
        },
        readOnly: true,
        signal: new AbortController().signal,
        secrets: [],
        responses: undefined,
        canOpen: false,
      })
      await tool?.run(tool.input.parse(args), context)
      if (name === 'create_optimization') {
        values.newOptimizationId = answers.get('/optimizations/create')?.optimizations[0].optimizationId
      }
      recorded.set(name, { args, answers })
    }
    return recorded
  } finally {
    mock.timers.reset()
    await sandbox.close()
  }
}
