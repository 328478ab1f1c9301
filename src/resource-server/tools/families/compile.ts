import * as z from 'zod'
import type { Body } from '../../../quantconnect/fields.ts'
import { idIn, list, text } from '../../../quantconnect/fields.ts'
import { clip, say, theirLine } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { WAIT_AT_MOST } from '../../calls/tool-context.ts'
import { adds, CompileId, ProjectId, reads, tool } from '../tool.ts'

const output = {
  compileId: { type: 'string', description: 'Id of the build; create_backtest needs it.' },
  projectId: { type: 'integer', description: 'Project number.' },
  state: { type: 'string', description: 'InQueue, BuildSuccess or BuildError.' },
  logs: { type: 'array', description: 'Messages of the build, with file, line and column of each mistake.' },
  parameters: { description: 'Parameters that the code reads, by file.' },
} as const

const isOver = (body: Body): boolean => text(body.state) !== 'InQueue'

function answerCompile({ success: _said, ...data }: Body): ToolAnswer {
  const { compileId, state } = data
  const logs = list(data.logs)
  switch (state) {
    case 'BuildSuccess':
      return { summary: 'The project compiled.', next: say`create_backtest with compileId ${compileId}.`, data }
    case 'BuildError': {
      const first = logs.slice(0, 5).map((line) => theirLine(clip(String(line))))
      return {
        summary: [
          say`The project does not compile: ${logs.length} ${logs.length === 1 ? 'message' : 'messages'}.`,
          ...first,
        ].join('\n'),
        next: 'Correct the code at the lines named (patch_file or update_file_contents), then create_compile again.',
        data,
      }
    }
    default:
      return {
        summary: say`The build is in state ${state}.`,
        next: say`read_compile with compileId ${compileId}.`,
        data,
      }
  }
}

export const compile = [
  tool({
    name: 'create_compile',
    title: 'Compile project',
    description:
      'Compiles the code of a project as it is now, waits, and returns the outcome: the compileId and state, and for a failed build file, line and column of each mistake. Next: create_backtest with the compileId; compile again after each edit. Costs nothing.',
    scopes: ['qc:compile:execute'],
    risk: 'changes',
    money: 'none', // a deployment runs the build that it was started with
    annotations: adds,
    endpoint: '/compile/create',
    project: 'argument',
    countsAs: 'changes',
    onceOnly: true,
    recorded: ['projectId'],
    input: {
      projectId: ProjectId,
      waitSeconds: z
        .int()
        .min(0)
        .max(WAIT_AT_MOST)
        .default(20)
        .describe('How long to wait for the outcome; 0 returns at once.'),
    },
    output,
    says: ({ projectId }) => `Compile project ${projectId}`,
    verify: 'a build changes no code, so calling create_compile once more does no harm.',
    body: ({ projectId }) => ({ projectId }),
    async run({ projectId, waitSeconds }, context) {
      const created = await context.call('/compile/create', { projectId })
      if (isOver(created) || waitSeconds === 0) return answerCompile(created)
      const compileId = idIn(created.compileId)
      const latest = await context.follow(created, waitSeconds, async () => {
        const seen = await context.call('/compile/read', { projectId, compileId }, { reads: true })
        return { done: isOver(seen), value: { ...created, ...seen }, message: say`Build: ${text(seen.state)}` }
      })
      return answerCompile(latest)
    },
  }),
  tool({
    name: 'read_compile',
    title: 'Read compile',
    description:
      'Reads the state of a build (InQueue, BuildSuccess, BuildError) and its messages, with file, line and column of each mistake. Next: create_backtest after BuildSuccess, patch_file after BuildError. Costs nothing.',
    scopes: ['qc:projects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/compile/read',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId', 'compileId'],
    input: { projectId: ProjectId, compileId: CompileId },
    output,
    answer: answerCompile,
  }),
]
