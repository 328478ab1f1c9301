// /live/commands: words to running algorithms. `success` only says that a command was handed over; what came of it stands
// in the logs.
import { accountOf } from '../account.ts'
import { ApiError, type Arguments, type Family, integerIn, textIn } from '../handler.ts'
import { projectOf } from '../project.ts'
import type { Command, Deployment } from '../world/deployment.ts'
import { aliveIn, deploymentEnd, hearsCommands } from './deployment.ts'

const COMMANDS_AT_MOST = 200
const COMMAND_AT_MOST = 4_000

function commandOf({ command }: Arguments): Command['command'] {
  if (typeof command !== 'object' || command === null || Array.isArray(command)) {
    throw new ApiError('Invalid argument: command')
  }
  if (JSON.stringify(command).length > COMMAND_AT_MOST) throw new ApiError('Command is too long')
  return command as Command['command'] // the lines above looked
}

/** Whoever speaks before the algorithm has written its first lines is not heard, and not told so either. */
function send(deployment: Deployment, command: Command['command'], now: number): void {
  if (!hearsCommands(deployment, now)) return
  if (deployment.commands.length >= COMMANDS_AT_MOST) {
    throw new ApiError(`This sandbox keeps at most ${COMMANDS_AT_MOST} commands of a deployment`)
  }
  deployment.commands.push({ at: now, command })
  if (command.$type === 'QuitCommand') deployment.ended = { at: now, status: 'Stopped' }
  if (command.$type === 'AlgorithmStatusCommand' && (command.status === 'Stopped' || command.status === 'Liquidated')) {
    deployment.ended = { at: now, status: command.status }
  }
}

export const commandEndpoints: Family = {
  '/live/commands/create': (world, args, now) => {
    const deployment = aliveIn(world, projectOf(world, args).projectId, now)
    const command = commandOf(args)
    if (!deployment) throw new ApiError('No live algorithm is running in this project')
    send(deployment, command, now)
    return {}
  },

  '/live/commands/broadcast': (world, args, now) => {
    if (textIn(args, 'organizationId') !== accountOf(world).organizationId) throw new ApiError('Organization not found')
    const command = commandOf(args)
    const spared = integerIn(args, 'excludeProjectId')
    for (const deployment of world.deployments ?? []) {
      if (deployment.projectId !== spared && deploymentEnd(deployment, now) === null) send(deployment, command, now)
    }
    return {}
  },
}
