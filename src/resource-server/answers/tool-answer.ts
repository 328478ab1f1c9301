// What a tool has to tell, and the two halves it leaves in. Clients forward only one of them to their model, some the text
// and some the structure, so both are made from the same parts and neither knows more than the other.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { inPortions } from '../../portions.ts'
import type { Declared } from './declared-types.ts'
import { inDeclaredTypes } from './declared-types.ts'
import { freeNames, sizeOf } from './measure.ts'
import { outline } from './outline.ts'
import { beginning } from './reading.ts'
import { truncate } from './truncate.ts'
import { UnseenCharacters } from './unseen.ts'

export interface ToolAnswer {
  /** The first lines: what a reader must know, in sentences. */
  readonly summary: string
  /** What there is to do now. */
  readonly next?: string
  /** The facts, by name. Nulls are left out, and times without a zone are marked as UTC, on the way. */
  readonly data?: Readonly<Record<string, unknown>>
  /** What was left out on purpose, each with the way to get it. */
  readonly cut?: readonly string[]
  /** What its reader has to tell the person first. */
  readonly warning?: string
  /** PNG images. */
  readonly pictures?: readonly Buffer[]
}

/** Nothing larger leaves in one answer. */
const ANSWER_AT_MOST = 1_000_000

/** What of a tool's declaration shapes its answers; see `Tool`. */
interface AnswerSettings {
  readonly limit?: number | undefined
  readonly more?: string | undefined
  readonly output?: Declared
  readonly exact?: readonly string[]
}

/** `limit` in bytes of the whole result as JSON; `more` says how to get what has to be left out. */
export function toToolResult(
  answer: ToolAnswer,
  { limit = ANSWER_AT_MOST, more, output = {}, exact = [] }: AnswerSettings = {},
): Promise<CallToolResult> {
  const images = (answer.pictures ?? []).map((picture) => ({
    type: 'image' as const,
    data: picture.toString('base64'),
    mimeType: 'image/png',
  }))
  const unseen = new UnseenCharacters()
  const summary = unseen.remove(answer.summary)
  const next = answer.next && unseen.remove(answer.next)
  const { data = {}, warning, cut } = answer
  const nameFor = freeNames(OURS.filter((name) => !Object.hasOwn(output, name)))
  const named = Object.entries(data).map(([name, value]) => [nameFor(unseen.remove(name)), value] as const)
  const declared = inDeclaredTypes(named, output)
  const omitted = [...(cut ?? []), ...declared.omitted]
  const facts = {
    ...Object.fromEntries(declared.facts),
    ...(warning ? { warning } : {}),
    ...(omitted.length ? { cut: omitted } : {}),
  }
  const ours = new Set([...Object.keys(output), ...OURS])
  const build = (data: Readonly<Record<string, unknown>>): CallToolResult => {
    const told = { ...data, ...unseen.told }
    const parts = [summary, outline(told, ours), next && `Next: ${next}`]
    return {
      content: [{ type: 'text', text: parts.filter(Boolean).join('\n\n') }, ...images],
      structuredContent: { summary, ...told, ...(next ? { next } : {}) },
    }
  }
  return inPortions(truncate(facts, build, { limit, more, unseen, exact }))
}

/** What this server says about an answer goes by these names. What comes from elsewhere gets another one. */
const OURS = ['summary', 'next', 'error', 'cut', 'removed', 'escaped', 'warning', 'rule', 'retryAfter', 'repeated']

/** Characters of what happened. QuantConnect may give ten reasons of a thousand each. */
const ERROR_AT_MOST = 4_000

/**
 * A failure that a model can act on: what happened, and what to do; and what a program may want to know of it. What happened
 * is shortened until the result has at most `limit` bytes.
 */
export function failure(
  error: string,
  next?: string,
  data: Readonly<Record<string, string | number | object>> = {},
  limit = ANSWER_AT_MOST,
): CallToolResult {
  const build = (error: string): CallToolResult => {
    const unseen = new UnseenCharacters()
    const [said, then] = [unseen.remove(error), next && unseen.remove(next)]
    const told = { ...data, ...unseen.told }
    const parts = [said, outline(told, new Set(Object.keys(told))), then && `Next: ${then}`]
    return {
      content: [{ type: 'text', text: parts.filter(Boolean).join('\n\n') }],
      structuredContent: { error: said, ...told, ...(then ? { next: then } : {}) },
      isError: true,
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
  warning,
})
