// What a grant is, and how it is written: with what narrows it named, and without what is as in nearly all.
import * as z from 'zod'
import { parseJson } from '../parse-json.ts'
import { remembering } from '../remembering.ts'
import { inShort, spelledOut } from '../scopes.ts'
import { accountIdIn } from '../storage/keys.ts'
import { withoutUsual, withUsual } from '../storage/usual.ts'
import { Allowance, allowanceOf, narrowingIn } from './allowance.ts'
import { Suspension, unknownLimitsOf } from './suspension.ts'

/** What a person was told about the software, when they agreed to it. */
const Client = z.object({
  /** What it calls itself, made fit to show. */
  name: z.string(),
  /** How its identity is known, in a word. */
  standing: z.enum(['domain', 'unverified', 'computer']),
  /** Where its answers go. */
  returnsTo: z.string(),
})
export type GrantClient = Readonly<z.infer<typeof Client>>

const Known = z.object({
  version: z.literal(1),
  id: z.string(),
  /** Whose account: the `sub` of the tokens. */
  accountId: z.string(),
  clientId: z.string(),
  /** The software as the person was shown it. */
  client: Client.optional(),
  /** What the person calls this connection. */
  name: z.string().optional(),
  ...Allowance.shape,
  /**
   * The members that narrow it (as `crit` of JWS, RFC 7515 §4.1.11, names what must be understood). A release that does not know one
   * of them treats the grant as suspended, so that going back to it widens nothing.
   */
  crit: z.array(z.string()).optional(),
  /** Whether it may do nothing until the person has looked at it again, since the API token was replaced. */
  suspended: z.boolean().optional(),
  /** Who has suspended it beside, and not let it go on since. */
  suspensions: z.array(Suspension).readonly().optional(),
  /** Where the client received its answer when the person agreed; a silent return goes nowhere else. */
  redirectHost: z.string(),
  /** Whether copies of its tokens are in use at several places, such as two windows of one program. */
  severalSessions: z.boolean().optional(),
  /** Seconds since 1970. */
  createdAt: z.number(),
  /** When it was last noted to be in use; once a day is enough. */
  usedAt: z.number().optional(),
  /** When a client was last authorised by a visit, on the consent page or without one. */
  authorizedAt: z.number().optional(),
  /** How often that led to tokens: so many may hold what this connection is given. */
  timesAuthorized: z.number().optional(),
  /** Authorizations that were ended while the connection lives on: by id, until when that has to be known. */
  endedAuthorizations: z.record(z.string(), z.number()).optional(),
})

export type Grant = Readonly<z.infer<typeof Known>>
/** Members that a later release adds are kept when this one changes a record. */
const Stored = Known.loose()

/** What most grants say. It is not written; nor are the id and what it begins with, by which the record is found. */
const USUAL = {
  brake: true,
  endless: false,
  suspended: false,
  suspensions: [],
  redirectHost: '',
  timesAuthorized: 1,
}

/** Records that are remembered as what they say: by their id and whole text, so that one which was changed anywhere is another one. */
const REMEMBERED = 4_000
const understand = remembering((found: string): Grant | undefined => {
  const at = found.indexOf('\n')
  const id = found.slice(0, at)
  const stored = parseJson(found.slice(at + 1), AsWritten)
  return stored && Stored.safeParse(writtenOut(id, stored)).data
}, REMEMBERED)

/** A record with all that it means. Earlier ones were written in full. */
function writtenOut(id: string, stored: z.infer<typeof AsWritten>): object {
  const { scopes } = stored
  if (typeof scopes !== 'string') return stored
  return { ...withUsual(stored, USUAL), id, accountId: accountIdIn(id), scopes: spelledOut(scopes) }
}

/** A record that cannot be understood allows nothing. */
export const parseGrant = (id: string, json: string | undefined): Grant | undefined =>
  json === undefined ? undefined : understand(`${id}\n${json}`)

const AsWritten = z.looseObject({ version: z.literal(1) })

/** A grant as it is stored. What narrows it is listed; what another release listed, which this one does not know, stays. */
export function formatGrant(grant: Grant): string {
  const crit = [...narrowingIn(allowanceOf(grant)), ...unknownLimitsOf(grant)]
  const { crit: _before, id: _id, accountId: _accountId, scopes, ...rest } = grant
  return JSON.stringify({
    ...withoutUsual(rest, USUAL),
    scopes: inShort(scopes),
    ...(crit.length ? { crit } : {}),
  })
}
