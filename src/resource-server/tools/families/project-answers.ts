// How projects read: short rows in lists, one project whole.

import { addressOf } from '../../../quantconnect/addresses.ts'
import type { Body } from '../../../quantconnect/fields.ts'
import { list, only, text } from '../../../quantconnect/fields.ts'
import { clip, pick, say, without } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'

/** Where deleted projects go. */
export const BIN = 'Recycle Bin/'
export const isDeleted = (project: Body): boolean => text(project.name)?.startsWith(BIN) === true

/** Newest change first and deleted ones last, since a person rarely means those. */
export const forReading = (projects: readonly Body[]): Body[] =>
  projects.toSorted(
    (a, b) =>
      Number(isDeleted(a)) - Number(isDeleted(b)) || (text(b.modified) ?? '').localeCompare(text(a.modified) ?? ''),
  )

/** Layouts, keys and remembered forms: nothing to act on, and some of it (keys, sharing tokens) nobody else's business. */
const BALLAST = [
  'grid',
  'liveGrid',
  'liveForm',
  'encrypted',
  'encryptionKey',
  'channelId',
  'sharingTokenBacktest',
  'isPinned',
  // Who works on it is a permission of its own (qc:collaboration:read).
  'collaborators',
]

const DESCRIPTION_AT_MOST = 200
const VERSIONS = 'versions, the LEAN builds: read_lean_versions.'
const LONG_DESCRIPTIONS = `Descriptions are shortened to ${DESCRIPTION_AT_MOST} characters, and parameters and libraries left out: read_project with projectId.`

/** A project as a row among others. */
function rowOf(project: Body): Record<string, unknown> {
  const description = text(project.description)?.replace(/\s+/g, ' ')
  return {
    ...pick(project, 'projectId', 'name', 'language', 'modified', 'owner', 'organizationId', 'codeRunning'),
    ...(description ? { description: clip(description, DESCRIPTION_AT_MOST) } : {}),
  }
}

/** Some of the projects. `place` says which. */
export function answerProjects(projects: readonly Body[], place: string, next: string): ToolAnswer {
  const deleted = projects.filter(isDeleted).length
  const bin = deleted
    ? say` ${deleted} of those shown ${deleted === 1 ? 'is' : 'are'} deleted (name under "${BIN}").`
    : ''
  return {
    summary: say`Projects: ${place}.${bin}`,
    next,
    data: { projects: projects.map(rowOf) },
    ...(projects.length ? { cut: [VERSIONS, LONG_DESCRIPTIONS] } : {}),
  }
}

/** The one project in an answer. */
export const projectIn = (body: Body): Body => only(body.projects)

/** A project, with `summary` and `next` around it; an answer without one says so. */
export function answerProject(project: Body, summary: string, next: string): ToolAnswer {
  if (project.projectId === undefined)
    return { summary: `QuantConnect said yes and named no project.`, next: 'list_projects shows which ones there are.' }
  const url = addressOf(project.projectId)
  const people = list(project.collaborators).length
  return {
    summary: say`${summary}\n${url}`,
    next,
    data: {
      projects: [
        {
          ...pick(project, 'projectId', 'name', 'language', 'description', 'modified', 'created'),
          url,
          ...without(project, ...BALLAST),
          ...(people ? { peopleWithAccess: people } : {}),
        },
      ],
    },
    cut: [
      VERSIONS,
      'Who has access: read_project_collaborators.',
      'Layout, encryption, channel, sharing token and the last live form: on the page of the project.',
    ],
  }
}

/** What a project is, in a sentence. */
export function describe(project: Body): string {
  const name = clip(text(project.name) ?? '', 200)
  const facts = [
    say`Project ${project.projectId} "${name}"`,
    text(project.language),
    project.codeRunning === true ? 'its code is running' : undefined,
    isDeleted(project) ? 'deleted: a person can restore it from the Recycle Bin on quantconnect.com' : undefined,
  ]
  return say`${facts.filter(Boolean).join(', ')}.`
}
