// What a build of a project finds: mistakes, parameters, and what a simulation of it has to know.
import { checkCSharp } from './checker/csharp.ts'
import type { Mistake } from './checker/mistake.ts'
import { checkPython } from './checker/python.ts'
import { readProgram } from './simulation/simulate.ts'
import { mainFileOf } from './starter.ts'
import type { Compile } from './world/backtest.ts'

/** Markers that make trouble on purpose: a build fails at the first, a backtest at the second. */
const SYNTAX_ERROR = 'SYNTAX ERROR'
const RUNTIME_ERROR = 'RUNTIME ERROR'

interface Code {
  readonly files: readonly { readonly name: string; readonly content: string }[]
  readonly language: 'Py' | 'C#'
}

/** Where a marker stands, in the first few lines that have it. Lines and columns count from one. */
const places = (content: string, marker: string) =>
  content
    .split('\n')
    .map((line, index) => ({ line: index + 1, column: line.indexOf(marker) + 1 }))
    .filter(({ column }) => column > 0)
    .slice(0, 20)

function mistakesIn(name: string, content: string, language: 'Py' | 'C#'): Mistake[] {
  const marked = places(content, SYNTAX_ERROR)
  if (marked.length > 0) return marked.map((place) => ({ ...place, reason: 'invalid syntax' }))
  const check = language === 'Py' ? checkPython : checkCSharp
  const isCode = name.toLowerCase().endsWith(language === 'Py' ? '.py' : '.cs')
  const mistake = isCode ? check(content) : undefined
  return mistake ? [mistake] : []
}

/** Characters of code that are looked at; what comes after them is taken to be right. */
const CODE_READ = 200_000

/** The files of a project that are looked at: the main one, and the others as they come. */
function readFiles({ files, language }: Code): Code['files'] {
  let left = CODE_READ
  const isMain = ({ name }: Code['files'][number]) => Number(name === mainFileOf(language))
  const mainFirst = files.toSorted((one, other) => isMain(other) - isMain(one))
  return mainFirst.filter(({ content }) => {
    left -= content.length
    return left >= 0
  })
}

export function build(code: Code): Pick<Compile, 'errors' | 'parameters' | 'failsAt' | 'program'> {
  const { language } = code
  const files = readFiles(code)
  const errors = files.flatMap(({ name, content }) =>
    mistakesIn(name, content, language).map(
      ({ line, column, reason }) => `Build Error File: ${name} Line ${line} Column ${column} - ${reason}`,
    ),
  )
  const type = language === 'Py' ? 'get_parameter' : 'GetParameter'
  const parameters = files
    .map(({ name, content }) => ({
      file: name,
      parameters: places(content, `${type}(`).map(({ line }) => ({ line, type })),
    }))
    .filter((file) => file.parameters.length > 0)
  const main = mainFileOf(language)
  const [failure] = places(files.find(({ name }) => name === main)?.content ?? '', RUNTIME_ERROR)
  return {
    errors,
    parameters,
    failsAt: failure ? `${main}: line ${failure.line}` : null,
    ...(errors.length === 0 && { program: readProgram(language, files) }),
  }
}
