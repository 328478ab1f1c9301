// What must not change between a look and the act that follows it: where a rule looks up how a project trades, and where
// something may begin to trade with real money, calls are one at a time, over all processes.
import { KEYS } from '../../storage/keys.ts'
import { takeLease } from '../../storage/lease.ts'
import type { Step, Store } from '../../storage/store.ts'
import type { Tool } from '../tools/tool.ts'
import { Refusal } from './refusals.ts'

/** What is known of a call when it asks to be alone. */
interface WaitingCall {
  readonly tool: Pick<Tool, 'money' | 'onlyLowersRisk'>
  readonly args: Readonly<Record<string, unknown>>
  readonly allowance: { readonly accountId: string; readonly paperOnly: boolean }
}

/** All that an account starts live. What an organization shares is looked at while nothing is being started. */
const STARTS = 'starts'

/**
 * What a call has to be alone at. A connection that may use real money takes part where it starts, ends or steers, else its
 * start could slip in between. What only stops must not be held up, neither by others nor by a store that is away: it waits
 * for nobody unless it has to be looked up first.
 */
function aloneAt({ tool: { money = 'none', onlyLowersRisk }, args, allowance }: WaitingCall): string[] {
  if (onlyLowersRisk && !allowance.paperOnly) return []
  const project = `project-${args.projectId}`
  switch (money) {
    case 'by-brokerage':
      return [project, STARTS]
    case 'by-deployment':
    case 'by-project':
    case 'for-others':
      return [project]
    case 'by-organization':
      return allowance.paperOnly ? [STARTS] : []
    case 'none':
    case 'always':
    case 'login':
      return []
  }
}

/** Held from the first look of a call to its last. */
export interface CallLease {
  /**
   * What the step expects and writes that comes right before anything is changed. A look may take longer than a lease lasts, and
   * somebody else may be at it by now; from here on QuantConnect has its 30 seconds, and the lease 60.
   */
  renewal(): Pick<Step, 'expect' | 'write'>
  end(): Promise<void>
}

const NONE_NEEDED: CallLease = { renewal: () => ({}), end: async () => {} }

/** Waits until a call is alone. Throws `Refusal` when others take too long. */
export async function leaseFor(call: WaitingCall, store: Store, signal: AbortSignal): Promise<CallLease> {
  const { accountId } = call.allowance
  const keys = aloneAt(call).map((what) => KEYS.lease(what, accountId))
  if (!keys.length) return NONE_NEEDED
  const lease = await takeLease(store, keys, signal)
  if (!lease) throw new Refusal({ reason: 'not-alone' })
  return {
    renewal: () => lease.renewal,
    // What the store does not take back now ends by itself.
    end: () => lease.release().catch(() => {}),
  }
}
