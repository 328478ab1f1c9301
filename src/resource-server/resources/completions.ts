// Which ids and names there are, while a person fills in an address or a prompt. What is offered comes from the tool that
// lists it, so that nobody is offered what they may not read.
import type { Body } from '../tools/reading.ts'
import { record, records, text } from '../tools/reading.ts'
import type { Work } from '../tools/work.ts'

/** Of one argument: the tool whose scopes it takes, and how to look. */
interface Source {
  readonly tool: string
  /** Pairs of a value and what else a person may type to find it. */
  readonly look: (work: Work, known: Body) => Promise<(readonly [value: string, label: string])[]>
}

const projectOf = (known: Body): number => Number(text(known.projectId))

const SOURCES: Readonly<Record<string, Source>> = {
  projectId: {
    tool: 'list_projects',
    look: async (work) =>
      records((await work.call('/projects/read', {})).projects).map(
        ({ projectId, name }) => [String(projectId), text(name) ?? ''] as const,
      ),
  },
  name: {
    tool: 'read_file',
    look: async (work, known) =>
      records((await work.call('/files/read', { projectId: projectOf(known) })).files).flatMap(({ name }) =>
        text(name) ? [[String(name), ''] as const] : [],
      ),
  },
  backtestId: {
    tool: 'list_backtests',
    look: async (work, known) =>
      records((await work.call('/backtests/list', { projectId: projectOf(known) })).backtests).map(
        ({ backtestId, name }) => [String(backtestId), text(name) ?? ''] as const,
      ),
  },
}

interface Asked {
  readonly argument: string
  readonly typed: string
  readonly known: Body
}

/** What `completion/complete` asks for, as far as it can be told before the SDK has looked at it. */
export function asked(params: unknown): Asked {
  const { argument, context } = record(params)
  const { name, value } = record(argument)
  return { argument: String(name), typed: text(value) ?? '', known: record(record(context).arguments) }
}

/** The source of what is asked for; undefined when there is nothing to offer, and then nothing is looked up. */
export function sourceOf(params: unknown): Source | undefined {
  const { argument, known } = asked(params)
  const source = Object.hasOwn(SOURCES, argument) ? SOURCES[argument] : undefined
  return argument === 'projectId' || Number.isSafeInteger(projectOf(known)) ? source : undefined
}

/** Values per answer that the protocol allows. */
const AT_MOST = 100

/** The values that fit what was typed: those that begin with it first, then those that merely hold it. */
export function matching(all: readonly (readonly [string, string])[], typed: string) {
  const lower = typed.toLowerCase()
  const begins = all.filter(([value, label]) => [value, label].some((one) => one.toLowerCase().startsWith(lower)))
  const holds = all.filter((one) => !begins.includes(one) && one.join('\n').toLowerCase().includes(lower))
  const values = [...begins, ...holds].map(([value]) => value)
  return { values: values.slice(0, AT_MOST), total: values.length, hasMore: values.length > AT_MOST }
}
