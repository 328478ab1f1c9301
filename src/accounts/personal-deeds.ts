// What a person sends to QuantConnect themselves, from the account page: stopping and liquidating what runs live. It is written
// down before it is sent and once its outcome is known, and two presses send it once.
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditLog } from '../audit/audit-log.ts'
import { outcomeBy } from '../audit/outcome.ts'
import type { CallEnding, PersonalDeed } from '../audit/records.ts'
import { OPEN_AT_MOST } from '../audit/records.ts'
import { reference } from '../audit/reference.ts'
import type { CallsUnderWay } from '../audit/under-way.ts'
import type { Log } from '../observability/log.ts'
import type { Answer } from '../quantconnect/answer.ts'
import type { QuantConnect } from '../quantconnect/client.ts'
import { KEYS } from '../storage/keys.ts'
import { persist } from '../storage/persist.ts'
import type { Step, Store } from '../storage/store.ts'
import { StoreUnavailable } from '../storage/store.ts'
import type { Credentials } from '../vault/vault.ts'

/** For so long, in milliseconds, whoever pressed waits for QuantConnect's answer; it goes on behind their back. */
const WAITS = 5_000
/** For so long, in seconds, what was done is not sent again: QuantConnect takes a while until it shows. */
const QUIET = 120

export const PERSONAL_DEEDS = {
  stop: { tool: 'stop_live_algorithm', endpoint: '/live/update/stop', onlyLowersRisk: true },
  liquidate: { tool: 'liquidate_live_algorithm', endpoint: '/live/update/liquidate', onlyLowersRisk: false },
} as const
export type PersonalDeedName = keyof typeof PERSONAL_DEEDS

/** What is to be done, and to what. */
export interface PersonalDeedOrder {
  readonly does: PersonalDeedName
  readonly projectId: number
  /** The deployment that the person saw, as far as they saw one: for another one it is another deed. */
  readonly deployId: string
  /** In words, for the record. */
  readonly what: string
}

interface DeedSuppliers {
  readonly store: Store
  readonly log: Log
  readonly auditLog: AuditLog
  readonly callsUnderWay: CallsUnderWay
  readonly quantConnect: QuantConnect
}

/** How it went, as far as it is known after a moment: it is `unrecorded` when nothing was sent, since it could not be written down. */
export type PersonalDeedFate = 'sent' | 'sent-before' | 'unrecorded'

/** Sends one, and waits a moment for its answer. What only stops something is sent although it cannot be written down. */
export async function sendPersonalDeed(
  { accountId, credentials }: { readonly accountId: string; readonly credentials: Credentials },
  { does, projectId, deployId, what }: PersonalDeedOrder,
  { store, log, auditLog, callsUnderWay, quantConnect }: DeedSuppliers,
): Promise<PersonalDeedFate> {
  const { tool, endpoint, onlyLowersRisk } = PERSONAL_DEEDS[does]
  const deed: PersonalDeed = { ref: reference(), tool, projectId, what }
  const key = KEYS.personalDeed(accountId, `${does} ${projectId} ${deployId}`)
  const began = performance.now()
  const intent: Step = {
    expect: { [key]: undefined },
    write: { [key]: { value: deed.ref, ttl: Math.ceil(OPEN_AT_MOST / 1000) } },
    ...auditLog.deed(accountId, deed),
    outlives: 'machine',
  }
  const noteEnd = callsUnderWay.begin({ ref: deed.ref, tool, accountId })
  try {
    if (!(await store.commit(intent))) {
      noteEnd()
      return 'sent-before'
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailable && onlyLowersRisk)) {
      noteEnd()
      if (error instanceof StoreUnavailable) return 'unrecorded'
      throw error
    }
    log.error({ err: error, accountId, deed }, 'a stop is sent without its intent')
  }

  async function send(): Promise<void> {
    const answer = await quantConnect.call(credentials, endpoint, { projectId }, { ahead: true })
    const ending = { ...endingOf(answer), ms: Math.round(performance.now() - began) }
    // What was done needs no second time for a while; what failed may be tried at once, and so may a stop that nobody knows of.
    const isOver = ending.outcome === 'done' || (ending.outcome === 'unknown' && !onlyLowersRisk)
    const kept = { value: deed.ref, ttl: QUIET }
    await persist(
      () => store.commit({ write: { [key]: isOver ? kept : undefined }, ...auditLog.deed(accountId, deed, ending) }),
      noteEnd,
      (err) => log.error({ err, accountId, deed, ending }, 'a deed of a person is not recorded'),
    )
  }
  const sending = send().catch((err) => {
    log.error({ err, accountId, deed }, 'a deed of a person failed')
    noteEnd()
  })
  await Promise.race([sending, pause(WAITS)])
  return 'sent'
}

/** What an answer says of a deed, for the record. */
function endingOf(answer: Answer): Pick<CallEnding, 'outcome' | 'why'> {
  const outcome = outcomeBy(answer)
  switch (answer.kind) {
    case 'done':
      return { outcome }
    case 'refused':
      return { outcome, why: `QuantConnect refused: ${answer.reasons.join(' ').slice(0, 180)}` }
    case 'credentials':
      return { outcome, why: 'QuantConnect refuses the API token.' }
    case 'clock':
      return { outcome, why: 'QuantConnect refuses the signatures of this server, whose clock may be wrong.' }
    case 'timeout':
      return { outcome, why: 'QuantConnect did not answer in time.' }
    case 'redirect':
    case 'too-large':
    case 'rate-limited':
    case 'busy':
    case 'unavailable':
      return { outcome, why: 'QuantConnect gave no usable answer.' }
  }
}
