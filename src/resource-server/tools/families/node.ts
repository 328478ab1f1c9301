// The machines that a project may run on.
import * as z from 'zod'
import type { Body } from '../../../quantconnect/fields.ts'
import { idIn, record, records } from '../../../quantconnect/fields.ts'
import { clip, pick, say } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { addsOnce, ProjectId, reads, tool } from '../tool.ts'
import { term } from '../words.ts'

const KINDS = ['backtest', 'research', 'live'] as const
const COLUMNS = ['id', 'name', 'sku', 'cpu', 'ram', 'busy', 'usedBy', 'projectName', 'active']

const output = {
  projectId: { type: 'integer', description: 'Project number.' },
  autoSelectNode: { type: 'boolean', description: 'Whether QuantConnect chooses the node.' },
  nodes: {
    type: 'object',
    description:
      'Tables under backtest, research and live; ram in GB, active means that the project is limited to it and may use it.',
  },
} as const

const isFree = (node: Body): boolean => node.busy !== true
const idsOf = (nodes: readonly Body[]): string[] => nodes.flatMap((node) => idIn(node.id) ?? [])

function answerNodes(body: Body, projectId: number, did = ''): ToolAnswer {
  const nodes = Object.fromEntries(KINDS.map((kind) => [kind, records(record(body.nodes)[kind])]))
  const counts = KINDS.map((kind) => {
    const all = nodes[kind] ?? []
    return say`${kind} ${all.length}, ${all.filter(isFree).length} free`
  })
  // One that the project is limited to, if it is; else any.
  const free = (nodes.live ?? []).filter(isFree)
  const [live] = idsOf([...free.filter((node) => node.active === true), ...free])
  const chooses =
    body.autoSelectNode === false
      ? ' The project is limited to the nodes marked active.'
      : body.autoSelectNode === true
        ? ' QuantConnect chooses the node of each run.'
        : ''
  const freeLive = live ? say`A free live node: ${live}.` : 'No live node is free.'
  return {
    summary: say`${did}Nodes: ${counts.join('; ')}.${chooses} ${freeLive}`,
    next: live
      ? say`When the person wants live trading: create_live_algorithm with nodeId ${live}.`
      : 'Live trading needs a free live node: another deployment has to stop first, or a person adds a node on quantconnect.com.',
    data: {
      projectId,
      ...pick(body, 'autoSelectNode'),
      nodes: Object.fromEntries(KINDS.map((kind) => [kind, (nodes[kind] ?? []).map(rowOf)])),
    },
    cut: ['Price, clock, GPU, suggested asset limit, host and profile of each node: see quantconnect.com.'],
  }
}

const rowOf = (node: Body): Record<string, unknown> =>
  Object.fromEntries(Object.entries(pick(node, ...COLUMNS)).filter(([, value]) => value !== ''))

export const node = [
  tool({
    name: 'read_project_nodes',
    title: 'Read nodes of project',
    description:
      'Reads the backtest, research and live nodes that a project may run on: id, size, whether busy and with what. Next: create_live_algorithm takes the id of a live node that is not busy as nodeId; update_project_nodes limits the choice. Costs nothing.',
    scopes: ['qc:projects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/projects/nodes/read',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId'],
    input: { projectId: ProjectId },
    output,
    answer: (body, { projectId }) => answerNodes(body, projectId),
  }),
  tool({
    name: 'update_project_nodes',
    title: 'Choose nodes of project',
    description:
      'Limits a project to some nodes; the list replaces the previous one. Without a list QuantConnect chooses again. Unknown ids are passed over, and the answer names them. Returns the nodes. Runs that have started stay where they are. Next: create_backtest or create_live_algorithm. Costs nothing.',
    scopes: ['qc:projects:write'],
    risk: 'changes',
    money: 'by-project', // they decide where what runs comes up again
    annotations: addsOnce,
    endpoint: '/projects/nodes/update',
    project: 'argument',
    countsAs: 'changes',
    recorded: ['projectId'],
    input: {
      projectId: ProjectId,
      nodes: z
        .array(z.string().min(1))
        .optional()
        .describe('Node ids from read_project_nodes; empty or left out lets QuantConnect choose.'),
    },
    output: { ...output, ignored: { type: 'array', description: 'Ids that are no node of this project.' } },
    says: ({ projectId, nodes = [] }) =>
      nodes.length
        ? `Limit project ${projectId} to ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`}: ${nodes.map(term).join(', ')}`
        : `Let QuantConnect choose the nodes of project ${projectId}`,
    verify: 'read_project_nodes shows which nodes are active.',
    answer(body, { projectId, nodes = [] }) {
      const known = new Set(KINDS.flatMap((kind) => idsOf(records(record(body.nodes)[kind]))))
      const ignored = nodes.filter((id) => !known.has(id))
      const passed = ignored.length ? say`QuantConnect passed over unknown node ids: ${clip(ignored.join(', '))}. ` : ''
      const told = answerNodes(body, projectId, say`The choice was made. ${passed}`)
      return {
        ...told,
        ...(ignored.length ? { next: 'update_project_nodes again with ids from the tables here.' } : {}),
        data: { ...told.data, ...(ignored.length ? { ignored } : {}) },
      }
    },
  }),
]
