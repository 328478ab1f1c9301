// /authenticate, /account and /organizations
import { SANDBOX_ACCOUNTS, type SandboxAccount } from './accounts.ts'
import type { Family } from './handler.ts'
import type { World } from './world/world.ts'

export function accountOf({ userId }: World): SandboxAccount {
  const account = SANDBOX_ACCOUNTS.find((candidate) => candidate.userId === userId)
  if (!account) throw new Error(`a world without an account: ${userId}`)
  return account
}

export const accountEndpoints: Family = {
  // Whoever comes this far has been authenticated.
  '/authenticate': () => ({}),
  '/account/read': (world) => {
    const { organizationId, creditBalance, card } = accountOf(world)
    return { organizationId, creditBalance, card }
  },
  '/organizations/list': (world) => {
    const { organizationId, organizationName, name, mayExport } = accountOf(world)
    const type = mayExport ? 'Institution' : 'Quant Researcher'
    return {
      organizations: [
        { id: organizationId, name: organizationName, type, ownerName: name, members: 1, preferred: true },
      ],
    }
  },
}
