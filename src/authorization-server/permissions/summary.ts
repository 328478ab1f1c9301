// One sentence that says what a connection will and will not be able to do, and the tools behind it.
import type { CountedTool } from '../../audit/counts.ts'
import type { Allowance } from '../../grants/allowance.ts'
import type { Risk, Scope } from '../../scopes.ts'
import { ALL_RISKS, ALL_SCOPES, RISKS, SCOPES } from '../../scopes.ts'

/** What the pages need to know of a tool. */
export interface ToolFacts extends CountedTool {
  readonly title: string
  readonly scopes: readonly Scope[]
  /** The call that shows whether a change was made after all, when no answer came. */
  readonly verify?: string
}

export interface Summary {
  readonly sentence: string
  /** Whether real money is at stake. */
  readonly realMoney: boolean
  /** The tools that can be used, by title. */
  readonly tools: readonly string[]
}

/** Words in a row, the last two joined by `last`. */
const listed = (items: readonly string[], last: string): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`

/** So many things may be left out before what is seen is listed instead. */
const LEFT_OUT = 3

/** What permissions come to, one text for each verb. */
function phrasesOf(scopes: readonly Scope[]): string[] {
  const byVerb = Map.groupBy(scopes, (scope) => SCOPES[scope].phrase[0])
  return [...byVerb].map(([verb, those]) => {
    const others = ALL_SCOPES.filter((scope) => SCOPES[scope].phrase[0] === verb && !those.includes(scope))
    if (verb === 'delete' && !others.length) return 'delete for good'
    if (verb !== 'look at' || others.length > LEFT_OUT) return `${verb} ${listed(objectsOf(those), 'and')}`.trimEnd()
    return others.length ? `look at everything but ${listed(objectsOf(others), 'and')}` : 'look at everything'
  })
}

const objectsOf = (scopes: readonly Scope[]): string[] => [
  ...new Set(scopes.flatMap((scope) => SCOPES[scope].phrase[1] ?? [])),
]

/** A name that is longer stands on the page already, and would hide behind itself what the sentence is for. */
const LONGEST_NAME = 24

/** `name` is who it is about, as it is shown; `now` tells of a connection that there is. */
export function summarize(
  name: string,
  { scopes, paperOnly, brake }: Allowance,
  tools: readonly ToolFacts[],
  when: 'now' | 'afterwards' = 'afterwards',
): Summary {
  const allowed = (risk: Risk) => ALL_SCOPES.filter((scope) => SCOPES[scope].risk === risk && scopes.includes(scope))
  const trades = allowed('trades').length > 0
  const will = ALL_RISKS.flatMap((risk) => {
    const phrases = phrasesOf(allowed(risk))
    if (risk !== 'trades') return phrases
    return phrases.map((phrase) => `${phrase} ${paperOnly ? 'on paper' : 'with real money'}`)
  })
  const wont = ALL_RISKS.flatMap((risk) => {
    if (!allowed(risk).length) return RISKS[risk].without
    return risk === 'trades' && paperOnly ? 'trade with real money' : []
  })

  const [can, cannot] = when === 'now' ? ['can', 'cannot'] : ['will be able to', 'will not be able to']
  const isHarmless = !ALL_RISKS.some((risk) => !RISKS[risk].harmless && allowed(risk).length)
  const it = name.length > LONGEST_NAME ? 'It' : name
  const first = `${it} ${can} ${will.length ? listed(will, 'and') : 'do nothing'}`
  const second = wont.length ? `; it ${cannot} ${listed(wont, 'or')}` : ''
  return {
    sentence: `${first}${second}.${brake || isHarmless ? '' : ' No brake stops it when it repeats itself.'}`,
    realMoney: trades && !paperOnly,
    tools: tools.filter((tool) => tool.scopes.every((scope) => scopes.includes(scope))).map(({ title }) => title),
  }
}

/** What a connection has and what it is asked to get, one by one. */
export interface Difference {
  /** "look at projects and code"; empty of a connection that has nothing. */
  readonly has: string
  readonly asksFor: readonly { readonly phrase: string; readonly ticked: boolean }[]
}

/** What a client asks for on top of what its connection has. `ticked` is what stands ticked. */
export const differenceOf = (
  has: readonly Scope[],
  asksFor: readonly Scope[],
  ticked: readonly Scope[],
): Difference => ({
  has: listed(phrasesOf(has), 'and'),
  asksFor: asksFor.map((scope) => ({
    phrase: SCOPES[scope].alone ?? SCOPES[scope].phrase.join(' '),
    ticked: ticked.includes(scope),
  })),
})
