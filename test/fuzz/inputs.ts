// Requests as strangers, broken programs and people with a strange browser make them: our own shapes with odd values in them.
import fc from 'fast-check'
import { mirror, modern } from '../support/mcp-requests.ts'
import type { World } from './world.ts'
import { liveWord } from './world.ts'

/** One request. A body that is text or bytes is sent as it is. */
export interface Input {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%00',
  '%',
  '%ff',
  '\0',
  '\r\nX-Injected: 1',
  '#{7*7}{{7*7}}',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '\u202Eright to left',
  '\u{E0041}\u{E0042}',
  '\u200B\u2060\uFEFF',
  '\uD800',
  'https://evil.example/login',
  'http://127.0.0.1:1/x',
  'javascript:alert(1)',
  'x'.repeat(5_000),
  '[[[[[[',
  '{"a":1}',
]
const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.integer().map(String),
)
const json = fc.oneof(fc.jsonValue({ maxDepth: 4 }), text, fc.constantFrom(...NASTY), deep())
/** Any JSON text, some of it none. */
const jsonText = fc.oneof(
  json.map((value) => JSON.stringify(value) ?? ''),
  text,
)

/** Something nested, up to deeper than anybody needs. */
function deep(): fc.Arbitrary<unknown> {
  return fc.integer({ min: 1, max: 200 }).chain((depth) =>
    fc.constantFrom('[', '{').map((kind) => {
      let value: unknown = 1
      for (let i = 0; i < depth; i++) value = kind === '[' ? [value] : { a: value }
      return value
    }),
  )
}

/** An object with some of these members, each odd or, when there is one, as it should be. */
const members = (
  names: readonly string[],
  good: Readonly<Record<string, unknown>> = {},
  value: fc.Arbitrary<unknown> = json,
) =>
  fc
    .tuple(
      fc.subarray([...names]),
      fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), text), fc.boolean(), value), { maxLength: 6 }),
    )
    .map(([kept, changed]) => ({
      ...Object.fromEntries(kept.filter((name) => name in good).map((name) => [name, good[name]])),
      ...Object.fromEntries(
        changed.map(([name, asItShouldBe, odd]) => [name, asItShouldBe && name in good ? good[name] : odd]),
      ),
    }))

const form = (names: readonly string[], good: Readonly<Record<string, string>> = {}) =>
  members(names, good, text).map((fields) => new URLSearchParams(fields as Record<string, string>).toString())

/** What a header may hold on the wire: nothing that ends it. */
const headerText = text.map((value) =>
  Buffer.from(value, 'utf8')
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, ''),
)
const HEADERS = [
  'accept',
  'accept-language',
  'authorization',
  'content-encoding',
  'content-type',
  'cookie',
  'forwarded',
  'if-none-match',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'origin',
  'range',
  'referer',
  'user-agent',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-http-method-override',
]
const GOOD_HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ['text/html', 'application/json, text/event-stream'],
  'content-encoding': ['gzip', 'br', 'deflate', 'identity', 'zstd'],
  'content-type': [
    'application/json',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'text/plain',
    'multipart/form-data; boundary=x',
  ],
  'mcp-protocol-version': ['2025-06-18', '2026-07-28', '1'],
}
const headers = fc
  .array(
    fc
      .constantFrom(...HEADERS)
      .chain((name) =>
        fc.oneof(headerText, fc.constantFrom(...(GOOD_HEADERS[name] ?? ['']))).map((value) => [name, value] as const),
      ),
    { maxLength: 3 },
  )
  .map((all) => Object.fromEntries(all))

/** Where a request says it comes from; so that limits by network stop no fuzz. */
const origin = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => `10.${parts.join('.')}`)

const query = (names: readonly string[], good: Readonly<Record<string, string>>) =>
  form(names, good).map((all) => `?${all}`)
/** A path as it may stand in a request line. */
const odd = text.map((value) => encodeURI(value.toWellFormed()).replace(/[^\x21-\x7e]/g, ''))

