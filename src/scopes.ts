// The vocabulary of permission that both parties share: what each scope lets an assistant do, in a trader's words, and
// what is at stake. Order is the order of pages and metadata.

/** What is at stake when a scope is used, from harmless to grave. */
export type Risk = 'reads' | 'changes' | 'deletes' | 'spends' | 'trades' | 'administers'

interface ScopeMeaning {
  /** The sentence on the consent page; it continues "This lets the assistant …". */
  readonly says: string
  readonly risk: Risk
}

const meanings = {
  'qc:account:read': { says: 'See your account: organization, credit balance, payment card brand', risk: 'reads' },
  'qc:projects:read': { says: 'See your projects, their settings, nodes and build results', risk: 'reads' },
  'qc:projects:write': { says: 'Create projects, rename them and change their settings', risk: 'changes' },
  'qc:projects:delete': { says: 'Delete projects', risk: 'deletes' },
  'qc:files:read': { says: 'Read the code and notebooks in your projects', risk: 'reads' },
  'qc:files:write': { says: 'Write and change code and notebooks in your projects', risk: 'changes' },
  'qc:files:delete': { says: 'Delete files from your projects for good', risk: 'deletes' },
  'qc:compile:execute': { says: 'Compile your projects', risk: 'changes' },
  'qc:backtests:read': { says: 'Read backtests: results, charts, orders and logs', risk: 'reads' },
  'qc:backtests:write': { says: 'Run backtests on your nodes, rename and annotate them', risk: 'changes' },
  'qc:backtests:delete': { says: 'Delete backtests for good', risk: 'deletes' },
  'qc:optimizations:read': { says: 'Read optimizations and estimate what one would cost', risk: 'reads' },
  'qc:optimizations:write': { says: 'Run optimizations, which are paid by the hour from your credit', risk: 'spends' },
  'qc:optimizations:delete': { says: 'Delete optimizations for good', risk: 'deletes' },
  'qc:live:read': { says: 'See your live algorithms: holdings, orders, logs and charts', risk: 'reads' },
  'qc:live:write': { says: 'Start live algorithms that trade with your brokerage account', risk: 'trades' },
  'qc:live:execute': { says: 'Command, stop and liquidate your live algorithms', risk: 'trades' },
  'qc:live:delete': { says: 'Delete live deployments', risk: 'deletes' },
  'qc:objects:read': { says: 'Read and download files in your Object Store', risk: 'reads' },
  'qc:objects:write': { says: 'Upload files to your Object Store', risk: 'changes' },
  'qc:objects:delete': { says: 'Delete files from your Object Store for good', risk: 'deletes' },
  'qc:ai:read': { says: 'Search QuantConnect documentation, forum and examples', risk: 'reads' },
  'qc:ai:execute': {
    says: 'Use QuantConnect’s code helpers: completion, syntax check, error explanations',
    risk: 'changes',
  },
  'qc:collaboration:read': { says: 'See who works on your projects with you', risk: 'reads' },
  'qc:collaboration:write': {
    says: 'Give other people access to your projects, live control included',
    risk: 'administers',
  },
  'qc:collaboration:delete': { says: 'Take other people’s access to your projects away', risk: 'administers' },
  'qc:admin:read': { says: 'See the LEAN engine versions and QuantConnect’s server version', risk: 'reads' },
  'qc:admin:write': { says: 'Send commands to all live algorithms of an organization at once', risk: 'administers' },
} as const satisfies Record<`qc:${string}:${string}`, ScopeMeaning>

/** Whether nothing is lost, spent or handed over when a scope of this risk is used. */
export const isHarmless = (risk: Risk): boolean => risk === 'reads' || risk === 'changes'

/** One permission, spelled as it travels in a `scope` parameter. */
export type Scope = keyof typeof meanings

/** At least one scope: the type that keeps a tool without needs from being declared. */
export type Scopes = readonly [Scope, ...Scope[]]

export const SCOPES: Readonly<Record<Scope, ScopeMeaning>> = meanings
export const ALL_SCOPES: readonly Scope[] = Object.keys(meanings) as Scope[] // sound: the keys are exactly the scopes

export const isScope = (value: string): value is Scope => Object.hasOwn(meanings, value)

const readonly = ALL_SCOPES.filter((scope) => SCOPES[scope].risk === 'reads' && scope !== 'qc:admin:read')
const research: readonly Scope[] = [
  'qc:projects:write',
  'qc:files:write',
  'qc:compile:execute',
  'qc:backtests:write',
  'qc:ai:execute',
]
const trader: readonly Scope[] = [
  ...research,
  'qc:optimizations:write',
  'qc:live:write',
  'qc:live:execute',
  'qc:objects:write',
]
const inOrder = (scopes: readonly Scope[]) => ALL_SCOPES.filter((scope) => scopes.includes(scope))

/** Named sets of scopes, as in the public contract. `research` is what we ask for when nobody says what they need. */
export const GROUPS: Readonly<Record<'readonly' | 'research' | 'trader' | 'admin', readonly Scope[]>> = {
  readonly,
  research: inOrder([...readonly, ...research]),
  trader: inOrder([...readonly, ...trader]).filter((scope) => scope !== 'qc:collaboration:read'),
  admin: ALL_SCOPES,
}

/** The known scopes in a space-separated list (RFC 6749 §3.3), in our order. Unknown words are dropped. */
export const parseScopes = (list: string | undefined): Scope[] => {
  const asked = new Set(list?.split(' '))
  return ALL_SCOPES.filter((scope) => asked.has(scope))
}
