// The files by which a machine runs this program, as tests read them: there is no Docker where tests run, and these files must
// not fall behind the program that they start.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export const read = (file: string): string => readFileSync(file, 'utf8')
export const withoutComments = (text: string): string => text.replace(/^\s*#.*\n/gm, '')

/** A file of YAML as data, anchors followed. */
// biome-ignore lint/suspicious/noExplicitAny: what is in it is what the tests look at
export const readYaml = (file: string): any => parse(read(file), { merge: true })

/** The stages of the Dockerfile, each from its `FROM` on, with continued lines as one. */
export const dockerfile = withoutComments(read('Dockerfile')).replace(/\\\n\s*/g, '')
export const stages = dockerfile.split(/^FROM /m).slice(1)
export const lastStage = stages.at(-1) ?? ''

/** Variables that the program reads: the entries of the table in src/config.ts. */
const [, table = ''] = /^const Environment = z\.object\(\{\n([\s\S]*?)^\}\)/m.exec(read('src/config.ts')) ?? []
export const variables = [...table.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = '']) => name)
