// The documents that lead a client in (RFC 9728, RFC 8414): there, alike, and spelled as clients will compare them.
import { isDeepStrictEqual } from 'node:util'
import { fail, ok, quote, skip } from './finding.mjs'
import { isRedirect } from './front.mjs'
import { RESOURCE_METADATA, SERVER_METADATA, SPOOFED_HOST } from './look.mjs'

/**
 * @typedef {import('./look.mjs').Answer} Answer
 * @typedef {import('./look.mjs').NoAnswer} NoAnswer
 * @typedef {import('./look.mjs').Facts} Facts
 * @typedef {import('./finding.mjs').Finding} Finding
 * @typedef {Record<string, unknown>} Metadata
 */

const REWRITES = 'have the proxy pass /.well-known/ to qcgate, and its answers back, unchanged'
const publicUrl = (/** @type {URL} */ { origin }) =>
  `if people use ${origin}, set PUBLIC_URL=${origin} and restart qcgate; a proxy must not rewrite what it answers`

/**
 * What is wrong with a document, if anything.
 * @type {(answer: Answer | NoAnswer) => string | undefined}
 */
function problemOf(answer) {
  if ('error' in answer) return `gets no answer (${answer.error})`
  if (answer.status !== 200) return `answers ${answer.status}, not 200`
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = answer.headers
  if (encoding !== 'identity') return `is compressed (${quote(encoding)}), which the request ruled out`
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) return `has the type ${quote(type)}, not application/json`
  return parse(answer) ? undefined : 'is no JSON object'
}

/** @type {(answer: Answer | NoAnswer | undefined) => Metadata | undefined} */
function parse(answer) {
  if (!answer || !('status' in answer) || answer.status !== 200) return undefined
  try {
    const document = JSON.parse(answer.body)
    return typeof document === 'object' && !Array.isArray(document) ? (document ?? undefined) : undefined
  } catch {
    return undefined
  }
}

/** The first finding about the documents at these paths that keeps them from being used. */
function unusable(
  /** @type {string} */ check,
  /** @type {readonly string[]} */ paths,
  /** @type {Facts} */ { documents },
) {
  for (const path of paths) {
    const answer = documents[path] ?? { error: 'not asked' }
    if (isRedirect(answer)) return skip(check, `${path} is redirected, see above`)
    const problem = problemOf(answer)
    if (problem) return fail(check, `${path} ${problem}`, REWRITES)
  }
  return undefined
}

/**
 * The document that all further findings are about.
 * @type {(facts: Facts) => Metadata | undefined}
 */
const serverMetadata = ({ documents }) => SERVER_METADATA.map((path) => parse(documents[path])).find(Boolean)

const WITHOUT = 'needs the metadata of the authorization server'

/**
 * RFC 9728 §3.3: `resource` must be what the client asked for, or the client turns away.
 * @type {(facts: Facts) => Finding}
 */
export function checkResource(facts) {
  const found = unusable('resource', RESOURCE_METADATA, facts)
  if (found) return found
  const bodies = RESOURCE_METADATA.map((path) => /** @type {Answer} */ (facts.documents[path]).body)
  if (bodies[0] !== bodies[1]) return fail('resource', `${RESOURCE_METADATA.join(' and ')} differ`, REWRITES)
  const expected = `${facts.url.origin}/mcp`
  const resource = parse(facts.documents[RESOURCE_METADATA[0] ?? ''])?.resource
  if (resource === expected) return ok('resource', `${expected}, in both places`)
  return fail('resource', `is ${quote(resource)}, not "${expected}"`, publicUrl(facts.url))
}

/** @type {(facts: Facts) => Finding} */
export function checkDiscovery(facts) {
  const found = unusable('discovery', SERVER_METADATA, facts)
  if (found) return found
  const [one, other] = SERVER_METADATA.map((path) => parse(facts.documents[path]))
  if (isDeepStrictEqual(one, other)) return ok('discovery', 'both metadata documents are there, and equal')
  return fail('discovery', `${SERVER_METADATA.join(' and ')} differ`, REWRITES)
}

/**
 * RFC 8414 §3.3: one character too many, and the client must not use the metadata.
 * @type {(facts: Facts) => Finding}
 */
