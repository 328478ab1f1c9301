import { adds, CompileId, ProjectId, reads, tool } from '../tool.ts'

export const compile = [
  tool({
    name: 'create_compile',
    title: 'Compile project',
    description:
      'Starts a build of the code as it is now and returns a compileId in state InQueue. Next: read_compile until the state is BuildSuccess or BuildError. Compile again after each edit.',
    scopes: ['qc:compile:execute'],
    annotations: adds,
    endpoint: '/compile/create',
    input: { projectId: ProjectId },
  }),
  tool({
    name: 'read_compile',
    title: 'Read compile',
    description:
      'Reads the state of a build and its log, with file and line of each error. Next, after BuildSuccess: create_backtest.',
    scopes: ['qc:projects:read'],
    annotations: reads,
    endpoint: '/compile/read',
    input: { projectId: ProjectId, compileId: CompileId },
  }),
]
