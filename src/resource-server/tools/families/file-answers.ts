// How files read: one whole, many as far as they fit.
import type { Body } from '../../../quantconnect/fields.ts'
import { records } from '../../../quantconnect/fields.ts'
import { clip, pick, say } from '../../answers/reading.ts'
import type { ToolAnswer } from '../../answers/tool-answer.ts'

/** Bytes of text, as JSON, that an answer about all files carries. */
const CONTENTS_AT_MOST = 200_000

const contentOf = ({ content }: Body): string | undefined => (typeof content === 'string' ? content : undefined)
/** A number of bytes in words. */
export const bytes = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`
/** A name for a sentence. */
export const quoted = (name: unknown): string => say`"${clip(String(name), 200)}"`

/** A file without its text. `content` is that text where the answer does not repeat it. */
export function headOf(file: Body, content = contentOf(file)): Record<string, unknown> {
  return {
    ...pick(file, 'id', 'name'),
    ...(content === undefined ? {} : { size: Buffer.byteLength(content) }),
    ...pick(file, 'modified'),
    ...(file.isLibrary === true ? { isLibrary: true } : {}),
  }
}

const wholeOf = (file: Body): Record<string, unknown> => ({ ...headOf(file), ...pick(file, 'content') })

export function answerFile(body: Body, projectId: number, name: string): ToolAnswer {
  const [file] = records(body.files)
  const content = file && contentOf(file)
  if (!file || content === undefined) {
    return {
      summary: say`QuantConnect gave no text for ${quoted(name)}.`,
      next: 'read_file without a name shows which files there are.',
      data: { projectId, files: file ? [wholeOf(file)] : [] },
    }
  }
  return {
    summary: say`File ${quoted(name)} of project ${projectId}: ${bytes(Buffer.byteLength(content))}.`,
    next: 'patch_file or update_file_contents to change it, then create_compile.',
    data: { projectId, files: [wholeOf(file)] },
  }
}

/** The files whose text is shown: small ones first, since code is small and notebooks are not. */
function fitting(files: readonly Body[]): ReadonlySet<Body> {
  const sizes = files.map((file) => ({ file, size: Buffer.byteLength(JSON.stringify(contentOf(file) ?? '')) }))
  let room = CONTENTS_AT_MOST
  const shown = new Set<Body>()
  for (const { file, size } of sizes.toSorted((a, b) => a.size - b.size)) {
    if (size > room) break
    room -= size
    shown.add(file)
  }
  return shown
}

export function answerFiles(body: Body, projectId: number): ToolAnswer {
  const files = records(body.files)
  const shown = fitting(files)
  const left = files.filter((file) => !shown.has(file))
  const total = files.reduce((sum, file) => sum + Buffer.byteLength(contentOf(file) ?? ''), 0)
  const [first] = left
  const count = say`${files.length} ${files.length === 1 ? 'file' : 'files'}`
  return {
    summary: say`Project ${projectId} has ${count}, ${bytes(total)} in all.${left.length ? say` The text of ${left.length} is left out here.` : ''}`,
    next: first
      ? say`read_file with name ${quoted(first.name)} for text that is left out here.`
      : 'patch_file or update_file_contents to change one, then create_compile.',
    data: { projectId, files: files.map((file) => (shown.has(file) ? wholeOf(file) : headOf(file))) },
    ...(left.length
      ? {
          cut: left.map(
            (file) =>
              say`The text of ${quoted(file.name)}, ${bytes(Buffer.byteLength(contentOf(file) ?? ''))}: read_file with that name.`,
          ),
        }
      : {}),
  }
}
