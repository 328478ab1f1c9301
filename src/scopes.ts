// The vocabulary of permission that both parties share: what each scope lets an assistant do, in a trader's words, and
// what is at stake. Order is the order of pages and metadata. No table here has gaps: a permission without its sentence, its
// phrase or its place on the pages does not compile.

interface RiskMeaning {
  /** Whether nothing is lost, spent or handed over when a permission of this risk is used. */
  readonly harmless: boolean
  /** The heading of its group on a page. */
  readonly title: string
  /** The heading in a word, for where it is counted: "9 of 9 look". */
  readonly verb: string
  /** A sentence below the heading. */
  readonly note: string
  /** A word at each permission of the group: what is at stake. */
  readonly mark: string
  /** What a connection without any of them cannot do; it continues "it will not be able to …". */
  readonly without: string
}

const risks = {
  reads: {
    harmless: true,
    title: 'Look, and change nothing',
    verb: 'look',
    note: '',
    mark: '',
    without: 'look at anything',
  },
  changes: {
    harmless: true,
    title: 'Build and test',
    verb: 'build',
    note: '',
    mark: '',
    without: 'build or test anything',
  },
  trades: {
    harmless: false,
    title: 'Trade',
    verb: 'trade',
    note: 'The line “Money” says with which money, and begins with paper.',
    mark: 'moves money',
    without: 'trade',
  },
  spends: {
    harmless: false,
    title: 'Spend credit',
    verb: 'spend',
    note: 'This is charged to your QuantConnect account.',
    mark: 'moves money',
    without: 'spend credit',
  },
  deletes: {
    harmless: false,
    title: 'Delete or overwrite',
    verb: 'delete',
    note: 'Most of what is deleted or overwritten does not come back.',
    mark: 'for good',
    without: 'delete',
  },
  administers: {
    harmless: false,
    title: 'Manage people and organizations',
    verb: 'manage',
    note: 'This reaches beyond your own projects.',
    mark: 'reaches others',
    without: 'manage people or organizations',
  },
} as const satisfies Record<string, RiskMeaning>

/** What is at stake when a permission is used. It is also the permission's place on a page: one group for each risk. */
export type Risk = keyof typeof risks
/** By risk, in the order of the pages. */
export const RISKS: Readonly<Record<Risk, RiskMeaning>> = risks
export const ALL_RISKS: readonly Risk[] = Object.keys(risks) as Risk[] // sound: the keys are exactly the risks

export const isRisk = (value: string): value is Risk => Object.hasOwn(risks, value)

interface ScopeMeaning {
  /** The sentence on the consent page; it continues "This lets the assistant …". */
  readonly says: string
  /** The same in short: a verb and what it is done to, for "it will be able to …". Phrases with one verb are joined. */
  readonly phrase: readonly [verb: string, object?: string]
  /** The phrase where it stands by itself, and would say too little. */
  readonly alone?: string
  readonly risk: Risk
}