export function checkIssuer({ url, documents }) {
  const spellings = [...RESOURCE_METADATA, ...SERVER_METADATA].flatMap((path) => {
    const document = parse(documents[path])
    if (!document) return []
    if (SERVER_METADATA.includes(path)) return [{ path, name: 'issuer', value: document.issuer }]
    return [{ path, name: 'authorization_servers[0]', value: [document.authorization_servers].flat()[0] }]
  })
  const wrong = spellings.find(({ value }) => value !== url.origin)
  if (!spellings.length) return skip('issuer', 'needs the metadata')
  if (!wrong) return ok('issuer', 'spelled one way everywhere')
  const { name, path, value } = wrong
  return fail('issuer', `${name} in ${path} is ${quote(value)}, not "${url.origin}"`, publicUrl(url))
}

const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'jwks_uri',
]

/** @type {(facts: Facts) => Finding} */
export function checkEndpoints(facts) {
  const metadata = serverMetadata(facts)
  if (!metadata) return skip('endpoints', WITHOUT)
  const { origin } = facts.url
  const named = Object.keys(metadata).filter((name) => /_endpoint$|^jwks_uri$/.test(name))
  const wrong = [...new Set([...ENDPOINTS, ...named])].find((name) => originOf(metadata[name]) !== origin)
  if (!wrong) return ok('endpoints', `all at ${origin}`)
  return fail(
    'endpoints',
    wrong in metadata ? `${wrong} is ${quote(metadata[wrong])}, not at ${origin}` : `${wrong} is missing`,
    `set PUBLIC_URL=${origin} and restart qcgate; name the proxy in TRUSTED_PROXIES`,
  )
}

/** @type {(value: unknown) => string | undefined} */
const originOf = (value) => (typeof value === 'string' && URL.canParse(value) ? new URL(value).origin : undefined)

/** Whoever can change the addresses in metadata with a header can have codes and tokens sent to himself. */
export function checkForwardedHost(/** @type {Facts} */ { documents, spoofed }) {
  const readable = Object.keys(documents).filter((path) => parse(documents[path]))
  if (!readable.length) return skip('forwarded', 'needs the metadata')
  const changed = readable.find((path) => {
    const [honest, answer] = [documents[path], spoofed[path]]
    if (!answer || !('status' in answer)) return false
    const differs = answer.status === 200 && honest && 'body' in honest && answer.body !== honest.body
    return differs || originOf(answer.headers.location)?.endsWith(SPOOFED_HOST)
  })
  if (!changed) return ok('forwarded', 'a false X-Forwarded-Host changes nothing')
  return fail(
    'forwarded',
    `a false X-Forwarded-Host changes ${changed}`,
    'set PUBLIC_URL, and have the proxy overwrite X-Forwarded-Host instead of passing on what a caller sent',
  )
}

/** @type {{ check: string, name: string, expected: unknown, says: string, remedy: string }[]} */
const CAPABILITIES = [
  {
    check: 'pkce',
    name: 'code_challenge_methods_supported',
    expected: 'S256',
    says: 'S256 (RFC 7636)',
    remedy: 'run a version of qcgate that announces S256: MCP clients refuse a server that does not',
  },
  {
    check: 'iss',
    name: 'authorization_response_iss_parameter_supported',
    expected: true,
    says: 'answers name their issuer (RFC 9207)',
    remedy: 'run a version of qcgate that sends `iss`: without it, one server can pass for another',
  },
  {
    check: 'clients',
    name: 'token_endpoint_auth_methods_supported',
    expected: 'none',
    says: 'public clients are welcome',
    remedy: 'run a version of qcgate that accepts public clients: those on a desktop can keep no secret',
  },
  {
    check: 'cimd',
    name: 'client_id_metadata_document_supported',
    expected: true,
    says: 'client metadata documents are accepted',
    remedy: 'run a version of qcgate that accepts client metadata documents: newer clients do not register otherwise',
  },
]

/** @type {(facts: Facts) => Finding[]} */
export function checkCapabilities(facts) {
  const metadata = serverMetadata(facts)
  return CAPABILITIES.map(({ check, name, expected, says, remedy }) => {
    if (!metadata) return skip(check, WITHOUT)
    if ([metadata[name]].flat().includes(expected)) return ok(check, says)
    const found = name in metadata ? `is ${quote(metadata[name])}, without ${quote(expected)}` : 'is missing'
    return fail(check, `${name} ${found}`, remedy)
  })
}
