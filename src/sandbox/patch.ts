// Unified diffs as git writes them. Line numbers may be off, as git forgives too; the lines themselves may not.
import { ApiError } from './handler.ts'

interface Hunk {
  /** Index of the first line it expects to find. */
  readonly at: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** `from` is null for a file that the patch makes, `to` for one that it deletes. */
export interface FilePatch {
  readonly from: string | null
  readonly to: string | null
  readonly hunks: readonly Hunk[]
}

const invalid = () => new ApiError('Patch is not valid')

/** `--- a/main.py` names main.py. A tab and a time may follow the name. */
function fileName(line: string | undefined, marker: '---' | '+++'): string | null {
  if (!line?.startsWith(`${marker} `)) throw invalid()
  const name = line.slice(4).trimEnd().split('\t')[0] ?? ''
  return name === '/dev/null' ? null : name.replace(/^[ab]\//, '')
}

function readHunk(lines: readonly string[], header: number): { hunk: Hunk; next: number } {
  const [, start, oldCount, newCount] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[header] ?? '') ?? []
  if (start === undefined) throw invalid()
  let [toRead, toWrite] = [Number(oldCount ?? 1), Number(newCount ?? 1)]
  // A hunk that expects no lines stands after the line it names, any other at that line.
  const at = toRead === 0 ? Number(start) : Number(start) - 1
  const [before, after]: [string[], string[]] = [[], []]
  const endsWithoutNewline = { before: false, after: false }
  let next = header + 1
  for (; toRead > 0 || toWrite > 0 || lines[next]?.startsWith('\\'); next += 1) {
    const line = lines[next]
    if (line === undefined) throw invalid()
    // Many tools trim the single blank that an empty context line consists of.
    const kind = line[0] ?? ' '
    if (kind === '\\') {
      const previous = lines[next - 1]?.[0]
      if (previous !== '+') endsWithoutNewline.before = true
      if (previous !== '-') endsWithoutNewline.after = true
      continue
    }
    if (!' -+'.includes(kind)) throw invalid()
    if (kind !== '+') {
      before.push(line.slice(1))
      toRead -= 1
    }
    if (kind !== '-') {
      after.push(line.slice(1))
      toWrite -= 1
    }
  }
  if (toRead < 0 || toWrite < 0) throw invalid()
  // A file that ends with a newline has one more, empty, line when it is split.
  if (endsWithoutNewline.after && !endsWithoutNewline.before) before.push('')
  if (endsWithoutNewline.before && !endsWithoutNewline.after) after.push('')
  return { hunk: { at, before, after }, next }
}

/** Throws an ApiError for anything that is no patch, a blank one included. */
export function parsePatch(patch: string): FilePatch[] {
  if (patch.length > LONGEST) throw invalid()
  const lines = patch.split('\n')
  const patches: FilePatch[] = []
  for (let index = 0; index < lines.length; ) {
    if (!lines[index]?.startsWith('--- ')) {
      index += 1 // `diff --git`, `index`, modes and prose say nothing that the rest does not
      continue
    }
    const [from, to] = [fileName(lines[index], '---'), fileName(lines[index + 1], '+++')]
    const hunks: Hunk[] = []
    index += 2
    while (lines[index]?.startsWith('@@')) {
      const { hunk, next } = readHunk(lines, index)
      hunks.push(hunk)
      index = next
    }
    if (hunks.length === 0 || (from === null && to === null)) throw invalid()
    patches.push({ from, to, hunks })
  }
  if (patches.length === 0 || patches.length > FILES_AT_MOST) throw invalid()
  return patches
}

/** A patch is no longer than the files of a project, and looks no further than that for its lines. */
const LONGEST = 1_000_000
const FILES_AT_MOST = 50
const LOOKS_AT_MOST = 1_000_000

/** Where `part` stands in `lines` from a place on, in one pass over both (Knuth, Morris and Pratt); -1 when it does not. */
function placeOf(part: readonly string[], lines: readonly string[], from: number): number {
  const borders = [0] // by length of a beginning of `part`: the longest beginning that it also ends with
  for (let at = 1, border = 0; at < part.length; at += 1) {
    while (border > 0 && part[at] !== part[border]) border = borders[border - 1] ?? 0
    if (part[at] === part[border]) border += 1
    borders.push(border)
  }
  if (part.length === 0) return from <= lines.length ? from : -1
  for (let at = from, fits = 0; at < lines.length; at += 1) {
    while (fits > 0 && lines[at] !== part[fits]) fits = borders[fits - 1] ?? 0
    if (lines[at] === part[fits]) fits += 1
    if (fits === part.length) return at + 1 - fits
  }
  return -1
}

export function applyHunks(content: string, hunks: readonly Hunk[]): string {
  const lines = content.split('\n')
  const pieces: (readonly string[])[] = []
  let done = 0
  let drift = 0
  let looks = 0
  for (const { at, before, after } of hunks) {
    const fits = (position: number) => before.every((line, index) => lines[position + index] === line)
    let position = at + drift
    if (position < done || position > lines.length || !fits(position)) {
      looks += lines.length - done + before.length
      if (looks > LOOKS_AT_MOST) throw invalid()
      position = placeOf(before, lines, done)
      if (position < 0) throw invalid()
    }
    pieces.push(lines.slice(done, position), after)
    drift = position - at
    done = position + before.length
  }
  return [...pieces, lines.slice(done)].flat().join('\n')
}
