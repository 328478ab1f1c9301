// Which ids and names there are, while a person fills in an address or a prompt. What is offered comes from the tool that
// lists it, so that nobody is offered what they may not read.
import type { Body } from '../../quantconnect/fields.ts'
import { record, records, text } from '../../quantconnect/fields.ts'
import type { ToolContext } from '../calls/tool-context.ts'
import { PROMPTS } from '../prompts/prompts.ts'
import { TEMPLATE_LIST } from './templates.ts'

/** Of one argument: the tool whose scopes it takes, and how to look. */
interface Source {
  readonly tool: string
  /** Pairs of a value and what else a person may type to find it. */
  readonly look: (context: ToolContext, known: Known) => Promise<(readonly [value: string, label: string])[]>
}

/** What was filled in before, as tools take it; nothing of whatever is no project's number. */
interface Known {
  readonly projectId?: number
}

function knownIn({ projectId }: Body): Known {
  const digits = /^\d{1,15}$/.exec(text(projectId) ?? '')
  return digits ? { projectId: Number(digits[0]) } : {}
}

const SOURCES: Readonly<Record<string, Source>> = {
  projectId: {
    tool: 'list_projects',
    look: async (context) =>
      records((await context.call('/projects/read', {})).projects).map(
        ({ projectId, name }) => [String(projectId), text(name) ?? ''] as const,
      ),
  },
  name: {
    tool: 'read_file',
    look: async (context, { projectId }) =>
      records((await context.call('/files/read', { projectId })).files).flatMap(({ name }) =>
        text(name) ? [[String(name), ''] as const] : [],
      ),
  },
  backtestId: {
    tool: 'list_backtests',
    look: async (context, { projectId }) =>
      records((await context.call('/backtests/list', { projectId })).backtests).map(
        ({ backtestId, name }) => [String(backtestId), text(name) ?? ''] as const,
      ),
  },
}

/** What a person may choose where there is nothing to look up. */
const CHOICES: Readonly<Record<string, readonly string[]>> = { language: ['Python', 'C#'] }

interface Completion {
  /** What is being filled in: a template or a prompt of ours; undefined when it is neither, or lacks that argument. */
  readonly of: 'resource' | 'prompt' | undefined
  readonly argument: string
  readonly typed: string
  readonly known: Known
}

/** What `completion/complete` asks for, as far as it can be told before the SDK has looked at it. */
export function completionIn(params: unknown): Completion {
  const { ref, argument, context } = record(params)
  const { name, value } = record(argument)
  return {
    of: kindOf(record(ref), text(name) ?? ''),
    argument: text(name) ?? '',
    typed: text(value) ?? '',
    known: knownIn(record(record(context).arguments)),
  }
}

function kindOf({ type, uri, name }: Body, argument: string): Completion['of'] {
  if (type === 'ref/resource') {
    const template = TEMPLATE_LIST.find(({ uriTemplate }) => uriTemplate === uri)
    return template?.uriTemplate.includes(`{${argument}}`) ? 'resource' : undefined
  }
  const prompt = type === 'ref/prompt' ? PROMPTS.find((one) => one.name === name) : undefined
  return prompt?.arguments.some((one) => one.name === argument) ? 'prompt' : undefined
}

/** The choices of what is asked for, as far as they are the same for everyone. */
export const choicesOf = ({ of, argument }: Completion): readonly string[] =>
  of && Object.hasOwn(CHOICES, argument) ? (CHOICES[argument] ?? []) : []

/** The source of what is asked for; undefined when there is nothing to offer, and then nothing is looked up. */
export function sourceOf(params: unknown): Source | undefined {
  const { of, argument, known } = completionIn(params)
  if (!of) return undefined
  const source = Object.hasOwn(SOURCES, argument) ? SOURCES[argument] : undefined
  return argument === 'projectId' || known.projectId !== undefined ? source : undefined
}

/** Values per answer that the protocol allows. */
const AT_MOST = 100

/** The values that fit what was typed: those that begin with it first, then those that merely hold it. */
export function matching(all: readonly (readonly [string, string])[], typed: string) {
  const lower = typed.toLowerCase()
  const begins = all.filter(([value, label]) => [value, label].some((one) => one.toLowerCase().startsWith(lower)))
  const first = new Set(begins)
  const holds = all.filter((one) => !first.has(one) && one.join('\n').toLowerCase().includes(lower))
  const values = [...begins, ...holds].map(([value]) => value)
  return { values: values.slice(0, AT_MOST), total: values.length, hasMore: values.length > AT_MOST }
}