/** All kinds of input for a world. */
export function inputsFor(world: World): fc.Arbitrary<Input> {
  const { client_id, redirect_uris } = world.client
  const json_ = { 'content-type': 'application/json' }
  const form_ = { 'content-type': 'application/x-www-form-urlencoded' }
  const send = (
    method: string,
    path: fc.Arbitrary<string>,
    own: Record<string, string>,
    body?: fc.Arbitrary<string | Uint8Array>,
  ) =>
    fc
      .record({ path, more: headers, from: origin, body: body ?? fc.constant(undefined) })
      .map(({ path, more, from, body }) => ({
        method,
        path,
        headers: { 'x-forwarded-for': from, ...own, ...more },
        ...(body === undefined ? {} : { body }),
      }))

  const registration = members(
    [
      'redirect_uris',
      'token_endpoint_auth_method',
      'token_endpoint_auth_signing_alg',
      'grant_types',
      'response_types',
      'client_name',
      'client_uri',
      'logo_uri',
      'contacts',
      'tos_uri',
      'policy_uri',
      'jwks_uri',
      'jwks',
      'scope',
      'software_id',
      'application_type',
      'require_pushed_authorization_requests',
      'default_max_age',
      'subject_type',
      'request_uris',
    ],
    { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none', client_name: 'Fuzz' },
  )
  const authorization = {
    response_type: 'code',
    client_id,
    redirect_uri: redirect_uris[0] ?? '',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
    state: 's',
    resource: world.server.mcp,
    scope: 'qc:account:read',
    prompt: 'none',
    response_mode: 'query',
    request_uri: 'urn:x',
    request: 'x.y.z',
  }
  const token = {
    grant_type: 'refresh_token',
    client_id,
    refresh_token: 'rt',
    code: 'x',
    code_verifier: 'y'.repeat(43),
    redirect_uri: redirect_uris[0] ?? '',
    resource: world.server.mcp,
    scope: 'qc:account:read',
    client_secret: 'z',
    client_assertion: 'a.b.c',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  const oauth = fc.oneof(
    send(
      'POST',
      fc.constant('/register'),
      json_,
      fc.oneof(
        { weight: 4, arbitrary: registration.map((all) => JSON.stringify(all)) },
        { weight: 1, arbitrary: jsonText },
      ),
    ),
    send(
      'GET',
      query(Object.keys(authorization), authorization).map((all) => `/authorize${all}`),
      { accept: 'text/html' },
    ),
    send('POST', fc.constantFrom('/par', '/authorize'), form_, form(Object.keys(authorization), authorization)),
    // A good refresh would use the token up, so its name is one that does not fit.
    send(
      'POST',
      fc.constantFrom('/token', '/revoke', '/introspect'),
      form_,
      form([...Object.keys(token), 'token', 'token_type_hint'], token),
    ),
    send(
      'GET',
      fc.constantFrom(
        '/jwks',
        '/.well-known/oauth-authorization-server',
        '/.well-known/openid-configuration',
        '/.well-known/oauth-protected-resource/mcp',
        '/',
        '/healthz',
        '/readyz',
      ),
      {},
    ),
    send(
      'POST',
      fc.constantFrom('/register', '/token', '/par', '/revoke', '/introspect'),
      form_,
      fc.uint8Array({ maxLength: 200 }),
    ),
  )

  const FIELDS = [
    'userId',
    'apiToken',
    'account',
    'passkey',
    'to',
    'decision',
    'scope',
    'preset',
    'paper',
    'expires',
    'connection',
    'shown',
    'rendered',
    'act',
    'name',
    'keep',
    'only',
    'upTo',
    'id',
    'project',
    'trading',
  ]
  const person = { ...form_, accept: 'text/html', cookie: liveWord('ACCOUNT_COOKIES') }
  const visitor = { ...person, cookie: liveWord('VISIT_COOKIES') }
  // Mostly a form is taken for one of ours, else it would not get far.
  const fields = (csrf: string) =>
    fc
      .tuple(
        fc.oneof({ weight: 5, arbitrary: fc.constant(`csrf=${csrf}&`) }, { weight: 1, arbitrary: fc.constant('') }),
        form(FIELDS, { userId: '100001', scope: 'qc:account:read', preset: 'custom', decision: 'preview', act: 'x' }),
      )
      .map((parts) => parts.join(''))
  const pages = fc.oneof(
    fc
      .constantFrom(
        '/account/sign-in',
        '/account/passkeys',
        '/account/passkeys/new',
        '/account/passkeys/only',
        '/account/token',
        '/account/seen',
        '/account/review',
        '/account/connections/x',
        '/account/connections/x/suspend',
        '/account/connections/x/resume',
        '/account/resume',
        '/account/pause',
        '/account/running/x/stop',
        '/account/running/1/liquidate',
        '/pause/x',
        '/account/erase',
        '/account/nothing',
      )
      .chain((path) => send('POST', fc.constant(path), person, fields(liveWord('ACCOUNT_CSRF')))),
    send('POST', fc.constant(liveWord('VISIT')), visitor, fields(liveWord('VISIT_CSRF'))),
    send(
      'GET',
      fc
        .tuple(
          fc.constantFrom(
            '/account',
            '/account/activity',
            '/account/activity.csv',
            '/account/connections/',
            '/interaction/',
            '/',
            '/assets/',
          ),
          odd,
        )
        .map(([path, rest]) => path + rest),
      person,
    ),
    send(
      'GET',
      query(['page', 'connection', 'tool', 'outcome', 'saved'], { page: '2' }).map((all) => `/account/activity${all}`),
      person,
    ),
    send(
      'POST',
      fc.constantFrom('/account/sign-in', '/account/token', '/interaction/x'),
      person,
      fc.uint8Array({ maxLength: 200 }),
    ),
  )

  const bearer = {
    ...json_,
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${liveWord('ACCESS_TOKEN')}`,
  }
  const rpc = (method: fc.Arbitrary<unknown>, params: fc.Arbitrary<unknown>) =>
    fc
      .record({
        method,
        params,
        id: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>(1) }, { weight: 1, arbitrary: json }),
      })
      .map(({ method, params, id }) => ({ jsonrpc: '2.0', id, method, params }))
  const toolCall = fc.constantFrom(...world.tools).chain(({ name, inputSchema: { properties = {} } }) =>
    rpc(
      fc.constant('tools/call'),
      members(Object.keys(properties).length ? Object.keys(properties) : ['x'], {
        projectId: world.projectId,
        name: 'main.py',
      }).map((args) => ({ name, arguments: args })),
    ),
  )
  const METHODS = [
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'ping',
    'initialize',
    'server/discover',
    'logging/setLevel',
    'notifications/initialized',
    'notifications/cancelled',
    'sampling/createMessage',
    'roots/list',
    'tasks/get',
  ]
  const params = members(
    [
      'name',
      'arguments',
      'uri',
      'ref',
      'argument',
      'context',
      'cursor',
      '_meta',
      'protocolVersion',
      'capabilities',
      'clientInfo',
      'level',
      'requestId',
    ],
    {
      name: 'list_projects',
      arguments: {},
      uri: `qc://projects/${world.projectId}`,
      ref: { type: 'ref/prompt', name: 'x' },
      argument: { name: 'projectId', value: '' },
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'f', version: '1' },
    },
  )
  const request = rpc(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom<unknown>(...METHODS) }, { weight: 1, arbitrary: json }),
    fc.oneof({ weight: 5, arbitrary: params }, { weight: 1, arbitrary: json }),
  )
  const inEraOf2026 = fc
    .tuple(fc.constantFrom(...METHODS), params)
    .map(([method, some]) => ({ method, body: modern(method, some) }))
  const mcp = fc.oneof(
    {
      weight: 6,
      arbitrary: send(
        'POST',
        fc.constant('/mcp'),
        bearer,
        toolCall.map((body) => JSON.stringify(body)),
      ),
    },
    {
      weight: 3,
      arbitrary: send(
        'POST',
        fc.constant('/mcp'),
        bearer,
        request.map((body) => JSON.stringify(body)),
      ),
    },
    {
      weight: 2,
      arbitrary: inEraOf2026.chain(({ method, body }) =>
        send('POST', fc.constant('/mcp'), { ...bearer, ...mirror(method) }, fc.constant(JSON.stringify(body))),
      ),
    },
    {
      weight: 1,
      arbitrary: send(
        'POST',
        fc.constant('/mcp'),
        bearer,
        fc.array(fc.oneof(toolCall, request), { maxLength: 5 }).map((body) => JSON.stringify(body)),
      ),
    },
    {
      weight: 1,
      arbitrary: send('POST', fc.constant('/mcp'), bearer, fc.oneof(jsonText, fc.uint8Array({ maxLength: 200 }))),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('GET', 'DELETE', 'PUT', 'OPTIONS', 'HEAD')
        .chain((method) => send(method, fc.constant('/mcp'), bearer)),
    },
  )
  return fc.oneof({ weight: 3, arbitrary: oauth }, { weight: 3, arbitrary: pages }, { weight: 4, arbitrary: mcp })
}
