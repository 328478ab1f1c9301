import { z } from 'zod'
import { adds, ProjectId, reads, replaces, tool, without } from '../tool.ts'

/** A long list of LEAN builds that comes with every project answer and that nobody asked for. */
const trim = without('versions')

export const project = [
  tool({
    name: 'create_project',
    title: 'Create project',
    description:
      'Creates a project with two starter files (main.py and research.ipynb, or Main.cs and Research.ipynb) and returns it. A taken name gets a number appended. Next: update_file_contents, then create_compile.',
    scopes: ['qc:projects:write'],
    annotations: adds,
    endpoint: '/projects/create',
    input: {
      name: z.string().min(1).describe('Project name; slashes make folders.'),
      language: z.enum(['Py', 'C#']).describe('Programming language.'),
      organizationId: z.string().optional().describe('Organization to create it in; the default one when left out.'),
    },
    trim,
  }),
  tool({
    name: 'read_project',
    title: 'Read project',
    description: 'Reads one project by projectId, or a page of all projects by start and end.',
    scopes: ['qc:projects:read'],
    annotations: reads,
    endpoint: '/projects/read',
    input: {
      projectId: ProjectId.optional(),
      start: z.int().min(0).optional().describe('First index of a page of projects.'),
      end: z.int().min(1).optional().describe('Index after the last of the page; above start.'),
    },
    trim,
  }),
  tool({
    name: 'list_projects',
    title: 'List projects',
    description:
      'Lists all projects of the account, deleted ones under "Recycle Bin/" too. The answer can be long; read_project with start and end gives pages.',
    scopes: ['qc:projects:read'],
    annotations: reads,
    endpoint: '/projects/read',
    input: {},
    trim,
  }),
  tool({
    name: 'update_project',
    title: 'Update project',
    description: 'Changes the name or the description of a project. A name that another project has is refused.',
    scopes: ['qc:projects:write'],
    annotations: replaces,
    endpoint: '/projects/update',
    input: {
      projectId: ProjectId,
      name: z.string().min(1).optional().describe('New name.'),
      description: z.string().optional().describe('New description.'),
    },
  }),
  tool({
    name: 'delete_project',
    title: 'Delete project',
    description: 'Moves a project to the Recycle Bin, from where a person can restore it on quantconnect.com.',
    scopes: ['qc:projects:delete'],
    annotations: replaces,
    endpoint: '/projects/delete',
    input: { projectId: ProjectId },
  }),
]
