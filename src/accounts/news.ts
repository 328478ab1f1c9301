// What is new with an account: what was added, removed, widened or joined since its person last said that they have seen it.
// Whoever drives a browser may press that button too, so what concerns passkeys, by which one could come back, stays for a
// week whatever is pressed.
import * as z from 'zod'

const DAY = 24 * 60 * 60 * 1000
/** For so long news of passkeys stay, in milliseconds. */
const STAYS = 7 * DAY
/** More than anybody reads; what matters least goes first, and then the oldest. */
const AT_MOST = 60

/** What there is to be told of. */
export const EVENTS = [
  'connection-added',
  'connection-joined',
  'connection-widened',
  'connection-narrowed',
  'connection-renamed',
  'connection-resumed',
  'connection-removed',
  'code-reused',
  'refresh-reused',
  'everything-stopped',
  'everything-suspended',
  'everything-resumed',
  'suspended-by-address',
  'connection-suspended',
  'connection-braked',
  'pause-address-made',
  'passkey-added',
  'passkey-counts',
  'passkey-resumed',
  'passkey-removed',
  'only-passkeys',
  'token-too',
  'token-replaced',
  'outcome-unknown',
  'record-full',
] as const
export type Event = (typeof EVENTS)[number]

export const NewsItem = z.looseObject({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** An `Event`, or one that another release knows. */
  what: z.string(),
  /** The id of the connection or the passkey. */
  of: z.string().optional(),
  /** What its person knows it by. */
  name: z.string().optional(),
  /** What it comes to, in a sentence. */
  says: z.string().optional(),
  /** Whether something dangerous came of it. */
  grave: z.boolean().optional(),
})
export type NewsItem = Readonly<z.infer<typeof NewsItem>>

/** News that is to be told of now. */
export type News = Pick<NewsItem, 'of' | 'name' | 'says' | 'grave'> & { readonly what: Event }

/** What an account keeps of its news. */
interface Kept {
  readonly news?: readonly NewsItem[] | undefined
  readonly seenAt?: number | undefined
}

const isOfPasskeys = ({ what }: Pick<NewsItem, 'what'>): boolean => /passkey|token/.test(what)
const isUnseen = (item: NewsItem, seenAt: number, now: number): boolean =>
  item.at > seenAt || (isOfPasskeys(item) && item.at > now - STAYS)

/** The news that the person has not seen, the newest first. `now` in milliseconds since 1970. */
export const newsOf = ({ news = [], seenAt = 0 }: Kept, now: number): readonly NewsItem[] =>
  news.filter((item) => isUnseen(item, seenAt, now)).toSorted((one, other) => other.at - one.at)

/**
 * The news with some that were added. One of the same kind and thing takes the place of what came before, unless that was
 * graver; and what is grave is not pushed out by what is not.
 */
export function withAdded({ news = [], seenAt = 0 }: Kept, added: readonly NewsItem[], now: number): NewsItem[] {
  const isOld = (item: NewsItem) =>
    added.some((one) => one.what === item.what && one.of === item.of && weight(one) >= weight(item))
  const kept = news.filter((item) => isUnseen(item, seenAt, now) && !isOld(item))
  const byWeight = [...kept, ...added].toSorted((one, other) => weight(other) - weight(one) || other.at - one.at)
  return byWeight.slice(0, AT_MOST)
}
/** What concerns passkeys comes before what is grave, and that before the rest. */
const weight = (item: Pick<NewsItem, 'grave' | 'what'>): number =>
  isOfPasskeys(item) ? 2 : Number(item.grave ?? false)
