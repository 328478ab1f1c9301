import { z } from 'zod'
import { addsOnce, edits, FileName, ProjectId, reads, replaces, tool } from '../tool.ts'

const CodeSourceId = z.string().optional().describe('Name of the editor that makes the change, shown to collaborators.')

export const file = [
  tool({
    name: 'create_file',
    title: 'Create file',
    description:
      'Creates a file in a project and returns it. Refused when a file of that name exists: use update_file_contents.',
    scopes: ['qc:files:write'],
    annotations: addsOnce,
    endpoint: '/files/create',
    input: {
      projectId: ProjectId,
      name: FileName,
      content: z.string().min(1).optional().describe('Text of the file; leave out for an empty file.'),
      codeSourceId: CodeSourceId,
    },
  }),
  tool({
    name: 'read_file',
    title: 'Read file',
    description: 'Reads one file of a project, or all of them when name is left out, which can be long.',
    scopes: ['qc:files:read'],
    annotations: reads,
    endpoint: '/files/read',
    input: { projectId: ProjectId, name: FileName.optional(), codeSourceId: CodeSourceId },
  }),
  tool({
    name: 'update_file_name',
    title: 'Rename file',
    description: 'Renames a file of a project.',
    scopes: ['qc:files:write'],
    annotations: replaces,
    endpoint: '/files/update',
    input: { projectId: ProjectId, name: FileName, newName: FileName, codeSourceId: CodeSourceId },
  }),
  tool({
    name: 'update_file_contents',
    title: 'Write file',
    description: 'Replaces the whole text of a file; the previous text is gone. Next: create_compile.',
    scopes: ['qc:files:write'],
    annotations: replaces,
    endpoint: '/files/update',
    input: {
      projectId: ProjectId,
      name: FileName,
      content: z.string().min(1).describe('The whole new text.'),
      codeSourceId: CodeSourceId,
    },
  }),
  tool({
    name: 'patch_file',
    title: 'Patch files',
    description:
      'Applies a unified diff to the files of a project; smaller than writing whole files. Next: create_compile.',
    scopes: ['qc:files:write'],
    annotations: edits,
    endpoint: '/files/patch',
    input: {
      projectId: ProjectId,
      patch: z
        .string()
        .min(1)
        .describe('Unified diff in git form: diff --git, ---, +++ and @@ lines; several files at once.'),
      codeSourceId: CodeSourceId,
    },
  }),
  tool({
    name: 'delete_file',
    title: 'Delete file',
    description: 'Deletes a file from a project for good.',
    scopes: ['qc:files:delete'],
    annotations: replaces,
    endpoint: '/files/delete',
    input: { projectId: ProjectId, name: FileName, codeSourceId: CodeSourceId },
  }),
]
