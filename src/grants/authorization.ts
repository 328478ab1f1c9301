// One authorization: what came of one code. Its tokens come in generations (refresh token rotation, OAuth 2.1 §4.3.1), and one
// record says which is the newest and whether anything of it was used. So an answer that got lost can be told from a token that
// was stolen (docs/decisions/0014-a-lost-answer.md). Plain values; authorizations.ts keeps them.
import * as z from 'zod'
import { RATE_LIMITS } from '../rate-limits/rate-limits.ts'
import { KEPT_UNUSED } from './lifetime.ts'

/** For so long, in seconds, a refresh token that was used is good for whoever repeats the request. */
export const REPEAT_WINDOW = 30
/** For so long, in seconds, the newest answer may have been lost, while nothing of it was used. */
export const LOST_ANSWER = 24 * 60 * 60

export const Authorization = z.looseObject({
  version: z.literal(1),
  /** The connection that it belongs to, which knows the account and the client. */
  grantId: z.string(),
  /** The newest; the tokens that came for the code are of generation 0. */
  generation: z.int(),
  /** Whether the access token of the newest generation was used. */
  used: z.boolean(),
  /** When the generations before the newest were used up, the oldest first: that of the last one, and of the last 30 seconds. */
  usedUpAt: z.array(z.number()),
  /** A hash of the address that the latest rotation came from, or the code. */
  from: z.string(),
  /** Whether somebody at another address was given the newest generation, since the answer was lost. */
  takenElsewhere: z.boolean().optional(),
  /** Whether that was so of the generation before: perhaps two hold tokens now. */
  contested: z.boolean().optional(),
  /** How many refreshes there were in the time that is counted, and since when. */
  refreshes: z.object({ since: z.number(), count: z.int() }),
  /** So long after the newest tokens were issued. */
  expiresAt: z.number(),
})
/** Times are seconds since 1970. */
export type Authorization = Readonly<z.infer<typeof Authorization>>

/** What the tokens of a code begin, when it was redeemed from the address with a hash. */
export const beginAuthorization = (beginning: Pick<Authorization, 'grantId' | 'from'>, now: number): Authorization => ({
  ...beginning,
  version: 1,
  generation: 0,
  used: false,
  usedUpAt: [],
  refreshes: { since: now, count: 0 },
  expiresAt: now + KEPT_UNUSED,
})

/** When the newest tokens were issued. */
export const issuedAt = ({ expiresAt }: Authorization): number => expiresAt - KEPT_UNUSED

/**
 * What a refresh token is good for: the next generation; the newest one once more, since the request is repeated or its answer
 * was lost; or nothing, since it was used.
 */
export type Standing = 'newest' | 'repeated' | 'lost' | 'stale'

/**
 * How the refresh token of a generation stands, when it comes from the address with a hash; undefined of one that there has not
 * been yet. After an answer that was given at two addresses, one that is lost is given once more at its own address only: else a
 * thief who is always ahead, and calls with older tokens, would share each generation with its owner.
 */
export function refreshStanding(
  authorization: Authorization,
  generation: number,
  from: string,
  now: number,
): Standing | undefined {
  const behind = authorization.generation - generation
  if (behind < 0) return undefined
  if (behind === 0) return 'newest'
  const usedUpAt = authorization.usedUpAt.at(-behind)
  if (usedUpAt === undefined) return 'stale'
  if (now - usedUpAt <= REPEAT_WINDOW) return 'repeated'
  const isUnused = behind === 1 && !authorization.used && now - usedUpAt <= LOST_ANSWER
  return isUnused && (!authorization.contested || from === authorization.from) ? 'lost' : 'stale'
}

/** The refreshes that count now: when their time is over, none, and another time begins. */
const refreshesOf = ({ refreshes }: Authorization, now: number): Authorization['refreshes'] =>
  now - refreshes.since < RATE_LIMITS.refresh.seconds ? refreshes : { since: now, count: 0 }

/** Seconds until there may be another refresh; 0 means now. */
export function refreshWait(authorization: Authorization, now: number): number {
  const { since, count } = refreshesOf(authorization, now)
  const { most, seconds } = RATE_LIMITS.refresh
  return count >= most ? since + seconds - now : 0
}

/** After a refresh with a token that is good, from the address with a hash. A repetition is counted, and moves no address. */
export function afterRefresh(
  before: Authorization,
  standing: Exclude<Standing, 'stale'>,
  from: string,
  now: number,
): Authorization {
  const { since, count } = refreshesOf(before, now)
  const counted = { ...before, refreshes: { since, count: count + 1 } }
  if (standing === 'repeated') return counted
  if (standing === 'lost') return from === before.from ? counted : { ...counted, takenElsewhere: true }
  const recent = before.usedUpAt.findIndex((at) => now - at <= REPEAT_WINDOW)
  return {
    ...counted,
    generation: before.generation + 1,
    used: false,
    usedUpAt: [...(recent < 0 ? [] : before.usedUpAt.slice(recent)), now],
    from,
    takenElsewhere: false,
    contested: before.takenElsewhere ?? false,
    expiresAt: now + KEPT_UNUSED,
  }
}
