// What a person is told about the software that asks. Its name is a stranger's text; where the answer goes is a fact.
import { domainToUnicode } from 'node:url'
import { isLoopback } from '../../config.ts'
import type { GrantClient } from '../../grants/grant-record.ts'
import type { ForeignLetter, Imitation } from './imitation.ts'
import { imitates } from './imitation.ts'
import { knownSoftware } from './known-software.ts'

export interface ClientIdentity extends GrantClient {
  /** How the identity is known, in a sentence. */
  readonly says: string
  /** Why a person should look twice: the well-known name that its own imitates, and what speaks against it. */
  readonly warning?: { readonly imitates: string; readonly says: string }
  /** What it says where its rules stand, as text: nobody shall be led there from here. */
  readonly policies: readonly { readonly what: string; readonly address: string }[]
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
  const letters = [...clean]
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME).join('')}…` : clean
}

/** Whether the answer stays on this computer: a loopback address, or a scheme that an installed app claims. */
export const returnsToThisComputer = ({ protocol, hostname }: URL): boolean =>
  !['https:', 'http:'].includes(protocol) || isLoopback(hostname)

/**
 * Assistants that run on their makers' servers: many people share their addresses, and nobody else is reached there. So there is
 * little to gain from making many registrations that return only there, or from sending a browser there.
 */
const HOSTED = ['claude.ai', 'claude.com', 'chatgpt.com', 'www.cursor.com', 'vscode.dev', 'insiders.vscode.dev']

/** Whether an address is on the server of such an assistant. */
export const isHosted = (redirectUri: string): boolean =>
  HOSTED.some((host) => redirectUri.startsWith(`https://${host}/`))

/** Hosts that only pass an answer on, to whatever program on this computer the request names. */
const PASS_ON = ['vscode.dev', 'insiders.vscode.dev']

/**
 * The host to which an answer may go without a page, once a person has agreed to it: one that only its owner can listen
 * on. Empty for whatever returns to this computer, where any program may (RFC 8252 §8.6).
 */
export function silentHost(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  return url?.protocol === 'https:' && !returnsToThisComputer(url) && !PASS_ON.includes(url.hostname) ? url.host : ''
}

/** What a client says about itself, by registration or by a document at its `client_id`. */
export interface ClientWords {
  readonly clientId: string
  readonly clientName?: string | undefined
  readonly policyUri?: string | undefined
  readonly tosUri?: string | undefined
  readonly software_id?: string | undefined
  /** Set by the library: the client was found by its metadata document. */
  readonly clientIdMetadataDocument?: boolean
}

/** Whether a host publishes the client's document, so that it can speak for a client that returns to it. */
export const publishes = ({ clientId, clientIdMetadataDocument }: ClientWords, host: string): boolean =>
  clientIdMetadataDocument === true && host === new URL(clientId).host

/**
 * What to show of a client. Anyone can register any name, so no registration is ever "verified"; of a document it is known
 * who published it, and when the answer goes to the same host, who gets it.
 */
export function describeClient(client: ClientWords, redirectUri: string): ClientIdentity {
  const url = new URL(redirectUri)
  const local = returnsToThisComputer(url)
  const known = local ? knownSoftware(client.software_id) : undefined
  const name = known?.name ?? displayName(client.clientName)
  const http = url.protocol === 'http:' || url.protocol === 'https:'
  const publisher = client.clientIdMetadataDocument ? new URL(client.clientId).host : undefined
  const imitated = imitates(name, local ? undefined : url.host)
  return {
    name,
    ...standing(known ? `${name}, ${known.says}` : name, url.host, local, publisher),
    ...(imitated ? { warning: { imitates: imitated.name, says: warning(name, imitated, local) } } : {}),
    returnsTo: http ? hostInFull(url) : `the app that opens ${url.protocol}// links on this computer`,
    policies: policiesOf(client),
    formTargets: ['https:', ...(url.protocol === 'https:' ? [] : [url.protocol])],
  }
}

/** Longer addresses say nothing to a person. */
const LONGEST_ADDRESS = 200

const policiesOf = ({ policyUri, tosUri }: ClientWords) =>
  [
    { what: 'privacy policy', address: policyUri },
    { what: 'terms', address: tosUri },
  ].flatMap(({ what, address }) => {
    const url = URL.parse(address ?? '')
    // In ASCII, and without a user name, so that nothing in it looks like the host that it is not.
    const isPlain = url && !url.username && !url.password && url.href.length <= LONGEST_ADDRESS
    return isPlain ? { what, address: url.href } : []
  })

/** A host as it is, in the letters of the network; one that would look like another is shown in both. */
function hostInFull({ host, hostname }: URL): string {
  return hostname.includes('xn--') ? `${host} (which can be displayed as ${domainToUnicode(hostname)})` : host
}

/**
 * How the identity is known. `publisher` is the host of the client's document. It can speak for a client that returns to
 * it, but not for one on this computer, where any program could name the same document (MCP 2026-07-28, Localhost Redirect
 * URI Risks).
 */
function standing(
  name: string,
  host: string,
  local: boolean,
  publisher: string | undefined,
): Pick<ClientIdentity, 'standing' | 'says'> {
  if (!local && publisher === host) {
    return {
      standing: 'domain',
      says: `${publisher} says that this is “${name}”. Go on only if you trust ${publisher}.`,
    }
  }
  if (!local) {
    const by = publisher ? `, in a document of ${publisher}` : ''
    return {
      standing: 'unverified',
      says: `It calls itself “${name}”${by}, which anyone can. Check the address below before you go on.`,
    }
  }
  const onlyIf = 'Go on only if you have just started connecting it yourself.'
  return {
    standing: 'computer',
    says: publisher
      ? `It presents itself as “${name}” of ${publisher}; any program here could. ${onlyIf}`
      : `It says it is “${name}”; any program here could. ${onlyIf}`,
  }
}

function warning(name: string, imitation: Imitation, local: boolean): string {
  return [
    `“${name}” sounds like ${elsewhere(imitation)}`,
    ...[...Map.groupBy(imitation.foreign, ({ kind }) => kind).values()].map(foreignLetters),
    local ? 'This one stays on this computer.' : 'This one returns somewhere else.',
  ].join(' ')
}

/** Says which letters of one kind are foreign, since both words look the same. */
function foreignLetters(letters: readonly ForeignLetter[]): string {
  const quoted = letters.map(({ letter }) => `“${letter}”`).join(', ')
  const [{ kind, looksLike } = { kind: '', looksLike: '' }] = letters
  return letters.length > 1
    ? `Its ${quoted} are ${kind}, and only look like Latin letters.`
    : `Its ${quoted} is ${kind}, and only looks like a Latin “${looksLike}”.`
}

/** What is known of the one that is imitated. */
function elsewhere({ name, returnsTo }: Imitation): string {
  if (returnsTo === undefined) return `${name}, which asks for nothing here.`
  if (returnsTo === 'this computer') return `${name}, which runs on your computer and would return to it.`
  return `${name}, which works on the web and would return to ${returnsTo}.`
}
