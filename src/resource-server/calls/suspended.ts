// What is told to whoever asks for anything while their connection is suspended.
import type { Suspension } from '../../grants/grants.ts'
import { accountAddress } from '../account-addresses.ts'

export interface Suspended {
  readonly reason: 'suspended'
  readonly why: Suspension
}

interface SuspensionWords {
  /** For the model: what happened. */
  readonly error: (issuer: string) => string
  /** For the model: what there is to do. */
  readonly next: string
  /** For the person's record. */
  readonly why: string
}

export const SUSPENSIONS: Readonly<Record<Suspension, SuspensionWords>> = {
  'to-be-reviewed': {
    error: (issuer) =>
      `The QuantConnect API token of this account was replaced, and this connection waits until the person has looked at it at ${accountAddress(issuer)}.`,
    next: 'Ask the person to keep this connection there, then call it again; nothing needs reconnecting.',
    why: 'This connection is suspended, since the API token was replaced.',
  },
  'unknown-limits': {
    error: () =>
      'This connection has limits that a later release of this server has set, and that the one which runs now does not know.',
    next: 'Ask the person to tell whoever runs this server; nothing needs reconnecting.',
    why: 'This connection has limits that this release does not know.',
  },
}
