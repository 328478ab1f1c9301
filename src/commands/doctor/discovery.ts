// The documents that lead a client in (RFC 9728, RFC 8414): there, alike, and spelled as clients will compare them.
import { isDeepStrictEqual } from 'node:util'
import type { MaybeAnswer } from './answer.ts'
import { isRedirect, problemOfStatus } from './answer.ts'
import type { Finding } from './finding.ts'
import { fail, ok, quote, skip } from './finding.ts'
import type { Facts, MetadataPath } from './look.ts'
import { METADATA, RESOURCE_METADATA, SERVER_METADATA, SPOOFED_HOST } from './look.ts'

type Metadata = Readonly<Record<string, unknown>>

const REWRITES = 'have the proxy pass /.well-known/ to qcgate, and its answers back, unchanged'
const WITHOUT = 'needs the metadata of the authorization server'
const publicUrl = ({ origin }: URL): string =>
  `if people use ${origin}, set PUBLIC_URL=${origin} and restart qcgate; a proxy must not rewrite what it answers`

/** Metadata has lists in an object. What is nested far deeper would exhaust the stack of whoever compares or prints it. */
const DEEPEST_LEVEL = 20

/** The metadata that a body is; undefined when it is anything else. */
function parse(body: string): Metadata | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) && !isDeeper(value, DEEPEST_LEVEL) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))

/** The documents at these paths, as far as they can be read. */
const readable = (paths: readonly MetadataPath[], { documents }: Facts) =>
  paths.flatMap((path) => {
    const answer = documents[path]
    if ('error' in answer || answer.status !== 200) return []
    const document = parse(answer.body)
    return document ? [{ path, body: answer.body, document }] : []
  })

/** What is wrong with a document, as the end of a sentence; undefined when nothing is. */
function problemOf(answer: MaybeAnswer): string | undefined {
  const problem = problemOfStatus(answer, 200)
  if (problem || 'error' in answer) return problem
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = answer.headers
  if (encoding !== 'identity') return `is compressed (${quote(encoding)}), which the request ruled out`
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) return `has the type ${quote(type)}, not application/json`
  return parse(answer.body) ? undefined : 'is no JSON object that could be metadata'
}

/** The first finding about the documents at these paths that keeps them from being used. */
function unusable(check: string, paths: readonly MetadataPath[], { documents }: Facts): Finding | undefined {
  for (const path of paths) {
    if (isRedirect(documents[path])) return skip(check, `${path} is redirected, see above`)
    const problem = problemOf(documents[path])
    if (problem) return fail(check, `${path} ${problem}`, REWRITES)
  }
  return undefined
}

/** RFC 9728 §3.3: `resource` must be what the client asked for, or the client turns away. */
export function checkResource(facts: Facts): Finding {
  const found = unusable('resource', RESOURCE_METADATA, facts)
  if (found) return found
  const [one, other] = readable(RESOURCE_METADATA, facts)
  if (one?.body !== other?.body) return fail('resource', `${RESOURCE_METADATA.join(' and ')} differ`, REWRITES)
  const expected = `${facts.url.origin}/mcp`
  const resource = one?.document.resource
  if (resource === expected) return ok('resource', `${expected}, in both places`)
  return fail('resource', `is ${quote(resource)}, not "${expected}"`, publicUrl(facts.url))
}

/** Both metadata documents of the authorization server: clients read one or the other (RFC 8414 §5). */
export function checkDiscovery(facts: Facts): Finding {
  const found = unusable('discovery', SERVER_METADATA, facts)
  if (found) return found
  const [one, other] = readable(SERVER_METADATA, facts)
  if (isDeepStrictEqual(one?.document, other?.document)) {
    return ok('discovery', 'both metadata documents are there, and equal')
  }
  return fail('discovery', `${SERVER_METADATA.join(' and ')} differ`, REWRITES)
}

/** RFC 8414 §3.3: one character too many, and the client must not use the metadata. */
export function checkIssuer(facts: Facts): Finding {
  const { origin } = facts.url
  const spellings = [
    ...readable(RESOURCE_METADATA, facts).map(({ path, document: { authorization_servers } }) => ({
      name: `authorization_servers[0] in ${path}`,
      value: [authorization_servers].flat()[0],
    })),
    ...readable(SERVER_METADATA, facts).map(({ path, document: { issuer } }) => ({
      name: `issuer in ${path}`,
      value: issuer,
    })),
  ]
  if (!spellings.length) return skip('issuer', 'needs the metadata')
  const wrong = spellings.find(({ value }) => value !== origin)
  if (!wrong) return ok('issuer', 'spelled one way everywhere')
  return fail('issuer', `${wrong.name} is ${quote(wrong.value)}, not "${origin}"`, publicUrl(facts.url))
}

/** The metadata of the authorization server that all further findings are about. */
const serverMetadata = (facts: Facts): Metadata | undefined => readable(SERVER_METADATA, facts)[0]?.document

/** Where every client goes (RFC 8414 §2); those that are named beside them are held to the same. */
const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'jwks_uri',
]

/** Whether the endpoints are at the address that people use, and not at one behind a proxy. */
export function checkEndpoints(facts: Facts): Finding {
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

const originOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? URL.parse(value)?.origin : undefined

/** Whoever can change the addresses in metadata with a header can have codes and tokens sent to himself. */
export function checkForwardedHost(facts: Facts): Finding {
  const honest = readable(METADATA, facts)
  if (!honest.length) return skip('forwarded', 'needs the metadata')
  const changed = honest.find(({ path, body }) => {
    const answer = facts.spoofed[path]
    if ('error' in answer) return false
    const differs = answer.status === 200 && answer.body !== body
    return differs || originOf(answer.headers.location)?.endsWith(SPOOFED_HOST)
  })
  if (!changed) return ok('forwarded', 'a false X-Forwarded-Host changes nothing')
  return fail(
    'forwarded',
    `a false X-Forwarded-Host changes ${changed.path}`,
    'set PUBLIC_URL, and have the proxy overwrite X-Forwarded-Host instead of passing on what a caller sent',
  )
}

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

/** Whether the metadata announces what clients of today insist on. */
export function checkCapabilities(facts: Facts): Finding[] {
  const metadata = serverMetadata(facts)
  return CAPABILITIES.map(({ check, name, expected, says, remedy }) => {
    if (!metadata) return skip(check, WITHOUT)
    if ([metadata[name]].flat().includes(expected)) return ok(check, says)
    const found = name in metadata ? `is ${quote(metadata[name])}, without ${quote(expected)}` : 'is missing'
    return fail(check, `${name} ${found}`, remedy)
  })
}