const meanings = {
  'qc:account:read': {
    says: 'See your account: organization, credit balance, payment card brand',
    phrase: ['look at', 'your account'],
    risk: 'reads',
  },
  'qc:projects:read': {
    says: 'See your projects, their settings, the machines that they run on, and build results',
    phrase: ['look at', 'projects'],
    risk: 'reads',
  },
  'qc:projects:write': {
    says: 'Create projects, rename them and change their settings',
    phrase: ['change', 'projects'],
    risk: 'changes',
  },
  'qc:projects:delete': {
    says: 'Delete projects',
    phrase: ['delete', 'projects'],
    risk: 'deletes',
  },
  'qc:files:read': {
    says: 'Read the code and notebooks in your projects',
    phrase: ['look at', 'code'],
    risk: 'reads',
  },
  'qc:files:write': {
    says: 'Write and change code and notebooks in your projects',
    phrase: ['write', 'code'],
    risk: 'changes',
  },
  'qc:files:delete': {
    says: 'Delete files from your projects for good',
    phrase: ['delete', 'code'],
    alone: 'delete files of projects',
    risk: 'deletes',
  },
  'qc:compile:execute': {
    says: 'Compile your projects',
    phrase: ['compile'],
    risk: 'changes',
  },
  'qc:backtests:read': {
    says: 'Read backtests: results, charts, orders and logs',
    phrase: ['look at', 'backtests'],
    risk: 'reads',
  },
  'qc:backtests:write': {
    says: 'Run backtests on the machines of your plan, rename and annotate them',
    phrase: ['run', 'backtests'],
    risk: 'changes',
  },
  'qc:backtests:delete': {
    says: 'Delete backtests for good',
    phrase: ['delete', 'backtests'],
    risk: 'deletes',
  },
  'qc:optimizations:read': {
    says: 'Read optimizations and estimate what one would cost',
    phrase: ['look at', 'optimizations'],
    risk: 'reads',
  },
  'qc:optimizations:write': {
    says: 'Run optimizations, which are paid by the hour from your credit',
    phrase: ['spend', 'your QuantConnect credit'],
    alone: 'run optimizations, paid from your credit',
    risk: 'spends',
  },
  'qc:optimizations:delete': {
    says: 'Delete optimizations for good',
    phrase: ['delete', 'optimizations'],
    risk: 'deletes',
  },
  'qc:live:read': {
    says: 'See your live algorithms: holdings, orders, logs and charts',
    phrase: ['look at', 'live algorithms'],
    risk: 'reads',
  },
  'qc:live:write': {
    says: 'Start live algorithms that trade with your brokerage account',
    phrase: ['trade'],
    alone: 'start live algorithms',
    risk: 'trades',
  },
  'qc:live:execute': {
    says: 'Command, stop and liquidate your live algorithms',
    phrase: ['trade'],
    alone: 'command, stop and liquidate live algorithms',
    risk: 'trades',
  },
  'qc:live:delete': {
    says: 'Delete live deployments',
    phrase: ['delete', 'live deployments'],
    risk: 'deletes',
  },
  'qc:objects:read': {
    says: 'Read and download files that you store at QuantConnect, in the Object Store',
    phrase: ['look at', 'stored files'],
    risk: 'reads',
  },
  'qc:objects:write': {
    says: 'Store files at QuantConnect, in the Object Store, over those of the same name',
    phrase: ['upload or overwrite', 'files'],
    risk: 'deletes',
  },
  'qc:objects:delete': {
    says: 'Delete files that you store at QuantConnect, in the Object Store, for good',
    phrase: ['delete', 'stored files'],
    risk: 'deletes',
  },
  'qc:ai:read': {
    says: 'Search QuantConnect documentation, forum and examples',
    phrase: ['look at', 'the documentation'],
    risk: 'reads',
  },
  'qc:ai:execute': {
    says: 'Get help with code from QuantConnect: completion, syntax check, error explanations',
    phrase: ['get', 'help with code'],
    risk: 'changes',
  },
  'qc:collaboration:read': {
    says: 'See who works on your projects with you',
    phrase: ['look at', 'collaborators'],
    risk: 'reads',
  },
  'qc:collaboration:write': {
    says: 'Give other people access to your projects, live control included',
    phrase: ['manage', 'people or organizations'],
    alone: 'give other people access to projects',
    risk: 'administers',
  },
  'qc:collaboration:delete': {
    says: 'Take other people’s access to your projects away',
    phrase: ['manage', 'people or organizations'],
    alone: 'take other people’s access away',
    risk: 'administers',
  },
  'qc:admin:read': {
    says: 'See the versions of QuantConnect’s engine (LEAN) and of its server',
    phrase: ['look at', 'server versions'],
    risk: 'reads',
  },
  'qc:admin:write': {
    says: 'Send commands to all live algorithms of an organization at once',
    phrase: ['manage', 'people or organizations'],
    alone: 'command all live algorithms of an organization',
    risk: 'administers',
  },
} as const satisfies Record<`qc:${string}:${string}`, ScopeMeaning>

/** Whether nothing is lost, spent or handed over when a permission of this risk is used. */
export const isHarmless = (risk: Risk): boolean => RISKS[risk].harmless

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

/** Scopes as one short text: `projects:read,write files:read`. */
export function inShort(scopes: readonly Scope[]): string {
  const actions = new Map<string, string[]>()
  for (const scope of scopes) {
    const [, resource = '', action = ''] = scope.split(':')
    actions.set(resource, [...(actions.get(resource) ?? []), action])
  }
  return [...actions].map(([resource, some]) => `${resource}:${some.join()}`).join(' ')
}

/** The scopes of such a text, which may name what there is none of. */
export const spelledOut = (short: string): string[] =>
  short.split(' ').flatMap((part) => {
    const [resource = '', actions = ''] = part.split(':')
    return resource ? actions.split(',').map((action) => `qc:${resource}:${action}`) : []
  })
