// /ai/tools: answers without `success`. `state: "Error"` is a finding about the code and not a failed call.
import { build } from '../build.ts'
import { ApiError, type Arguments, type Family, integerIn, textIn } from '../handler.ts'
import { mainFileOf } from '../starter.ts'
import { hash } from '../world/ids.ts'
import { METHODS, snake } from './methods.ts'
import { toPep8 } from './pep8.ts'
import { type Criterion, search } from './search.ts'
import { SOURCES } from './snippets.ts'

const FILES_AT_MOST = 50
const HITS_AT_MOST = 40
/** Characters of all files together. */
const LONGEST = 1_000_000
const LONGEST_NAME = 100

interface File {
  readonly name: string
  readonly content: string
}

const answer = (state: 'End' | 'Error', payload: unknown, payloadType: string) => ({
  success: undefined,
  state,
  version: '2.0',
  payload,
  payloadType,
})

function languageOf(args: Arguments): 'Py' | 'C#' {
  const language = textIn(args, 'language')
  if (language !== 'Py' && language !== 'C#') throw new ApiError('Invalid argument: language')
  return language
}

function filesOf({ files }: Arguments): File[] {
  const fine = Array.isArray(files) && files.length > 0 && files.length <= FILES_AT_MOST
  if (!fine || !files.every((file) => typeof file?.name === 'string' && typeof file.content === 'string')) {
    throw new ApiError('Invalid argument: files')
  }
  const given = files as File[] // the line above looked at every file
  const length = given.reduce((sum, { content }) => sum + content.length, 0)
  if (length > LONGEST) throw new ApiError(`Files of ${length} characters are over the limit of ${LONGEST} characters`)
  return given
}

/** What is being typed at the end of a sentence. */
function completions(sentence: string, language: 'Py' | 'C#', limit: number): string[] {
  // Names of the API are no longer, and the pattern tries every place where a word may begin.
  const [, object = '', dot = '', begun = ''] = /(\w*)(\.?)(\w*)$/.exec(sentence.slice(-LONGEST_NAME)) ?? []
  const start = (dot ? begun : object).toLowerCase().replaceAll('_', '')
  const before = dot ? `${object}.` : language === 'Py' ? 'self.' : ''
  return METHODS.filter((name) => name.toLowerCase().startsWith(start))
    .map((name) => before + (language === 'Py' ? snake(name) : name))
    .slice(0, limit)
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /NoneType|null reference|not set to an instance/i,
    'Something was used before it existed. The symbol may be missing from this slice: test for it before use.',
  ],
  [/KeyError|key was not found|not present/i, 'The symbol was not in this slice. Test for it before use.'],
  [
    /has no attribute|does not contain a definition/i,
    'The name is not part of this object. Look for a misspelling, and for camel case where snake case is meant.',
  ],
  [/indent/i, 'The indentation does not match the lines around it. Use four spaces for each level.'],
  [/syntax/i, 'The line cannot be parsed. Look at it and at the one before for a missing bracket, quote or colon.'],
  [/buying power/i, 'The order was larger than the account could pay for. Leave some cash, or order less.'],
  [/import|module/i, 'A module could not be loaded. Check its name, and that a library project is added.'],
]

function criteriaOf({ criteria }: Arguments): Criterion[] {
  if (!Array.isArray(criteria) || criteria.length === 0 || criteria.length > 10) {
    throw new ApiError('Invalid argument: criteria')
  }
  return criteria.map((criterion: unknown) => {
    const args = (typeof criterion === 'object' ? (criterion ?? {}) : {}) as Arguments
    const type = SOURCES.find((source) => source === args.type)
    const count = integerIn(args, 'count') ?? 3
    if (!type || count < 0) throw new ApiError('Invalid argument: criteria')
    return { input: textIn(args, 'input') ?? '', type, count: Math.min(count, HITS_AT_MOST) }
  })
}

export const aiToolEndpoints: Family = {
  '/ai/tools/backtest-init': (_world, args) => {
    const language = languageOf(args)
    const files = filesOf(args)
    const main = mainFileOf(language)
    if (!files.some(({ name }) => name === main)) throw new ApiError(`File not found: ${main}`)
    const { errors, failsAt } = build({ language, files })
    const problem =
      errors[0] ?? (failsAt === null ? undefined : `'NoneType' object has no attribute 'price' at ${failsAt}`)
    return problem
      ? answer('Error', problem, 'text')
      : answer('End', 'The algorithm was initialized without errors.', 'text')
  },

  '/ai/tools/complete': (_world, args) => {
    const limit = integerIn(args, 'responseSizeLimit') ?? 10
    return answer('End', completions(textIn(args, 'sentence') ?? '', languageOf(args), Math.max(0, limit)), 'list')
  },

  '/ai/tools/error-enhance': (_world, args) => {
    languageOf(args)
    const error = (typeof args.error === 'object' ? (args.error ?? {}) : {}) as Arguments
    const message = textIn(error, 'message')
    if (!message) throw new ApiError('Invalid argument: error')
    const hint = HINTS.find(([pattern]) => pattern.test(message))?.[1]
    return answer(
      'End',
      hint ?? 'Read the last line of the stack trace first: it names the place in your code.',
      'text',
    )
  },

  '/ai/tools/pep8-convert': (_world, args) => {
    const converted = filesOf(args).map(({ name, content }) => [name, name.endsWith('.py') ? toPep8(content) : content])
    return answer('End', Object.fromEntries(converted), 'files')
  },

  '/ai/tools/syntax-check': (_world, args) => {
    const { errors } = build({ language: languageOf(args), files: filesOf(args) })
    return answer(errors.length > 0 ? 'Error' : 'End', errors.map(short), 'list')
  },

  '/ai/tools/search': (_world, args) => {
    languageOf(args)
    const criteria = criteriaOf(args)
    return {
      success: undefined,
      state: 'End',
      version: '2.0',
      retrivals: criteria.flatMap(search), // spelled so in the real answers
      messageId: `m-${hash(JSON.stringify(criteria)).slice(0, 12)}`,
    }
  },
}

/** The words of a build, in the shorter form of this tool. */
const short = (error: string): string =>
  error.replace(
    /^Build Error File: (.+?) Line (\d+) Column (\d+) - /,
    (_, file, line, column) => `${file}:${line}:${column} `,
  )
