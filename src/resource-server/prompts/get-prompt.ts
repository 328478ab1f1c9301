// A prompt, filled in.
import type { GetPromptResult } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { clip } from '../answers/reading.ts'
import { PROMPTS } from './prompts.ts'

/** What `prompts/list` answers. */
export const PROMPT_LIST = PROMPTS.map(({ says: _words, arguments: args, ...prompt }) => ({
  ...prompt,
  arguments: args.map((one) => ({ ...one })),
}))

/** Characters of one argument: an idea fills a few pages at most. */
const LONGEST = 10_000

/** Throws a protocol error for an unknown prompt, and for an argument that is missing or too long. */
export function getPrompt(name: string, given: Readonly<Record<string, string>> = {}): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name)
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${clip(name, 100)}`)
  const missing = prompt.arguments.filter((one) => one.required && !given[one.name]?.trim()).map((one) => one.name)
  if (missing.length) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Missing: ${missing.join(', ')}`)
  const long = prompt.arguments.filter((one) => (given[one.name]?.length ?? 0) > LONGEST).map((one) => one.name)
  if (long.length) {
    const problem = `Longer than ${LONGEST} characters: ${long.join(', ')}`
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, problem)
  }
  const content = { type: 'text' as const, text: prompt.says(given) }
  return { description: prompt.description, messages: [{ role: 'user', content }] }
}
