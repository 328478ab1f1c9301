// Why this server itself lets a call not through, though it knows who asks: what a model reads, and what the account page
// says about it.
import type { CallToolResult } from '@modelcontextprotocol/server'
import { accountPage, connectionPage } from '../account-pages.ts'
import type { MissingScope, Places } from '../challenge.ts'
import { challenge, namesOf } from '../challenge.ts'
import type { Decision } from '../gate.ts'

/** A call that was not let through, and did nothing. */
export class Refused extends Error {
  /** What there is to do about it. */
  readonly next: string
  /** For the person's record: our own words, and nothing of the arguments. */
  readonly why: string
  readonly meta: CallToolResult['_meta']
  constructor(error: string, next: string, why: string, meta?: CallToolResult['_meta']) {
    super(error)
    this.next = next
    this.why = why
    this.meta = meta
  }
}

/** What the gate refused, for a client that reads it in a tool's result. */
export function refusedByGate(refusal: NonNullable<Decision['refusal']>, places: Places): Refused {
  return refusal.reason === 'suspended' ? suspended(places) : notAllowed(refusal, places)
}

/** In a person's words why a call was not allowed. */
export const whyMissing = ({ missing }: MissingScope): string => `Not allowed: ${namesOf(missing)}.`

/** The challenge stands where ChatGPT and Codex look for it, and from where they send their person to allow more. */
function notAllowed(refusal: MissingScope, places: Places): Refused {
  const { header, body } = challenge(refusal, places)
  const next = 'Nothing was done. Ask the person to allow it there, then call it again.'
  return new Refused(body.error_description, next, whyMissing(refusal), { 'mcp/www_authenticate': [header] })
}

/** What is told to whoever asks for anything while their connection is suspended. */
export const suspension = (issuer: string): string =>
  `The QuantConnect API token of this account was replaced, and this connection waits until the person has looked at it at ${accountPage(issuer)}.`

const suspended = ({ issuer }: Places): Refused =>
  new Refused(
    suspension(issuer),
    'Nothing was done. Ask the person to keep this connection there, then call it again; nothing needs reconnecting.',
    'This connection is suspended, since the API token was replaced.',
  )

/** A call that may trade with real money, or nobody knows. `next` is what else there is to do. */
export const onlyOnPaper = (because: string, { issuer }: Places, grantId: string, next = ''): Refused =>
  new Refused(
    `This connection may only trade on paper, with QuantConnect's own paper brokerage. ${because} Nothing was done.`,
    `${next} A person can change this at ${connectionPage(issuer, grantId)}; nothing needs reconnecting.`.trim(),
    'This connection may only trade on paper.',
  )
