// One sentence that says what a connection will and will not be able to do, and the tools behind it.
import type { Risk, Scope } from '../../scopes.ts'
import { ALL_SCOPES, SCOPES } from '../../scopes.ts'
import type { Choice } from './choice.ts'

/** What the pages need to know of a tool. */
export interface ToolFacts {
  readonly name: string
  readonly title: string
  readonly scopes: readonly Scope[]
}

export interface Summary {
  readonly sentence: string
  /** Whether real money is at stake. */
  readonly realMoney: boolean
  /** The tools that can be used, by title. */
  readonly tools: readonly string[]
}

const LOOKS: Partial<Record<Scope, string>> = {
  'qc:account:read': 'your account',
  'qc:projects:read': 'projects',
  'qc:files:read': 'code',
  'qc:backtests:read': 'backtests',
  'qc:optimizations:read': 'optimizations',
  'qc:live:read': 'live algorithms',
  'qc:objects:read': 'stored files',
  'qc:ai:read': 'the documentation',
  'qc:collaboration:read': 'collaborators',
  'qc:admin:read': 'server versions',
}
const CHANGES: Partial<Record<Scope, string>> = {
  'qc:projects:write': 'change projects',
  'qc:files:write': 'write code',
  'qc:compile:execute': 'compile',
  'qc:backtests:write': 'run backtests',
  'qc:objects:write': 'upload files',
  'qc:ai:execute': 'use the code helpers',
}
const DELETES: Partial<Record<Scope, string>> = {
  'qc:projects:delete': 'projects',
  'qc:files:delete': 'code',
  'qc:backtests:delete': 'backtests',
  'qc:optimizations:delete': 'optimizations',
  'qc:live:delete': 'live deployments',
  'qc:objects:delete': 'stored files',
}

const ofRisk = (risk: Risk) => ALL_SCOPES.filter((scope) => SCOPES[scope].risk === risk)
const words = (names: Partial<Record<Scope, string>>, scopes: readonly Scope[]): string[] =>
  scopes.flatMap((scope) => names[scope] ?? [])

/** Words in a row, the last two joined by `last`. */
const listed = (items: readonly string[], last: string): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`

/** So many things may be left out before what is seen is listed instead. */
const LEFT_OUT = 3

/** What may be looked at, by the shorter way to say it. */
function looking(scopes: readonly Scope[]): string | undefined {
  const seen = words(LOOKS, scopes)
  const unseen = words(
    LOOKS,
    ofRisk('reads').filter((scope) => !scopes.includes(scope)),
  )
  if (!seen.length) return undefined
  if (!unseen.length) return 'look at everything'
  return unseen.length <= LEFT_OUT
    ? `look at everything but ${listed(unseen, 'and')}`
    : `look at ${listed(seen, 'and')}`
}

/** `name` is who it is about, as it is shown; `now` tells of a connection that there is. */
export function summarize(
  name: string,
  { scopes, paperOnly }: Choice,
  tools: readonly ToolFacts[],
  when: 'now' | 'afterwards' = 'afterwards',
): Summary {
  const allowed = (risk: Risk) => ofRisk(risk).filter((scope) => scopes.includes(scope))
  const all = (risk: Risk) => allowed(risk).length === ofRisk(risk).length
  const will: string[] = []
  const wont: string[] = []

  const looks = looking(allowed('reads'))
  if (looks) will.push(looks)
  else wont.push('look at anything')

  const changes = words(CHANGES, allowed('changes'))
  if (changes.length) will.push(...changes)
  else wont.push('build or test anything')

  const trades = allowed('trades').length > 0
  if (trades) will.push(paperOnly ? 'trade on paper' : 'trade with real money')
  if (!trades) wont.push('trade')
  else if (paperOnly) wont.push('trade with real money')

  if (allowed('spends').length) will.push('spend your QuantConnect credit')
  else wont.push('spend credit')

  const deletes = words(DELETES, allowed('deletes'))
  if (all('deletes')) will.push('delete for good')
  else if (deletes.length) will.push(`delete ${listed(deletes, 'and')}`)
  else wont.push('delete')

  const administers = allowed('administers').length > 0
  ;(administers ? will : wont).push('manage people or organizations')

  const [can, cannot] = when === 'now' ? ['can', 'cannot'] : ['will be able to', 'will not be able to']
  const first = `${name} ${can} ${will.length ? listed(will, 'and') : 'do nothing'}`
  const second = wont.length ? `; it ${cannot} ${listed(wont, 'or')}` : ''
  return {
    sentence: `${first}${second}.`,
    realMoney: trades && !paperOnly,
    tools: tools.filter((tool) => tool.scopes.every((scope) => scopes.includes(scope))).map(({ title }) => title),
  }
}
