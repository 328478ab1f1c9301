// A prompt, filled in.
import type { GetPromptResult } from '@modelcontextprotocol/server'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import { closestTo } from '../../spelling.ts'
import { clip } from '../answers/reading.ts'
import { visible } from '../answers/unseen.ts'
import { didYouMean } from '../calls/problems.ts'
import type { Argument } from './prompts.ts'
import { PROMPTS } from './prompts.ts'

/** What `prompts/list` answers. */
export const PROMPT_LIST = PROMPTS.map(({ says: _words, arguments: args, ...prompt }) => ({
  ...prompt,
  arguments: args.map(({ shape: _shape, ...one }) => one),
}))

/** Throws a protocol error for an unknown prompt, and for an argument that is missing or is not what it must be. */
export function getPrompt(name: string, given: Readonly<Record<string, string>> = {}): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name)
  if (!prompt) throw misfit(`Unknown prompt: ${visible(clip(name, 100))}`)
  const known = prompt.arguments.map((argument) => argument.name)
  const values = prompt.arguments.flatMap((argument): [string, string][] => {
    const value = filledIn(argument, given, known)
    return value === undefined ? [] : [[argument.name, value]]
  })
  const content = { type: 'text' as const, text: prompt.says(Object.fromEntries(values)) }
  return { description: prompt.description, messages: [{ role: 'user', content }] }
}

/** What was filled in; undefined when it was left out, as it may be. */
function filledIn(
  { name, required, shape }: Argument,
  given: Readonly<Record<string, string>>,
  known: readonly string[],
): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name]?.trim() : ''
  if (!value && !required) return undefined
  if (!value) throw misfit(`Missing: ${name}${misspelt(name, given, known)}`)
  const read = shape.read(value)
  if (read === undefined) throw misfit(`${name} must be ${shape.says}.`)
  return read
}

/** What was given under a name that is not known and close to one that is missing. */
function misspelt(name: string, given: Readonly<Record<string, string>>, known: readonly string[]): string {
  const odd = Object.keys(given).find((one) => !known.includes(one) && closestTo(one, [name]))
  return odd === undefined ? '' : `. There is no "${visible(clip(odd, 60))}"${didYouMean(odd, [name])}`
}

const misfit = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidParams, message)
