// What is told to whoever asks for anything while their connection is suspended.
import type { Suspension, WhySuspended } from '../../grants/suspension.ts'
import { accountAddress, connectionAddress } from '../account-addresses.ts'

export interface Suspended {
  readonly reason: 'suspended'
  readonly why: WhySuspended
  /** Whether the call had been sent by then. */
  readonly hasSent?: boolean
}

/** Where the words lead. */
interface SuspendedPlace {
  readonly issuer: string
  readonly grantId: string
}

interface SuspensionWords {
  /** For the model: what happened. */
  readonly error: string
  /** For the model: what there is to do. */
  readonly next: string
  /** For the person's record. */
  readonly why: string
}

/** What is said of a suspension. */
export function wordsOfSuspension(why: WhySuspended, { issuer, grantId }: SuspendedPlace): SuspensionWords {
  switch (why.by) {
    case 'to-be-reviewed':
      return {
        error: `The QuantConnect API token of this account was replaced, and this connection waits until the person has looked at it at ${accountAddress(issuer)}.`,
        next: 'Ask the person to keep this connection there, then call it again; nothing needs reconnecting.',
        why: 'This connection is suspended, since the API token was replaced.',
      }
    case 'unknown-limits':
      return {
        error:
          'This connection has limits that a later release of this server has set, and that the one which runs now does not know.',
        next: 'Ask the person to tell whoever runs this server; nothing needs reconnecting.',
        why: 'This connection has limits that this release does not know.',
      }
    case 'person':
    case 'address':
      return {
        error: `The person has suspended this connection, at ${minuteOf(why)}.`,
        next: resumeAt(connectionAddress(issuer, grantId)),
        why: 'This connection is suspended.',
      }
    case 'brake':
      return {
        error: `This connection was suspended by its brake, at ${minuteOf(why)}. ${why.says ?? ''}`.trim(),
        next: `Stop repeating it, and tell the person what it was for. ${resumeAt(connectionAddress(issuer, grantId))}`,
        why: 'The brake has suspended this connection.',
      }
  }
}

const resumeAt = (address: string): string =>
  `Only the person can let it go on, at ${address}. Do not call again before they have; nothing needs reconnecting.`

const minuteOf = ({ at }: Suspension): string => `${new Date(at).toISOString().slice(0, 16)}Z`
