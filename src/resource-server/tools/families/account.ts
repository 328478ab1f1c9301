import { reads, tool } from '../tool.ts'

export const account = [
  tool({
    name: 'read_account',
    title: 'Read account',
    description: 'Reads the QuantConnect account: organization id, credit balance and payment card brand.',
    scopes: ['qc:account:read'],
    annotations: reads,
    endpoint: '/account/read',
    input: {},
  }),
]
