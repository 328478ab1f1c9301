// Commands to algorithms that run live: to one, or to all of an organization.
import * as z from 'zod'
import { say } from '../../answers/reading.ts'
import { edits, OrganizationId, ProjectId, tool } from '../tool.ts'
import { term } from '../words.ts'
import { commandWords, isOrder } from './live-command-words.ts'

// What a command holds is between its sender and the algorithm, so this object is open.
const Command = z
  .record(z.string(), z.unknown())
  .describe(
    'The command. With $type a built-in one (OrderCommand, CancelOrderCommand, UpdateOrderCommand, LiquidateCommand, AddSecurityCommand, QuitCommand, AlgorithmStatusCommand) or a command class of the algorithm; without it the on_command method gets it. The other fields are those of the command.',
  )

const HANDED_OVER =
  'That says nothing about its outcome, and an algorithm that has not logged its first lines yet loses it without an error.'

/** Whom a broadcast reaches, which is said first, since the end may be cut. */
const reachWords = (organizationId: string, spared: number | undefined): string =>
  `To every live algorithm of organization ${term(organizationId)}${spared === undefined ? '' : ` but project ${spared}`}`

export const liveCommands = [
  tool({
    name: 'create_live_command',
    title: 'Send live command',
    description:
      'Sends a command to the live algorithm of a project, for example an order. Orders trade with real money unless it is paper: ask the person first. Returns no outcome: success only means handed over, and before the first log lines it is lost. Next: read_live_logs for the outcome.',
    scopes: ['qc:live:execute'],
    risk: 'trades',
    money: 'by-deployment',
    annotations: edits,
    endpoint: '/live/commands/create',
    project: 'argument',
    countsAs: 'commands',
    isOrder: ({ command }) => isOrder(command),
    onceOnly: true,
    recorded: ['projectId'],
    input: { projectId: ProjectId, command: Command },
    output: {},
    says: ({ projectId, command }) => `${commandWords(command)}, project ${projectId}`,
    verify: 'read_live_logs shows what the algorithm did with it, about five minutes later.',
    answer: (_body, { projectId }) => ({
      summary: say`The command was handed over. ${HANDED_OVER}`,
      next: 'read_live_logs in about five minutes, with the deployId of read_live_algorithm as algorithmId; read_live_orders for orders. Do not send it again before.',
      data: { projectId },
    }),
  }),
  tool({
    name: 'broadcast_live_command',
    title: 'Broadcast live command',
    description:
      'Sends a command to every live algorithm of an organization; no other tool reaches as far. Orders trade in all of them, with real money unless paper: ask the person first, naming the algorithms (list_live_algorithms). excludeProjectId spares one. Returns no outcome: success only means handed over. Next: read_live_logs of each.',
    scopes: ['qc:live:execute', 'qc:admin:write'],
    risk: 'administers',
    money: 'always',
    annotations: edits,
    endpoint: '/live/commands/broadcast',
    project: 'all',
    countsAs: 'commands',
    isOrder: ({ command }) => isOrder(command),
    onceOnly: true,
    recorded: ['excludeProjectId', 'organizationId'],
    input: {
      organizationId: OrganizationId,
      excludeProjectId: z.int().optional().describe('Project that does not receive it.'),
      command: Command,
    },
    output: {},
    says: ({ organizationId, excludeProjectId, command }) =>
      `${reachWords(organizationId, excludeProjectId)}: ${commandWords(command)}`,
    verify: 'read_live_logs of each running algorithm shows what became of it, about five minutes later.',
    answer: (_body, { organizationId, excludeProjectId }) => ({
      summary: say`The command was handed over to the organization’s live algorithms${excludeProjectId === undefined ? '' : say` but that of project ${excludeProjectId}`}. ${HANDED_OVER}`,
      next: 'list_live_algorithms with status Running, then read_live_logs of each in about five minutes. Do not send it again before.',
      data: { organizationId, ...(excludeProjectId === undefined ? {} : { excludeProjectId }) },
    }),
  }),
]
