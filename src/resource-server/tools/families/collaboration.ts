// Who else may see, change and run a project. Giving access hands over private code, and with live control the trading
// account behind it.
import * as z from 'zod'
import type { Body } from '../../../quantconnect/fields.ts'
import { records } from '../../../quantconnect/fields.ts'
import { clip, pick, say } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'
import { addsOnce, ProjectId, reads, replaces, tool } from '../tool.ts'
import { inQuotes, term } from '../words.ts'

const PersonId = z
  .string()
  .min(1)
  .describe('Public id of the person: publicId in read_project_collaborators, or from their profile page.')
const LiveControl = z.boolean().describe('Whether the person may start, command and stop live trading.')
const Write = z.boolean().describe('Whether the person may change the code; otherwise only read it.')

const output = {
  projectId: { type: 'integer', description: 'Project number.' },
  collaborators: { type: 'array', description: 'Everybody with access, the owner included.' },
} as const

const verify = 'read_project_collaborators shows who has access.'

function answerPeople(body: Body, projectId: number, did: string): ToolAnswer {
  const people = records(body.collaborators).map((person) =>
    pick(person, 'publicId', 'name', 'uid', 'owner', 'permission', 'liveControl'),
  )
  const has = people.length === 1 ? '1 person has' : say`${people.length} people have`
  const access = people.length
    ? say`${has} access to project ${projectId}, the owner included.`
    : say`QuantConnect named nobody with access to project ${projectId}.`
  return {
    summary: say`${did}${access}`,
    data: { projectId, ...pick(body, 'userPermissions', 'userLiveControl'), collaborators: people },
    ...(people.length ? { cut: ['Address, picture and text of each person: their profile on quantconnect.com.'] } : {}),
  }
}

interface Rights {
  readonly write: boolean
  readonly liveControl: boolean
}

/** Access that is given, the part of it first that reaches money. */
function accessWords(projectId: number, publicId: string, { write, liveControl }: Rights): string {
  const user = `for user ${term(publicId)}`
  return liveControl
    ? `Live control of project ${projectId} ${user}, with ${write ? 'read and write' : 'read'} access`
    : `${write ? 'Read and write' : 'Read'} access to project ${projectId} ${user}, no live control`
}

/** What a person may do now: as the answer shows it, else as it was asked for. */
function rights(body: Body, publicId: string, asked: Rights): string {
  const person = records(body.collaborators).find((one) => one.publicId === publicId)
  const { permission = asked.write ? 'write' : 'read', liveControl = asked.liveControl } = person ?? {}
  const code = permission === 'write' ? 'read and change' : 'only read'
  const live = liveControl === true ? 'may' : 'may not'
  return say`Collaborator ${clip(publicId, 100)} may ${code} the code now and ${live} control live trading. `
}

