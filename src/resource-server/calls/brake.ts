// The automatic brake: a connection that sends the same call again and again, of those that trade, spend, delete or administer,
// is suspended until its person has looked. What was not done counts for nothing, and what only stops something never does.
import * as z from 'zod'
import { tellOfConnection } from '../../accounts/connection-news.ts'
import type { Grant } from '../../grants/grant-record.ts'
import type { Suspension } from '../../grants/suspension.ts'
import { parseJson } from '../../parse-json.ts'
import { isHarmless } from '../../scopes.ts'
import { KEYS } from '../../storage/keys.ts'
import type { Step } from '../../storage/store.ts'
import { remove, update } from '../../storage/store.ts'
import type { Suppliers } from '../../suppliers.ts'
import type { Tool } from '../tools/tool.ts'
import { Refusal } from './refusals.ts'

/** Equal calls that are let through within so many seconds. */
const MOST = 5
const WITHIN = 60

/** Those of the last minute, by their references. */
const Sent = z.object({ version: z.literal(1), sent: z.array(z.object({ ref: z.string(), at: z.number() })) })
type Sent = z.infer<typeof Sent>

export interface Brake {
  /**
   * Counts a call that is about to be sent: what the step expects and writes. One too many suspends the connection instead, and
   * throws `Refusal`. Throws `StoreUnavailable`.
   */
  count(grant: Grant, what: string | undefined): Promise<Pick<Step, 'expect' | 'write'>>
  takeBack(): Promise<void>
}

/** Whether a tool's calls count. */
export const countsForBrake = ({ risk, onlyLowersRisk }: Pick<Tool, 'risk' | 'onlyLowersRisk'>): boolean =>
  !isHarmless(risk) && onlyLowersRisk !== true

/** `digest` names what is the same, whether or not it is sent again on purpose; `ref` is this call's own. */
export function createBrake(
  { accountId, grantId, digest, ref }: { accountId: string; grantId: string; digest: string; ref: string },
  { store, grants, accounts, log }: Pick<Suppliers, 'store' | 'grants' | 'accounts' | 'log'>,
): Brake {
  const key = KEYS.brake(accountId, grantId, digest)
  const entry = (sent: Sent['sent']) => ({ value: JSON.stringify({ version: 1, sent } satisfies Sent), ttl: WITHIN })

  async function suspend(grant: Grant, what: string | undefined): Promise<Suspension> {
    const says = `It sent the same call more than ${MOST} times within a minute${what === undefined ? '.' : `: ${what}.`}`
    const suspension: Suspension = { by: 'brake', at: Date.now(), says }
    await grants.suspend(grantId, suspension)
    // Whatever becomes of the news, it is suspended. What was counted has done its work: after a resume it begins anew.
    const told = tellOfConnection(accounts, grant, 'connection-braked', says)
    await Promise.all([told, remove(store, key)]).catch((err) =>
      log.error({ err, accountId, grantId }, 'the news of a brake is lost'),
    )
    return suspension
  }

  return {
    async count(grant, what) {
      const stored = await store.get(key)
      const now = Date.now()
      const sent = sentIn(stored).filter(({ at }) => at > now - WITHIN * 1000)
      if (sent.length >= MOST) throw new Refusal({ reason: 'suspended', why: await suspend(grant, what) })
      return { expect: { [key]: stored }, write: { [key]: entry([...sent, { ref, at: now }]) } }
    },

    async takeBack() {
      await update(store, key, (stored) => {
        const sent = sentIn(stored)
        const kept = sent.filter((one) => one.ref !== ref)
        return kept.length < sent.length ? entry(kept) : undefined
      })
    },
  }
}

const sentIn = (stored: string | undefined): Sent['sent'] => parseJson(stored, Sent)?.sent ?? []
