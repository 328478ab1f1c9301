// How a client says who it is, at the endpoints where it speaks for itself (RFC 6749 §2.3). Transports send the header of the
// protected resource everywhere, and libraries fill in what is empty; an honest public client is never told `invalid_client` for
// that, since SDKs then throw away its registration.
import type { IncomingHttpHeaders } from 'node:http'
import type { Client } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Middleware } from './answers.ts'
import { mayHaveSecret } from './registration.ts'

/** Members of the library's context that its types leave out. */
export interface RequestAtHand {
  readonly route: string
  readonly ctx: { readonly req: { readonly headers: IncomingHttpHeaders } }
  once(event: 'assign.client', listener: (ctx: unknown, client: Client) => void): unknown
}

const ROUTES = ['token', 'revocation', 'introspection', 'pushed_authorization_request']
/** Of client attestation, which is not offered: the library takes them for authentication all the same. */
const ATTESTATION = ['oauth-client-attestation', 'oauth-client-attestation-pop']
/** No client: the library finds none by this name, and says `invalid_client` where it would miss a parameter (§5.2). */
const NOBODY = 'nobody, see client-authentication.ts'

/** Leaves of a request what can be client authentication: changes its headers, and gives the body to go on with. */
export function acceptCredentials(request: RequestAtHand, body: unknown): unknown {
  if (!ROUTES.includes(request.route) || typeof body !== 'object' || body === null) return body
  const { headers } = request.ctx.req
  const form: Record<string, unknown> = { ...body }
  if (!isBasic(headers.authorization)) delete headers.authorization
  for (const name of ATTESTATION) delete headers[name]

  // What proves nothing, since its client has no secret, says no more than who that is.
  const named = clientInBasic(headers.authorization)
  if (named && !mayHaveSecret(named) && named === (form.client_id || named)) {
    delete headers.authorization
    form.client_id = named
  }
  if (typeof form.client_id === 'string' && !mayHaveSecret(form.client_id)) delete form.client_secret
  const isNamed = headers.authorization || form.client_id || form.client_assertion
  if (!isNamed && !isHidden(headers)) form.client_id = NOBODY

  request.once('assign.client', (_ctx, { clientAuthMethod }) => {
    if (clientAuthMethod !== 'none') return
    // Whoever knows its id could ask, and that is everybody (RFC 7662 §2.1).
    if (request.route === 'introspection') throw new errors.InvalidClientAuth('a public client cannot prove who it is')
    if (form.client_assertion) throw new errors.InvalidRequest('a client without a key sends no client_assertion')
  })
  return form
}

const isBasic = (authorization = ''): boolean => /^basic( |$)/i.test(authorization)

/** Middleware for the provider: whoever came with Basic is told so in the challenge, though it was set aside (§5.2). */
export const challengeBasic =
  (issuer: string): Middleware =>
  async (ctx, next) => {
    const cameWithBasic = isBasic(ctx.get('Authorization'))
    await next()
    if (cameWithBasic && ctx.status === 401 && !ctx.response.get('WWW-Authenticate')) {
      ctx.set('WWW-Authenticate', `Basic realm="${issuer}"`)
    }
  }

/** Whether there is a body in which nobody has looked for a name: packed, or not said to be a form. */
const isHidden = (headers: IncomingHttpHeaders): boolean =>
  headers['content-encoding'] !== undefined ||
  (!headers['content-type'] &&
    (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0))

/** The `client_id` in a header of HTTP Basic (§2.3.1); undefined when there is none that can be read. */
function clientInBasic(authorization: string | undefined): string | undefined {
  const [, base64 = ''] = /^basic ([\w+/]+={0,2})$/i.exec(authorization ?? '') ?? []
  const [, name = ''] = /^([^:]+):/.exec(Buffer.from(base64, 'base64').toString()) ?? []
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')) || undefined
  } catch {
    return undefined
  }
}
