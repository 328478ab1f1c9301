// A connection as the pages tell of it.
import type { Call } from '../../audit/records.ts'
import { allowanceOf } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { nameOf } from '../../grants/grants.ts'
import type { WhySuspended } from '../../grants/suspension.ts'
import { suspensionOf } from '../../grants/suspension.ts'
import type { ToolFacts } from './summary.ts'
import { summarize } from './summary.ts'

export interface Connection {
  readonly grant: Grant
  readonly name: string
  /** The sentence that sums its permissions up. */
  readonly sentence: string
  readonly realMoney: boolean
  /** Why it may do nothing for now. */
  readonly suspension?: WhySuspended
  /** Seconds since 1970; absent when it did nothing in the time that activity is kept. */
  readonly lastCall?: number
}

/** `calls` are those of its account, the newest first. */
export function describeConnection(grant: Grant, tools: readonly ToolFacts[], calls: readonly Call[]): Connection {
  const name = nameOf(grant)
  const idle = whyIdle(grant)
  const { sentence, realMoney } = idle
    ? { sentence: idle, realMoney: false }
    : summarize(name, allowanceOf(grant), tools, 'now')
  const lastCall = calls.find(({ connection }) => connection === grant.id)?.at
  const suspension = suspensionOf(grant)
  return {
    grant,
    name,
    sentence,
    realMoney,
    ...(suspension ? { suspension } : {}),
    ...(lastCall ? { lastCall: lastCall / 1000 } : {}),
  }
}

/** So long the record of calls goes back, in seconds. */
const RECORDED = 30 * 24 * 60 * 60

/** Whether a grant is so young that all of its calls would be in the record. `now` in seconds since 1970. */
export const isAllRecorded = ({ createdAt }: Pick<Grant, 'createdAt'>, now: number): boolean =>
  createdAt > now - RECORDED

/** Of a grant that cannot be understood to its end: whatever it allows, and is allowed here, it can do nothing. */
export const whyIdle = (grant: Grant): string | undefined =>
  suspensionOf(grant)?.by === 'unknown-limits'
    ? 'It can do nothing now: it has limits that a later release of this server has set, and that this one does not know.'
    : undefined

/**
 * A connection that is let go on, as a proof names it: what it is called, its software, and what it may do, or what holds it
 * still. `after` is the grant as it is then.
 */
export function goesOn(grant: Grant, after: Grant): string {
  const returns = grant.client ? ` (${grant.client.name}, returns to ${grant.client.returnsTo})` : ''
  const held = suspensionOf(after)
  return `“${nameOf(grant)}”${returns} ${held ? HELD[held.by] : `goes on: ${summarize(nameOf(grant), grant, [], 'now').sentence}`}`
}
const HELD: Readonly<Record<WhySuspended['by'], string>> = {
  'to-be-reviewed': 'still waits, since your API token was replaced, until you have looked at it.',
  'unknown-limits': 'still does nothing: it has limits that this release of the server does not know.',
  person: 'is kept, and stays suspended until you resume it.',
  address: 'is kept, and stays suspended until you resume it.',
  brake: 'is kept, and stays suspended until you resume it.',
}

/** How often a connection was authorised, and when last: so many may hold it. */
export interface Holders {
  readonly times: number
  /** Seconds since 1970. */
  readonly last: number
}
export const holdersOf = ({ timesAuthorized = 1, authorizedAt, createdAt }: Grant): Holders => ({
  times: timesAuthorized,
  last: authorizedAt ?? createdAt,
})
