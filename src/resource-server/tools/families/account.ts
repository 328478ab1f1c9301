// Whose account this is: its credit, and the organizations that other tools ask for.
import { idIn, number, record, records, text } from '../../../quantconnect/fields.ts'
import { pick, say } from '../../answers/reading.ts'
import { reads, tool } from '../tool.ts'

/** Of an organization: enough to choose one. The rest is about other people and about bills. */
const ORGANIZATION = ['name', 'type', 'members', 'preferred']

const OrganizationIdField = { type: 'string', description: 'Organization that the account bills to.' } as const

export const account = [
  tool({
    name: 'read_account',
    title: 'Read account',
    description:
      'Reads the QuantConnect account: the organization it bills to, the credit balance that optimizations are paid from, and the brand of the payment card. Next: list_organizations for the other organizations. Costs nothing.',
    scopes: ['qc:account:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/account/read',
    project: 'none',
    countsAs: 'reads',
    recorded: [],
    input: {},
    output: {
      organizationId: OrganizationIdField,
      creditBalance: { description: 'Unspent QuantConnect Credit.' },
      card: { type: 'object', description: 'Brand of the payment card; absent when there is none.' },
    },
    answer(body) {
      const card = record(body.card)
      const hasCard = Object.keys(card).length > 0
      const balance = number(body.creditBalance)
      const lines = [
        balance === undefined ? 'QuantConnect names no credit balance.' : say`Credit balance: ${balance}.`,
        say`Organization: ${idIn(body.organizationId) ?? 'none named'}.`,
        hasCard
          ? say`Payment card: ${text(card.brand) ?? 'of a brand that is not named'}.`
          : 'No payment card is on file.',
      ]
      // The person agreed to these three and to nothing more (the consent page's words for qc:account:read).
      const data = {
        ...pick(body, 'organizationId', 'creditBalance'),
        ...(hasCard ? { card: pick(card, 'brand') } : {}),
      }
      const cut = ['card: its expiry and last digits, which are personal. The person finds them on quantconnect.com.']
      return {
        summary: lines.join(' '),
        next: 'list_organizations for every organization of this account; list_projects for its projects.',
        data,
        ...(hasCard ? { cut } : {}),
      }
    },
  }),
  tool({
    name: 'list_organizations',
    title: 'List organizations',
    description:
      'Lists the organizations that the account belongs to: id, name, tier, number of members and which one is preferred. Object Store tools, broadcast_live_command and create_project take the id as organizationId. Next: list_object_store_files or create_project with one of them. Costs nothing.',
    scopes: ['qc:account:read'],
    risk: 'reads',
    annotations: reads,
    endpoint: '/organizations/list',
    project: 'none',
    countsAs: 'reads',
    recorded: [],
    input: {},
    output: { organizations: { type: 'array', description: 'Organizations, each with its organizationId.' } },
    answer({ organizations }) {
      const all = records(organizations)
      const shown = all.map((one) => ({ organizationId: idIn(one.id), ...pick(one, ...ORGANIZATION) }))
      const left = new Set(
        all.flatMap((one) => Object.keys(one)).filter((name) => ![...ORGANIZATION, 'id'].includes(name)),
      )
      const chosen = shown.find((one) => record(one).preferred === true) ?? shown[0]
      return {
        summary: say`Organizations: ${shown.length} in all.`,
        ...(chosen?.organizationId
          ? { next: say`list_object_store_files with organizationId ${chosen.organizationId}, for example.` }
          : {}),
        data: { organizations: shown },
        ...(left.size ? { cut: [say`${[...left].join(', ')} of each organization: see quantconnect.com.`] } : {}),
      }
    },
  }),
]
