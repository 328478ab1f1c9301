// The two people of the sandbox, as they sign in.
import { SANDBOX_ACCOUNTS } from '../../src/sandbox/accounts.ts'

/** What a person signs in with. */
export type Account = { readonly userId: string; readonly apiToken: string }

/** Two people who never see anything of each other. */
export const [ALICE, BOB] = SANDBOX_ACCOUNTS.map(({ userId, apiToken }) => ({ userId, apiToken })) as [Account, Account]
