// /files: the text of a project
import { ApiError, type Arguments, type Family, stamp, textIn } from './handler.ts'
import { applyHunks, parsePatch } from './patch.ts'
import { MAX_FILE_SIZE, projectOf } from './project.ts'
import { numberId } from './world/ids.ts'
import type { Project, ProjectFile } from './world/project.ts'
import type { World } from './world/world.ts'

const EXTENSIONS = /[^/]\.(py|cs|ipynb|html|css|js|json|md|txt|csv)$/i
const FILES_AT_MOST = 50
const NAME_AT_MOST = 200

const describe = ({ projectId }: Project, files: readonly ProjectFile[]) => ({
  files: files.map(({ id, name, content, modified }) => ({
    id,
    projectId,
    name,
    content,
    modified: stamp(modified),
    open: false,
    isLibrary: false,
  })),
})

function fileOf(project: Project, name: string | undefined): ProjectFile {
  const file = project.files.find((candidate) => candidate.name === name)
  if (!file) throw new ApiError(`File not found: ${name ?? ''}`)
  return file
}

function checkNewName(project: Project, name: string | undefined): asserts name is string {
  if (!name || !EXTENSIONS.test(name)) throw new ApiError('File extension is not valid.')
  if (name.length > NAME_AT_MOST) throw new ApiError(`File name is longer than ${NAME_AT_MOST} characters`)
  if (project.files.some((file) => file.name === name)) throw new ApiError('File already exists')
}

function checkContent(content: string): void {
  if (content === '') throw new ApiError('File content is empty')
  const size = Buffer.byteLength(content)
  if (size > MAX_FILE_SIZE) throw new ApiError(`File size of ${size} bytes is over the limit of ${MAX_FILE_SIZE} bytes`)
}

function add(world: World, project: Project, name: string | undefined, content: string, now: number): ProjectFile {
  checkNewName(project, name)
  if (project.files.length >= FILES_AT_MOST) throw new ApiError(`A project holds at most ${FILES_AT_MOST} files`)
  const file = { id: numberId(world, 9), name, content, modified: now }
  project.files.push(file)
  project.modified = now
  return file
}

function replace(project: Project, file: ProjectFile, content: string, now: number): void {
  checkContent(content)
  file.content = content
  file.modified = now
  project.modified = now
}

function remove(project: Project, file: ProjectFile, now: number): void {
  project.files = project.files.filter((other) => other !== file)
  project.modified = now
}

function rename(project: Project, file: ProjectFile, args: Arguments, now: number): void {
  const newName = textIn(args, 'newName')
  if (newName === undefined || newName === file.name) return
  checkNewName(project, newName)
  file.name = newName
  file.modified = now
  project.modified = now
}

export const fileEndpoints: Family = {
  '/files/create': (world, args, now) => {
    const project = projectOf(world, args)
    const content = textIn(args, 'content')
    // No content is an empty file, while empty content is refused.
    if (content !== undefined) checkContent(content)
    return describe(project, [add(world, project, textIn(args, 'name'), content ?? '', now)])
  },

  '/files/read': (world, args) => {
    const project = projectOf(world, args)
    const name = textIn(args, 'name')
    return describe(project, name === undefined ? project.files : [fileOf(project, name)])
  },

  // One endpoint with two meanings: a new name, new contents, or both.
  '/files/update': (world, args, now) => {
    const project = projectOf(world, args)
    const file = fileOf(project, textIn(args, 'name'))
    const content = textIn(args, 'content')
    if (content === undefined && textIn(args, 'newName') === undefined) throw new ApiError('Invalid argument: content')
    rename(project, file, args, now)
    if (content === undefined) return {}
    replace(project, file, content, now)
    return describe(project, [file])
  },

  '/files/patch': (world, args, now) => {
    const project = projectOf(world, args)
    for (const { from, to, hunks } of parsePatch(textIn(args, 'patch') ?? '')) {
      const file = from === null ? null : fileOf(project, from)
      const content = applyHunks(file?.content ?? '', hunks)
      if (to === null && file) remove(project, file, now)
      else if (!file) {
        checkContent(content)
        add(world, project, to ?? undefined, content, now)
      } else {
        if (to !== null) rename(project, file, { newName: to }, now)
        replace(project, file, content, now)
      }
    }
    return {}
  },

  '/files/delete': (world, args, now) => {
    const project = projectOf(world, args)
    remove(project, fileOf(project, textIn(args, 'name')), now)
    return {}
  },
}
