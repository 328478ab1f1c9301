// /authenticate and /account
import { SANDBOX_ACCOUNTS, type SandboxAccount } from './accounts.ts'
import type { Family } from './handler.ts'
import type { World } from './world.ts'

export function accountOf({ userId }: World): SandboxAccount {
  const account = SANDBOX_ACCOUNTS.find((candidate) => candidate.userId === userId)
  if (!account) throw new Error(`a world without an account: ${userId}`)
  return account
}

export const account: Family = {
  // Whoever comes this far has been authenticated.
  '/authenticate': () => ({}),
  '/account/read': (world) => {
    const { organizationId, creditBalance, card } = accountOf(world)
    return { organizationId, creditBalance, card }
  },
}
