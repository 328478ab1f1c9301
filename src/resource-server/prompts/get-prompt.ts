// A prompt, filled in.
import type { GetPromptResult } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { PROMPTS } from './prompts.ts'

/** What `prompts/list` answers. */
export const PROMPT_LIST = PROMPTS.map(({ says: _words, arguments: args, ...prompt }) => ({
  ...prompt,
  arguments: args.map((one) => ({ ...one })),
}))

/** Throws a protocol error for an unknown prompt, and for a missing argument. */
export function getPrompt(name: string, given: Readonly<Record<string, string>> = {}): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name)
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`)
  const missing = prompt.arguments.filter((one) => one.required && !given[one.name]?.trim()).map((one) => one.name)
  if (missing.length) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Missing: ${missing.join(', ')}`)
  const content = { type: 'text' as const, text: prompt.says(given) }
  return { description: prompt.description, messages: [{ role: 'user', content }] }
}
