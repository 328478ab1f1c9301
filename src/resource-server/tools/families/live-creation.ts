// Starting a live algorithm. Logins that QuantConnect keeps are fetched here, so that their tokens pass no model.
import * as z from 'zod'
import type { Body } from '../../../quantconnect/fields.ts'
import { record } from '../../../quantconnect/fields.ts'
import type { ToolContext } from '../../calls/tool-context.ts'
import { CompileId, edits, ProjectId, tool } from '../tool.ts'
import { answerCreated, liveOutput } from './live-answers.ts'
import { Brokerage, DataProviders } from './live-brokerages.ts'
import { startWords } from './live-creation-words.ts'
import { filled, loginFor, secretsOfLogin } from './live-login.ts'

const OWN_FEED = { QuantConnectBrokerage: { id: 'QuantConnectBrokerage' } }

/** The newest documents want these from paper trading, even empty. */
const forPaper = (brokerage: Body): Body =>
  brokerage.id === 'QuantConnectBrokerage' ? { cash: [], holdings: [], ...brokerage } : brokerage

/** Forms by name, each completed by the login that belongs to it, and the secrets that came in with the logins. */
async function completed(forms: readonly (readonly [string, Body])[], context: ToolContext) {
  const entries: [string, Body][] = []
  const secrets: string[] = []
  for (const [name, form] of forms) {
    const login = await loginFor(form, context)
    secrets.push(...secretsOfLogin(login))
    entries.push([name, filled(form, login)])
  }
  return { entries, secrets }
}

export const createLiveAlgorithm = tool({
  name: 'create_live_algorithm',
  title: 'Start live algorithm',
  description:
    'Starts a compiled project live. Any brokerage but QuantConnectBrokerage (paper) trades real money: ask the person first, naming brokerage, account and environment. Occupies a paid live node. Returns deployId and state. Alpaca, TradeStation, Charles Schwab and tastytrade need authorize_connection before. Next: read_live_algorithm until Running, up to three minutes.',
  scopes: ['qc:live:write'],
  risk: 'trades',
  money: 'by-brokerage',
  annotations: edits,
  endpoint: '/live/create',
  project: 'argument',
  countsAs: 'starts',
  onceOnly: true,
  recorded: ['projectId', 'compileId', 'nodeId', 'versionId'],
  input: {
    versionId: z.string().min(1).default('-1').describe('LEAN build id; -1 is the newest.'),
    projectId: ProjectId,
    compileId: CompileId,
    nodeId: z.string().min(1).describe('Idle live node (LN- …), from read_project_nodes.'),
    brokerage: Brokerage,
    dataProviders: DataProviders,
  },
  output: {
    ...liveOutput,
    paper: { type: 'boolean', description: 'Whether no real money is at stake.' },
    environment: { description: 'Environment of the brokerage.' },
  },
  says: startWords,
  verify: 'read_live_algorithm or list_live_algorithms shows whether it was started.',
  // Without the logins that are fetched on the way: they may be others each time.
  body: ({ brokerage, dataProviders, ...args }) => ({
    ...args,
    brokerage: forPaper(brokerage),
    dataProviders: dataProviders && Object.keys(dataProviders).length ? dataProviders : OWN_FEED,
  }),
  async run({ brokerage, dataProviders, ...args }, context) {
    const providers = Object.entries(dataProviders ?? {}).map(([name, form]) => [name, record(form)] as const)
    const trading = await completed([['brokerage', forPaper(brokerage)]], context)
    const data = await completed(providers, context)
    const body = {
      ...args,
      ...Object.fromEntries(trading.entries),
      dataProviders: data.entries.length ? Object.fromEntries(data.entries) : OWN_FEED,
    }
    const secrets = [...trading.secrets, ...data.secrets]
    return answerCreated(await context.call('/live/create', body, { secrets }), args.projectId, brokerage)
  },
})