export const collaboration = [
  tool({
    name: 'create_project_collaborator',
    title: 'Add collaborator',
    description:
      'Gives another person access to a project. Ask the person first: it shares private code, and with collaborationLiveControl it lets them trade with the connected brokerage account. Returns everybody with access. Next: update_project_collaborator changes the rights, delete_project_collaborator takes them away.',
    scopes: ['qc:collaboration:write'],
    risk: 'administers',
    money: 'for-others',
    annotations: addsOnce,
    endpoint: '/projects/collaboration/create',
    project: 'argument',
    countsAs: 'access',
    onceOnly: true,
    recorded: ['projectId', 'collaboratorUserId'],
    input: {
      projectId: ProjectId,
      collaboratorUserId: PersonId,
      collaborationLiveControl: LiveControl,
      collaborationWrite: Write,
    },
    output,
    says: ({ projectId, collaboratorUserId, collaborationLiveControl, collaborationWrite }) =>
      accessWords(projectId, collaboratorUserId, { write: collaborationWrite, liveControl: collaborationLiveControl }),
    verify,
    answer: (body, { projectId, collaboratorUserId, collaborationLiveControl, collaborationWrite }) => ({
      ...answerPeople(
        body,
        projectId,
        rights(body, collaboratorUserId, { write: collaborationWrite, liveControl: collaborationLiveControl }),
      ),
      next: say`update_project_collaborator changes these rights, delete_project_collaborator with collaboratorId ${clip(collaboratorUserId, 100)} takes them away.`,
    }),
  }),
  tool({
    name: 'read_project_collaborators',
    title: 'Read collaborators',
    description:
      'Reads who has access to a project, the owner included: publicId, name, whether they may write and control live trading, and the same rights of this account. Next: update_project_collaborator or delete_project_collaborator with a publicId, lock_project_with_collaborators before edits. Costs nothing.',
    scopes: ['qc:collaboration:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/projects/collaboration/read',
    project: 'argument',
    countsAs: 'reads',
    recorded: ['projectId'],
    input: { projectId: ProjectId },
    output: {
      ...output,
      userPermissions: { type: 'string', description: 'read or write, for this account.' },
      userLiveControl: { type: 'boolean', description: 'Whether this account may control live trading.' },
    },
    answer: (body, { projectId }) => ({
      ...answerPeople(body, projectId, ''),
      ...(records(body.collaborators).length > 1
        ? { next: 'Before edits to a project that others edit too: lock_project_with_collaborators.' }
        : {}),
    }),
  }),
  tool({
    name: 'update_project_collaborator',
    title: 'Change collaborator',
    description:
      'Sets what a collaborator of a project may do; both rights are replaced. Ask the person first: liveControl lets the collaborator trade with the connected brokerage account. Returns everybody with access. Next: delete_project_collaborator takes both away.',
    scopes: ['qc:collaboration:write'],
    risk: 'administers',
    money: 'for-others',
    annotations: replaces,
    endpoint: '/projects/collaboration/update',
    project: 'argument',
    countsAs: 'access',
    recorded: ['projectId', 'collaboratorUserId'],
    input: { projectId: ProjectId, collaboratorUserId: PersonId, liveControl: LiveControl, write: Write },
    output,
    says: ({ projectId, collaboratorUserId, liveControl, write }) =>
      accessWords(projectId, collaboratorUserId, { write, liveControl }),
    verify,
    answer: (body, { projectId, collaboratorUserId, liveControl, write }) =>
      answerPeople(body, projectId, rights(body, collaboratorUserId, { write, liveControl })),
  }),
  tool({
    name: 'delete_project_collaborator',
    title: 'Remove collaborator',
    description:
      'Takes a person’s access to a project away. Ask the person first. What the collaborator copied or started before is not undone. Returns everybody who still has access. Next, to undo it: create_project_collaborator.',
    scopes: ['qc:collaboration:delete'],
    risk: 'administers',
    money: 'by-project', // whoever goes may be the one who watches over it
    annotations: replaces,
    endpoint: '/projects/collaboration/delete',
    project: 'argument',
    countsAs: 'access',
    recorded: ['projectId', 'collaboratorId'],
    input: { projectId: ProjectId, collaboratorId: PersonId },
    output,
    says: ({ projectId, collaboratorId }) =>
      `No access to project ${projectId} any more for user ${term(collaboratorId)}`,
    verify,
    answer: (body, { projectId, collaboratorId }) =>
      answerPeople(body, projectId, say`Collaborator ${clip(collaboratorId, 100)} was removed. `),
  }),
  tool({
    name: 'lock_project_with_collaborators',
    title: 'Lock project for editing',
    description:
      'Takes the editing lock of a project that others edit too; call it before changing files there. Editors with the same codeSourceId do not notice each other. Returns who has the lock. Next: read_file for the newest text, then the edit. Costs nothing, and nothing is lost by it.',
    scopes: ['qc:collaboration:write'],
    risk: 'changes',
    money: 'none', // a deployment edits nothing
    annotations: addsOnce,
    endpoint: '/projects/collaboration/lock/acquire',
    project: 'argument',
    countsAs: 'changes',
    recorded: ['projectId'],
    input: {
      projectId: ProjectId,
      codeSourceId: z
        .string()
        .min(1)
        .describe('Name of the editor that takes the lock; "qcgate" is what file tools send unless told otherwise.'),
    },
    output: {
      projectId: output.projectId,
      codeSourceId: { type: 'string', description: 'The editor that has the lock.' },
    },
    says: ({ projectId, codeSourceId }) => `Take the editing lock of project ${projectId} as ${inQuotes(codeSourceId)}`,
    verify: 'taking the lock once more does no harm.',
    answer: (_body, { projectId, codeSourceId }) => ({
      summary: say`"${clip(codeSourceId, 100)}" has the editing lock of project ${projectId}.`,
      next: 'read_file for the newest text, then the edit with the same codeSourceId.',
      data: { projectId, codeSourceId },
    }),
  }),
]
