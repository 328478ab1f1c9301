// What a client can read by address. Each address names one tool call, so that the same scopes and the same road serve both.

interface Template {
  /** RFC 6570, as clients fill it in. */
  readonly uriTemplate: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType?: string
  /** Whose scopes it takes. */
  readonly tool: string
}

const TEMPLATES: readonly Template[] = [
  {
    uriTemplate: 'qc://projects/{projectId}',
    name: 'project',
    title: 'Project',
    description: 'A project: its name, language, settings and address.',
    mimeType: 'application/json',
    tool: 'read_project',
  },
  {
    uriTemplate: 'qc://projects/{projectId}/files/{name}',
    name: 'file',
    title: 'File of a project',
    description: 'The text of one file. Slashes in its name are written as %2F.',
    tool: 'read_file',
  },
  {
    uriTemplate: 'qc://projects/{projectId}/backtests/{backtestId}',
    name: 'backtest',
    title: 'Backtest',
    description: 'A backtest: its state, statistics, errors and address.',
    mimeType: 'application/json',
    tool: 'read_backtest',
  },
]

/** What `resources/templates/list` answers. */
export const TEMPLATE_LIST = TEMPLATES.map(({ tool: _how, ...template }) => template)

/** Whose scopes a list of addresses takes. */
export const LISTING_TOOL = 'list_projects'

/** A tool call that reads an address. */
export interface Reading {
  readonly tool: string
  readonly args: { readonly projectId: number; readonly name?: string; readonly backtestId?: string }
}

/** Characters. A file's name has two hundred at most, each of them up to nine when it is encoded. */
export const LONGEST_ADDRESS = 2_048

/** The address of a project; undefined where its number is none. */
export const addressOfProject = (projectId: unknown): string | undefined => {
  const uri = `qc://projects/${projectId}`
  return readingOf(uri)?.tool === 'read_project' ? uri : undefined
}

/** What reads `uri`; undefined when it is none of ours. */
export function readingOf(uri: unknown): Reading | undefined {
  if (typeof uri !== 'string' || uri.length > LONGEST_ADDRESS) return undefined
  const [, number, kind, rest] = /^qc:\/\/projects\/(\d{1,15})(?:\/(files|backtests)\/([^?#]+))?$/.exec(uri) ?? []
  if (number === undefined) return undefined
  const projectId = Number(number)
  if (!kind || rest === undefined) return { tool: 'read_project', args: { projectId } }
  if (kind === 'backtests')
    return /^\w+$/.test(rest) ? { tool: 'read_backtest', args: { projectId, backtestId: rest } } : undefined
  const name = decoded(rest)
  return name === undefined ? undefined : { tool: 'read_file', args: { projectId, name } }
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // a stray percent sign
  }
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  py: 'text/x-python',
  cs: 'text/x-csharp',
  ipynb: 'application/x-ipynb+json',
  json: 'application/json',
  html: 'text/html',
  css: 'text/css',
  md: 'text/markdown',
}

/** The type of a file by its extension. */
export const mimeTypeOf = (name: string): string =>
  MIME_TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text/plain'
