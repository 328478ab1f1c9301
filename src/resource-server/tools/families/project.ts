// Projects: where code, backtests and deployments live.
import * as z from 'zod'
import { records } from '../../../quantconnect/fields.ts'
import { say } from '../../answers/reading.ts'
import { inOrder, slice, window, windowOf } from '../../answers/windows.ts'
import { adds, ProjectId, reads, replaces, tool } from '../tool.ts'
import { inQuotes, listed } from '../words.ts'
import { answerProject, answerProjects, BIN, describe, forReading, projectIn } from './project-answers.ts'

const LIST_AT_MOST = 50

const output = { projects: { type: 'array', description: 'The project, or those of the window.' } } as const

const changed = {
  projectId: { type: 'integer', description: 'Project number.' },
  name: { type: 'string', description: 'New name.' },
  description: { type: 'string', description: 'New description.' },
  url: { type: 'string', description: 'The project on quantconnect.com.' },
} as const

const LANGUAGES = { Py: 'Python', 'C#': 'C#' } as const

/** The files that QuantConnect puts into a new project. */
const STARTERS = { Py: ['main.py', 'research.ipynb'], 'C#': ['Main.cs', 'Research.ipynb'] } as const

export const project = [
  tool({
    name: 'create_project',
    title: 'Create project',
    description:
      'Creates a project with two starter files (main.py and research.ipynb, or Main.cs and Research.ipynb). Returns its projectId and its actual name: a taken name gets a number appended. Next: read_file or update_file_contents, then create_compile. Costs nothing; a second call makes a second project.',
    scopes: ['qc:projects:write'],
    risk: 'changes',
    money: 'none',
    annotations: adds,
    endpoint: '/projects/create',
    project: 'answer',
    countsAs: 'changes',
    onceOnly: true,
    recorded: ['organizationId'],
    input: {
      name: z.string().min(1).describe('Project name; slashes make folders.'),
      language: z.enum(['Py', 'C#']).describe('Programming language.'),
      organizationId: z
        .string()
        .min(1)
        .optional()
        .describe('Organization to create it in, from list_organizations; the default one when left out.'),
    },
    output: { ...output, files: { type: 'array', description: 'Names of its starter files.' } },
    says: ({ name, language }) => `Create project ${inQuotes(name)} in ${LANGUAGES[language]}`,
    verify: 'list_projects shows whether there is a new project of that name.',
    answer(body, { name, language }) {
      const made = projectIn(body)
      const files = STARTERS[language]
      const renamed =
        made.name !== undefined && made.name !== name
          ? ' The name differs from the one asked for: a taken one gets a number.'
          : ''
      const told = answerProject(
        made,
        say`Created. ${describe(made)}${renamed} Starter files: ${files.join(', ')}.`,
        say`read_file with projectId ${made.projectId} and name ${files[0]}, or update_file_contents with the whole new text; then create_compile.`,
      )
      return told.data ? { ...told, data: { ...told.data, files } } : told
    },
  }),
  tool({
    name: 'read_project',
    title: 'Read project',
    description: `Reads one project by projectId: name, language, description, parameters, libraries, LEAN version, file size limit. Without projectId it reads a page of all projects by start and end, ${LIST_AT_MOST} at once, in QuantConnect’s order. Next: read_file, read_project_nodes, list_backtests. Costs nothing.`,
    scopes: ['qc:projects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/projects/read',
    project: 'argument-or-all',
    countsAs: 'reads',
    recorded: ['projectId'],
    input: {
      projectId: ProjectId.optional().describe('Project to read; leave out for a page of all projects.'),
      ...window(LIST_AT_MOST),
    },
    constraint: inOrder,
    output,
    body: ({ projectId, ...range }) => (projectId === undefined ? windowOf(range, LIST_AT_MOST) : { projectId }),
    answer(body, { projectId, ...range }) {
      if (projectId !== undefined) {
        const read = projectIn(body)
        return answerProject(
          read,
          describe(read),
          say`read_file with projectId ${projectId} for its code; list_backtests for its results.`,
        )
      }
      const { start, end } = windowOf(range, LIST_AT_MOST)
      const page = records(body.projects).slice(0, end - start)
      const full = page.length === end - start
      const place = page.length ? say`${start} to ${start + page.length}` : say`none from ${start} on`
      return answerProjects(
        page,
        full ? place : say`${place}; there are no more`,
        full ? say`read_project with start ${end} for the next ones.` : 'read_project with a projectId.',
      )
    },
  }),
  tool({
    name: 'list_projects',
    title: 'List projects',
    description: `Lists the projects of the account, newest change first, ${LIST_AT_MOST} at once: projectId, name, language, last change, owner. Deleted ones come last, under "${BIN}". Next: read_project or read_file with a projectId. For accounts with very many, read_project with start and end answers faster. Costs nothing.`,
    scopes: ['qc:projects:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/projects/read',
    project: 'all',
    countsAs: 'reads',
    recorded: [],
    input: window(LIST_AT_MOST),
    constraint: inOrder,
    output: { ...output, count: { type: 'integer', description: 'Projects in all, deleted ones included.' } },
    body: () => ({}),
    answer({ projects }, args) {
      const all = forReading(records(projects))
      const { shown, place, next } = slice(all, windowOf(args, LIST_AT_MOST))
      const told = answerProjects(
        shown,
        place,
        next ?? (all.length ? 'read_project or read_file with a projectId.' : 'create_project makes the first one.'),
      )
      return { ...told, data: { count: all.length, ...told.data } }
    },
  }),
  tool({
    name: 'update_project',
    title: 'Rename or describe project',
    description:
      'Changes the name or the description of a project, or both; what is left out stays. The previous one is gone. A name that another project has is refused. A new path in the name moves the project to that folder. Returns what is new. Next: read_project shows both. Costs nothing.',
    scopes: ['qc:projects:write'],
    risk: 'changes',
    money: 'by-project', // a new path moves it, into the Recycle Bin too
    annotations: replaces,
    endpoint: '/projects/update',
    project: 'argument',
    countsAs: 'changes',
    recorded: ['projectId'],
    input: {
      projectId: ProjectId,
      name: z.string().min(1).optional().describe('New name; slashes make folders.'),
      description: z.string().optional().describe('New description.'),
    },
    constraint: {
      holds: ({ name, description }) => name !== undefined || description !== undefined,
      says: 'Give a new name, a new description, or both.',
    },
    output: changed,
    says: ({ projectId, name, description }) =>
      `Project ${projectId}: ${listed(name !== undefined && `new name ${inQuotes(name)}`, description !== undefined && 'new description')}`,
    verify: 'read_project shows the name and the description.',
    answer(_body, { projectId, name, description }) {
      const changed = [name !== undefined && 'name', description !== undefined && 'description'].filter(Boolean)
      return {
        summary: say`Project ${projectId} has a new ${changed.join(' and ')}.`,
        data: { projectId, name, description },
      }
    },
  }),
  tool({
    name: 'delete_project',
    title: 'Delete project',
    description:
      'Moves a project with its code and results to the Recycle Bin, from where a person can restore it on quantconnect.com; no tool here can. Ask the person first. Returns its projectId. Next: list_projects still shows it there.',
    scopes: ['qc:projects:delete'],
    risk: 'deletes',
    money: 'by-project',
    annotations: replaces,
    endpoint: '/projects/delete',
    project: 'argument',
    countsAs: 'deletions',
    recorded: ['projectId'],
    input: { projectId: ProjectId },
    output: { projectId: changed.projectId },
    says: ({ projectId }) => `Delete project ${projectId}, to the Recycle Bin`,
    verify: `read_project shows a name under "${BIN}" if it was deleted.`,
    answer: (_body, { projectId }) => ({
      summary: say`Project ${projectId} is in the Recycle Bin. A person can restore it on quantconnect.com; list_projects still shows it, under "${BIN}".`,
      data: { projectId },
    }),
  }),
]
