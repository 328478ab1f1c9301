// /compile: a build waits one second, then succeeds unless the code has a mistake
import { build } from './build.ts'
import { ApiError, type Arguments, type Family, textIn } from './handler.ts'
import { LEAN_VERSION } from './lean.ts'
import { projectOf } from './project.ts'
import type { Compile } from './world/backtest.ts'
import { hash, hexId } from './world/ids.ts'
import type { World } from './world/world.ts'

const QUEUED_MS = 1_000
/** Older ones are forgotten. There is no endpoint to delete one, so a refusal could never be remedied. */
const COMPILES_AT_MOST = 100

export function compileOf(world: World, args: Arguments): Compile {
  const { projectId } = projectOf(world, args)
  const compileId = textIn(args, 'compileId')
  const compile = world.compiles.find((candidate) => candidate.compileId === compileId)
  if (compile?.projectId !== projectId) throw new ApiError('Compile id not found')
  return compile
}

export function buildState({ created, errors }: Compile, now: number): 'InQueue' | 'BuildSuccess' | 'BuildError' {
  if (now - created < QUEUED_MS) return 'InQueue'
  return errors.length > 0 ? 'BuildError' : 'BuildSuccess'
}

const describe = (compile: Compile, now: number) => {
  const { compileId, projectId, signature, signatureOrder, parameters } = compile
  const state = buildState(compile, now)
  return {
    compileId,
    state,
    projectId,
    parameters: state === 'BuildSuccess' ? parameters : [],
    signature,
    signatureOrder,
  }
}

export const compileEndpoints: Family = {
  '/compile/create': (world, args, now) => {
    const project = projectOf(world, args)
    const code = project.files.filter(({ name }) => /\.(py|cs)$/i.test(name))
    const compile: Compile = {
      compileId: `${hexId(world)}-${hexId(world)}`,
      projectId: project.projectId,
      created: now,
      signature: hash(code.map(({ name, content }) => `${name}\n${content}`).join('\n')).slice(0, 32),
      signatureOrder: code.map(({ name }) => name),
      ...build(project),
    }
    world.compiles = [...world.compiles, compile].slice(-COMPILES_AT_MOST)
    return describe(compile, now)
  },

  '/compile/read': (world, args, now) => {
    const compile = compileOf(world, args)
    const { compileId, projectId, errors } = compile
    const logs = {
      InQueue: [],
      BuildSuccess: [
        `Build Request Successful for Project ID: ${projectId}, with CompileID: ${compileId}, Lean Version: ${LEAN_VERSION}`,
      ],
      BuildError: errors,
    }
    return { ...describe(compile, now), logs: logs[buildState(compile, now)] }
  },
}
