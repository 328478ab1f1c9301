// What a person is told about the software that asks. Its name is a stranger's text; where the answer goes is a fact.
import { isLoopback } from '../config.ts'

export interface ClientIdentity {
  readonly name: string
  /** How the identity is known, in words. */
  readonly standing: string
  /** Where the browser goes afterwards. */
  readonly returnsTo: string
  /** Sources for `form-action`, so that the way back is not blocked. */
  readonly formTargets: readonly string[]
}

const LONGEST_NAME = 60

/**
 * A name without control, format and direction characters, invisible letters, towers of accents, and the quotation marks
 * that would let it end the sentence it stands in; on one line, and cut at a length.
 */
export function displayName(name: string | undefined): string {
  const clean = (name ?? '')
    .normalize('NFC')
    .replace(/["\p{Pi}\p{Pf}\u115f\u1160\u2800\u3164\uffa0]/gu, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
  if (!clean) return 'A program without a name'
  return clean.length > LONGEST_NAME ? `${[...clean].slice(0, LONGEST_NAME).join('')}…` : clean
}

/** Whether the answer stays on this computer: a loopback address, or a scheme that an installed app claims. */
export const returnsToThisComputer = ({ protocol, hostname }: URL): boolean =>
  !['https:', 'http:'].includes(protocol) || isLoopback(hostname)

/**
 * The host to which an answer may go without a page, once a person has agreed to it: one that only its owner can listen
 * on. Empty for whatever returns to this computer, where any program may (RFC 8252 §8.6).
 */
export function silentHost(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  return url?.protocol === 'https:' && !returnsToThisComputer(url) ? url.host : ''
}

/** What a client says about itself, by registration or by a document at its `client_id`. */
export interface ClientWords {
  readonly clientId: string
  readonly clientName?: string | undefined
  /** Set by the library: the client was found by its metadata document. */
  readonly clientIdMetadataDocument?: boolean
}

/**
 * What to show of a client. Anyone can register any name, so no registration is ever "verified"; of a document it is at
 * least known who published it.
 */
export function describeClient(client: ClientWords, redirectUri: string): ClientIdentity {
  const name = displayName(client.clientName)
  const url = new URL(redirectUri)
  const local = returnsToThisComputer(url)
  const http = url.protocol === 'http:' || url.protocol === 'https:'
  return {
    name,
    standing: standing(name, local, client.clientIdMetadataDocument ? new URL(client.clientId).host : undefined),
    returnsTo: http ? url.host : `the app that opens ${url.protocol}// links on this computer`,
    formTargets: ['https:', ...(url.protocol === 'https:' ? [] : [url.protocol])],
  }
}

/**
 * How the identity is known. `publisher` is the host of the client's document. It can speak for a hosted client, but not
 * for one on this computer, where any program could name the same document (MCP 2026-07-28, Localhost Redirect URI Risks).
 */
function standing(name: string, local: boolean, publisher: string | undefined): string {
  if (!local && publisher) return `${publisher} says that this is “${name}”. Go on only if you trust ${publisher}.`
  if (!local) return `Unverified: it calls itself “${name}”. Check the address below before you go on.`
  const onlyIf = 'Go on only if you have just started connecting it yourself.'
  return publisher
    ? `An app on this computer that presents itself as “${name}” of ${publisher}; any program here could. ${onlyIf}`
    : `An app on this computer that says it is “${name}”. ${onlyIf}`
}
