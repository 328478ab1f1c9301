// What a client publishes about itself: its Client ID Metadata Document (CIMD), whose URL is its `client_id`, and its keys.
// They are fetched when they are needed; when that fails, the last good copy stands in, or the one that we ship. So a
// person who connected yesterday does not lose the connection because a host is down or answers 403 to a cloud.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Configuration } from 'oidc-provider'
import * as z from 'zod'
import type { Log } from '../../../observability/log.ts'
import { countFromNetwork, RATE_LIMITS } from '../../../rate-limits/rate-limits.ts'
import { KEYS } from '../../../storage/keys.ts'
import type { Store } from '../../../storage/store.ts'
import { put } from '../../../storage/store.ts'
import { unixTime } from '../../../unix-time.ts'
import type { Middleware } from '../../oidc/answers.ts'
import { servedClient } from '../../oidc/answers.ts'
import { tooMany } from '../../oidc/too-many.ts'
import { acceptDocument, isKeySet, parseObject } from './accept-document.ts'
import { knownClient } from './known-clients.ts'
import type { Outbound } from './outbound.ts'
import { Busy } from './outbound.ts'

const MINUTE = 60
const DAY = 24 * 60 * MINUTE
/** How long a last good copy may stand in. A key that its owner has withdrawn must not open anything for a year. */
const KEEP = { document: 365 * DAY, keys: 30 * DAY }
const RENEW_AFTER = DAY
/** Keys are asked for at every token request; a key set, or what stands in for it, is used again for so long, in seconds. */
const KEYS_ARE_FRESH = MINUTE
/** A stand-in is used for so long, in seconds, before the real one is tried again. */
const STAND_IN = 5 * MINUTE
const MOST_REMEMBERED = 100
/** So many fetches one address may have under way, so that it cannot take all there are. */
const MOST_BY_ADDRESS = 16
/** Real documents and key sets need a tenth of it. */
const LONGEST_KEPT = 16 * 1024
const LONGEST_URL = 2048
/** All that leaves this file of a fetch that failed; the log has the cause. */
const REFUSED = 'the document cannot be had'

/** The address of whoever makes us fetch something, for as long as their request takes. */
export const visitorAddress = new AsyncLocalStorage<string>()

/** A body, and since when we have it, in seconds since 1970. A stand-in was not fetched, and has no headers. */
interface Copy {
  readonly body: string
  readonly since: number
  readonly headers?: Headers
}

/** An empty body is the note that the host has withdrawn what was there; nothing stands in for that. */
const Kept = z.object({ version: z.literal(1), url: z.string(), body: z.string(), fetchedAt: z.number() })

export interface ClientDocuments {
  /**
   * Whether the document of a client may be fetched now; the library asks before it does. Throws `temporarily_unavailable`
   * (429) when whoever makes us fetch has done so too often, which a client must not take for the end of its identity.
   */
  readonly admit: (client_id: string) => Promise<boolean>
  /** For everything that the library fetches. Rejects without a reason; the reason is in the log. */
  readonly fetch: NonNullable<Configuration['fetch']>
  /** Middleware for the provider: keeps the documents of a client that was just given tokens, and of no other. */
  readonly rememberUsed: Middleware
}

