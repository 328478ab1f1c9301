// What a person allowed one client. This record is the authority: the resource server reads it on every call, the
// authorization server on every refresh, and the `scope` of a token is a copy for the client's eyes. So a change here is
// in force at the very next call, for tokens issued before it too.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Scope } from '../scopes.ts'
import { isScope } from '../scopes.ts'
import { KEYS } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { put, remove, update } from '../storage/store.ts'

const Known = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Whose account: the `sub` of the tokens. */
  accountId: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string().refine(isScope)),
  /** Where the client received its answer when the person agreed; a silent return goes nowhere else. */
  redirectHost: z.string(),
  /** Whether copies of its tokens are in use at several places, such as two windows of one program. */
  severalSessions: z.boolean().optional(),
  /** Seconds since 1970. */
  createdAt: z.number(),
  expiresAt: z.number(),
})

export type Grant = Readonly<z.infer<typeof Known>>
/** Members that a later release adds are kept when this one changes a record. */
const Stored = Known.loose()

/** What of a grant may change while it lives. */
export interface GrantChange {
  readonly scopes: readonly Scope[]
  readonly redirectHost?: string
  readonly expiresAt?: number
}

const now = () => Math.floor(Date.now() / 1000)
const ttl = (grant: Grant) => Math.max(1, grant.expiresAt - now())
const alive = (grant: Grant | undefined) => (grant && grant.expiresAt > now() ? grant : undefined)

/** A record that cannot be understood allows nothing. */
function parse(json: string | undefined): Grant | undefined {
  try {
    return json ? Stored.parse(JSON.parse(json)) : undefined
  } catch {
    return undefined
  }
}

export interface Grants {
  /** A living grant, or undefined when it was revoked, has ended, or never was. */
  find(id: string): Promise<Grant | undefined>
  /** The same, if it is this account's and this client's; undefined for anybody else's, and without an id. */
  findOwn(id: string | undefined, accountId: string, clientId: string): Promise<Grant | undefined>
  create(facts: Pick<Grant, 'accountId' | 'clientId' | 'scopes' | 'redirectHost' | 'expiresAt'>): Promise<Grant>
  /** Changes a living grant; undefined when there is none. */
  change(id: string, change: GrantChange): Promise<Grant | undefined>
  /** Notes that several sessions share a living grant. */
  markSeveralSessions(id: string): Promise<void>
  /** Ends a grant, and with it every code and token that was issued under it. */
  end(id: string): Promise<void>
}

export function createGrants(store: Store): Grants {
  const find = async (id: string) => alive(parse(await store.get(KEYS.grant(id))))
  const edit = async (id: string, edited: (grant: Grant) => Grant): Promise<Grant | undefined> => {
    const stored = await update(store, KEYS.grant(id), (current) => {
      const grant = alive(parse(current))
      if (!grant) return undefined
      const changed = edited(grant)
      return { value: JSON.stringify(changed), ttl: ttl(changed) }
    })
    return alive(parse(stored))
  }
  return {
    find,
    async findOwn(id, accountId, clientId) {
      const grant = id ? await find(id) : undefined
      return grant?.accountId === accountId && grant.clientId === clientId ? grant : undefined
    },
    async create(facts) {
      const grant: Grant = { version: 1, id: randomBytes(16).toString('base64url'), createdAt: now(), ...facts }
      await put(store, KEYS.grant(grant.id), JSON.stringify(grant), ttl(grant))
      return grant
    },
    change: (id, change) => edit(id, (grant) => ({ ...grant, ...change, scopes: [...change.scopes] })),
    async markSeveralSessions(id) {
      await edit(id, (grant) => ({ ...grant, severalSessions: true }))
    },
    async end(id) {
      await remove(store, KEYS.grant(id))
    },
  }
}
