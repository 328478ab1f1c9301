// What a tool has to tell, and the two halves it leaves in. Clients forward only one of them to their model, some the text
// and some the structure, so both are made from the same parts and neither knows more than the other.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { outline } from './outline.ts'
import { beginning } from './reading.ts'
import { sizeOf, truncate } from './truncate.ts'

export interface ToolAnswer {
  /** The first lines: what a reader must know, in sentences. */
  readonly summary: string
  /** What there is to do now. */
  readonly next?: string
  /** The facts, by name. Nulls are left out, and times without a zone are marked as UTC, on the way. */
  readonly data?: Readonly<Record<string, unknown>>
  /** What was left out on purpose, each with the way to get it. */
  readonly cut?: readonly string[]
  /** PNG images. */
  readonly pictures?: readonly Buffer[]
}

/** Nothing larger leaves in one answer. */
const ANSWER_AT_MOST = 1_000_000

/** `limit` in bytes of the whole result as JSON; `more` says how to get what has to be left out. */
export function toToolResult(
  answer: ToolAnswer,
  { limit = ANSWER_AT_MOST, more }: { limit?: number | undefined; more?: string | undefined } = {},
): CallToolResult {
  const images = (answer.pictures ?? []).map((picture) => ({
    type: 'image' as const,
    data: picture.toString('base64'),
    mimeType: 'image/png',
  }))
  const build = (data: Readonly<Record<string, unknown>>): CallToolResult => {
    const structuredContent = { summary: answer.summary, ...data, ...(answer.next ? { next: answer.next } : {}) }
    const parts = [answer.summary, outline(data), answer.next && `Next: ${answer.next}`]
    return { content: [{ type: 'text', text: parts.filter(Boolean).join('\n\n') }, ...images], structuredContent }
  }
  return truncate(tidy({ ...answer.data, ...(answer.cut ? { cut: answer.cut } : {}) }), build, limit, more)
}

/** Characters of what happened. QuantConnect may give ten reasons of a thousand each. */
export const ERROR_AT_MOST = 4_000

/**
 * A failure that a model can act on: what happened, and what to do; and what a program may want to know of it. What happened
 * is shortened until the result has at most `limit` bytes.
 */
export function failure(
  error: string,
  next?: string,
  data: Readonly<Record<string, string | number>> = {},
  limit = ANSWER_AT_MOST,
): CallToolResult {
  const build = (error: string): CallToolResult => {
    const parts = [error, outline(data), next && `Next: ${next}`]
    return {
      isError: true,
      content: [{ type: 'text', text: parts.filter(Boolean).join('\n\n') }],
      structuredContent: { error, ...data, ...(next ? { next } : {}) },
    }
  }
  for (let kept = ERROR_AT_MOST; ; kept = Math.floor(kept * 0.8)) {
    const result = build(beginning(error, kept))
    if (kept === 0 || sizeOf(result) <= limit) return result
  }
}

/** An answer in front of which its reader must know something. */
export const warned = (answer: ToolAnswer, warning: string): ToolAnswer => ({
  ...answer,
  summary: `${warning} Tell the person.\n${answer.summary}`,
  data: { ...answer.data, warning },
})

const BARE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/
const BARE_ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/
/** Fields in which QuantConnect writes times of its own, which are UTC. What people wrote stays as it is. */
const TIMES = /^(time|created|modified|launched|stopped|requested|backtestStart|backtestEnd|startDate|endDate|\w+Time)$/
/** Text of files is exact, and stands between fences. */
const EXACT = 'content'
/** What a reader would not see, or what turns the direction of writing; tabs and ends of lines stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Without nulls, which say nothing, and with a zone on times that lack one. */
function tidy(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(UNSEEN, ''), tidyValue(value, name)]))
}

function tidyValue(value: unknown, name: string): unknown {
  if (typeof value === 'string') return tidyText(value, name)
  if (Array.isArray(value)) return value.map((item) => tidyValue(item, ''))
  return typeof value === 'object' && value !== null ? tidy(value as Record<string, unknown>) : value
}

function tidyText(value: string, name: string): string {
  if (name === EXACT) return value
  if (TIMES.test(name) && BARE_TIME.test(value)) return `${value} UTC`
  return TIMES.test(name) && BARE_ISO_TIME.test(value) ? `${value}Z` : value.replace(UNSEEN, '')
}