export function createClientDocuments(store: Store, outbound: Outbound, log: Log): ClientDocuments {
  const received = new Map<string, Copy>()
  const kept = new WeakSet<Copy>()
  const underWay = new Map<string, Promise<Copy>>()
  const byAddress = new Map<string, number>()

  function remember(url: string, copy: Copy): Copy {
    received.delete(url)
    received.set(url, copy)
    const [oldest] = received.keys()
    if (received.size > MOST_REMEMBERED && oldest) received.delete(oldest)
    return copy
  }

  function freshKeys(url: string): Copy | undefined {
    const known = received.get(url)
    return known && isKeySet(known.body) && known.since > unixTime() - KEYS_ARE_FRESH ? known : undefined
  }

  async function fetchNow(url: string, signal: AbortSignal | null | undefined): Promise<Copy> {
    const answer = await outbound(url, signal)
    if (answer.status === 410) throw new Withdrawn()
    if (answer.status !== 200) throw new Error(`its host answered ${answer.status}`)
    const body = await answer.text()
    if (!parseObject(body)) throw new Error('it is no JSON object')
    return { body: acceptDocument(body), since: unixTime(), headers: answer.headers }
  }

  async function standIn(url: string): Promise<Copy | undefined> {
    const body = (await readKept(url))?.body ?? pinned(url)
    return body ? { body, since: unixTime() } : undefined
  }
  const pinned = (url: string) => {
    const document = knownClient(url)
    return document && acceptDocument(document)
  }

  /** Only what its host says or fails to say makes a copy stand in; else whoever keeps us busy could bring an old one back. */
  async function obtain(url: string, signal: AbortSignal | null | undefined): Promise<Copy> {
    try {
      return remember(url, await fetchNow(url, signal))
    } catch (error) {
      if (error instanceof Withdrawn) await noteWithdrawal(url)
      const copy = error instanceof Busy ? undefined : await standIn(url)
      const { message, cause } = error as Error
      log.info(
        { url: url.slice(0, 200), cause: cause instanceof Error ? cause.message : message, standIn: Boolean(copy) },
        'a document of a client could not be fetched',
      )
      if (!copy) throw new Error(REFUSED)
      return remember(url, copy)
    }
  }

  async function noteWithdrawal(url: string): Promise<void> {
    if ((await readKept(url)) || pinned(url)) await write(url, '', unixTime(), KEEP.document)
  }

  const write = (url: string, body: string, fetchedAt: number, ttl: number) =>
    put(store, KEYS.clientDocument(url), JSON.stringify({ version: 1, url, body, fetchedAt }), Math.max(1, ttl))

  /** Runs a fetch as one of the few that an address may have under way. */
  async function asOneOfFew(address: string, fetching: () => Promise<Copy>): Promise<Copy> {
    const others = byAddress.get(address) ?? 0
    if (others >= MOST_BY_ADDRESS) throw new Busy()
    byAddress.set(address, others + 1)
    try {
      return await fetching()
    } finally {
      const left = (byAddress.get(address) ?? 1) - 1
      if (left) byAddress.set(address, left)
      else byAddress.delete(address)
    }
  }

  async function readKept(url: string) {
    const parsed = Kept.safeParse(parseObject((await store.get(KEYS.clientDocument(url))) ?? ''))
    return parsed.success ? parsed.data : undefined
  }

  async function storeCopy(url: string): Promise<void> {
    const copy = received.get(url)
    if (!copy?.headers || kept.has(copy)) return
    const { body, since: fetchedAt } = copy
    const stored = await readKept(url)
    // Another process may have a newer one, and we an older one from memory.
    const isNews = !stored || (stored.fetchedAt < fetchedAt && stored.body !== body)
    if (body.length <= LONGEST_KEPT && (isNews || fetchedAt - (stored?.fetchedAt ?? 0) > RENEW_AFTER)) {
      await write(url, body, fetchedAt, fetchedAt - unixTime() + (isKeySet(body) ? KEEP.keys : KEEP.document))
    }
    kept.add(copy)
  }

  return {
    async admit(client_id) {
      if (client_id.length > LONGEST_URL || !/^https:\/\/[^/?#]+\//i.test(client_id)) return false // it has a path (§3)
      const address = visitorAddress.getStore() ?? ''
      const wait = await countFromNetwork(store, RATE_LIMITS.document, address)
      const isBusy = (byAddress.get(address) ?? 0) >= MOST_BY_ADDRESS && !underWay.has(client_id)
      if (wait || isBusy) throw tooMany('too many documents of clients are fetched for this address', wait || 5)
      return true
    },

    async fetch(input, { method, signal } = {}) {
      const url = String(input)
      if (method !== 'GET') throw new Error('this server sends nothing to where a client says')
      const known = freshKeys(url)
      if (known) return respond(known)
      const address = visitorAddress.getStore() ?? ''
      if (await countFromNetwork(store, RATE_LIMITS.outbound, address)) {
        // Nothing stands in here: else whoever asks too often could keep an old copy in use.
        log.info({ url: url.slice(0, 200), address }, 'an address makes us fetch too often')
        throw new Error(REFUSED)
      }
      // Whoever asks while an answer is on its way, or has just come, shares it.
      const justCame = freshKeys(url)
      if (justCame) return respond(justCame)
      const pending =
        underWay.get(url) ?? asOneOfFew(address, () => obtain(url, signal)).finally(() => underWay.delete(url))
      underWay.set(url, pending)
      return respond(await pending)
    },

    async rememberUsed(ctx, next) {
      await next()
      const client = servedClient(ctx) as
        | { clientIdMetadataDocument?: true; clientId: string; jwksUri?: string }
        | undefined
      if (!client?.clientIdMetadataDocument) return
      const urls = [client.clientId, ...(client.jwksUri ? [new URL(client.jwksUri).href] : [])]
      await Promise.all(urls.map(storeCopy)).catch((err) =>
        log.error({ err }, 'a document of a client could not be kept'),
      )
    },
  }
}

/** Gone for good, says its host (RFC 9110 §15.5.11): whoever publishes a client may end it. */
class Withdrawn extends Error {
  override readonly message = 'its host answered 410'
}

function respond({ body, headers = new Headers({ 'cache-control': `max-age=${STAND_IN}` }) }: Copy): Response {
  return new Response(body, { headers })
}
