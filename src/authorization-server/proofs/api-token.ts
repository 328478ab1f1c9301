// The API token as a proof: whoever types the one that is stored here has it from QuantConnect's mail, and not from this browser.
import type { FormProblem } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'

/** A person who waits hears so soon, in milliseconds. */
const ANSWERS_WITHIN = 7_000

/** The stored token, and only while QuantConnect takes it: one that it does not take any more may have leaked. */
export async function tryToken(
  apiToken: string,
  accountId: string,
  { vault, quantConnect }: Pick<PageSuppliers, 'vault' | 'quantConnect'>,
): Promise<FormProblem | undefined> {
  const credentials = await vault.open(accountId)
  if (!credentials || !(await vault.holds({ ...credentials, apiToken }))) {
    const problem =
      'That is not the API token that is stored here. If you have a new one, enter it on your account page first.'
    return { problem, status: 422 }
  }
  const answer = await quantConnect.call(credentials, '/authenticate', {}, { ahead: true, timeoutMs: ANSWERS_WITHIN })
  if (answer.kind === 'done' && answer.body.success === true) return undefined
  return answer.kind === 'credentials' || answer.kind === 'refused'
    ? {
        problem: 'QuantConnect does not accept this API token any more. Enter the new one on your account page first.',
        status: 422,
      }
    : { problem: 'QuantConnect cannot be reached right now to check the token. Try again in a minute.', status: 503 }
}
