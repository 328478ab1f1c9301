// A budget for calls (MCP 2026-07-28, Tools, Security Considerations: servers must rate limit tool invocations): how many a
// connection and an account may make, and how much they may send and be sent, over all processes. What is over it is told to
// the model, which can wait; whoever goes on all the same, up to twice as much, is not listened to for a while.
import type { CallBudget } from '../config.ts'
import type { Grant } from '../grants/grant-record.ts'
import { createTokenBuckets } from '../rate-limits/token-buckets.ts'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { StoreUnavailable } from '../storage/store.ts'

/** Calls that a process takes of a bucket at a time. */
const SLICE = 20
const MIB = 1024 * 1024
/** Bytes a minute that an account may send and be sent. */
const BYTES = { in: 32 * MIB, out: 128 * MIB }
const MINUTE = 60

/** What one request asks for. */
export interface Asked {
  /** Messages of any kind in its body. */
  readonly messages: number
  /** Calls among them. */
  readonly calls: number
  /** Its length. */
  readonly bytes: number
}

/** Why a call must wait: it is over the budget, for so many seconds, or nobody can tell. `because` says it in a sentence. */
export type OverBudget =
  | { readonly reason: 'over-budget'; readonly retryAfter: number; readonly because: string }
  | { readonly reason: 'store-unavailable' }

export interface Budget {
  /** Seconds for which nothing of a connection is listened to, as far as this process knows by itself. */
  closedFor(grant: Grant): number
  /**
   * Takes what a request asks for. Undefined: it may go on. A number: seconds for which nothing is listened to, since it is
   * beyond twice the budget. Throws `StoreUnavailable` for a request that calls nothing.
   */
  admit(grant: Grant, asked: Asked): Promise<OverBudget | number | undefined>
  /** Notes what an answer weighed, in bytes. */
  noteAnswer(grant: Grant, bytes: number): void
}

export function createBudget(store: Store, { connection, account }: CallBudget): Budget {
  const called = ({ most, perSecond }: CallBudget['account'], times: number) => {
    const [all, each] = [most * times, perSecond * times]
    return { most: all, perSecond: each, slice: Math.min(SLICE, all) }
  }
  const weighed = (bytes: number, times: number) => {
    const most = bytes * times
    return { most, perSecond: most / MINUTE, slice: most / 16 }
  }
  const connections = createTokenBuckets(store, (id) => KEYS.budget('connection', id), {
    calls: called(connection, 1),
    messages: called(connection, 2),
  })
  const accounts = createTokenBuckets(store, (id) => KEYS.budget('account', id), {
    calls: called(account, 1),
    messages: called(account, 2),
    in: weighed(BYTES.in, 1),
    inTwice: weighed(BYTES.in, 2),
    out: weighed(BYTES.out, 1),
    outTwice: weighed(BYTES.out, 2),
  })
  const words = {
    connection: `Too many calls: this connection may make ${connection.most} at once and ${connection.perSecond} a second.`,
    account: `Too many calls: the assistants of this account together may make ${account.most} at once and ${account.perSecond} a second.`,
    in: `Too much data: the assistants of this account may send ${BYTES.in / MIB} MiB a minute.`,
    out: `Too much data: the assistants of this account may be sent ${BYTES.out / MIB} MiB a minute.`,
  }

  /** Takes what a request asks for, of both budgets at once; the rule. Where one of them lacks it nothing is taken. */
  async function takesAll({ id, accountId }: Grant, { messages, calls, bytes }: Asked): Promise<boolean> {
    const ofConnection = { messages, ...(calls ? { calls } : {}) }
    const ofAccount = { ...ofConnection, in: bytes, inTwice: bytes, out: 0, outTwice: 0 }
    if (connections.lacks(id, ofConnection) || accounts.lacks(accountId, ofAccount)) return false
    const [connectionLacks, accountLacks] = await Promise.all([
      connections.take(id, ofConnection),
      accounts.take(accountId, ofAccount),
    ])
    if (connectionLacks && !accountLacks) accounts.giveBack(accountId, ofAccount)
    if (accountLacks && !connectionLacks) connections.giveBack(id, ofConnection)
    return !connectionLacks && !accountLacks
  }

  /** Seconds for which a connection is not listened to. */
  async function closes({ id, accountId }: Grant, { messages, bytes }: Asked): Promise<number | undefined> {
    const closed =
      (await connections.take(id, { messages })) ??
      (await accounts.take(accountId, { messages, inTwice: bytes, outTwice: 0 }))
    return closed?.retryAfter
  }

  async function isOver({ id, accountId }: Grant, { calls, bytes }: Asked): Promise<OverBudget | undefined> {
    const tooMany = await connections.take(id, { calls })
    if (tooMany) return { reason: 'over-budget', retryAfter: tooMany.retryAfter, because: words.connection }
    const tooMuch = await accounts.take(accountId, { calls, in: bytes, out: 0 })
    if (!tooMuch) return undefined
    connections.giveBack(id, { calls })
    const { bucket, retryAfter } = tooMuch
    const because = bucket === 'in' || bucket === 'out' ? words[bucket] : words.account
    return { reason: 'over-budget', retryAfter, because }
  }

  return {
    closedFor({ id, accountId }) {
      const closed =
        connections.lacks(id, { messages: 1 }) ?? accounts.lacks(accountId, { messages: 1, inTwice: 0, outTwice: 0 })
      return closed?.retryAfter ?? 0
    },

    async admit(grant, asked) {
      try {
        if (await takesAll(grant, asked)) return undefined
        const closed = await closes(grant, asked)
        if (closed !== undefined) return closed
        if (asked.calls) return await isOver(grant, asked)
        accounts.spend(grant.accountId, { in: asked.bytes })
        return undefined
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || !asked.calls) throw error
        return { reason: 'store-unavailable' }
      }
    },

    noteAnswer({ accountId }, bytes) {
      accounts.spend(accountId, { out: bytes, outTwice: bytes })
    },
  }
}
