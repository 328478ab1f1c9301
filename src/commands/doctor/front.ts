// What stands in front of the server and must let OAuth through: no redirects, challenges and CORS headers unharmed.
import type { HttpAnswer } from './answer.ts'
import { isRedirect, problemOfStatus } from './answer.ts'
import type { Finding } from './finding.ts'
import { fail, info, ok, quote, skip } from './finding.ts'
import type { Facts } from './look.ts'
import { FOREIGN_ORIGIN, PREFLIGHTS } from './look.ts'

/** A POST may arrive as a GET, and a token must not follow to another place. */
export function checkRedirects({ url, documents, mcp, token }: Facts): Finding {
  const answers = [
    ...Object.entries(documents),
    ...Object.entries(mcp).map(([method, answer]) => [`${method} /mcp`, answer] as const),
    ['POST /token', token] as const,
  ]
  const [name, answer] = answers.find(([, one]) => isRedirect(one)) ?? []
  if (!answer || 'error' in answer) return ok('redirects', 'none on metadata, /token and /mcp')
  return fail(
    'redirects',
    `${name} leads away to ${quote(answer.headers.location)} (${answer.status})`,
    `have the proxy answer at ${url.origin} itself: no redirect for a slash, www, a language or a login page on these paths`,
  )
}

/** RFC 9728 §5.1: without this header a client does not find out where to sign in. */
export function checkChallenge({ url, mcp }: Facts): Finding {
  if (Object.values(mcp).some(isRedirect)) return skip('challenge', '/mcp is redirected, see above')
  const expected = `${url.origin}/.well-known/oauth-protected-resource/mcp`
  for (const [method, answer] of Object.entries(mcp)) {
    const asked = `${method} /mcp without a token`
    const problem = problemOfStatus(answer, 401)
    if (problem || 'error' in answer) {
      return fail('challenge', `${asked} ${problem}`, 'have the proxy pass /mcp to qcgate, with every method')
    }
    const header = answer.headers['www-authenticate']
    if (header === undefined) {
      return fail(
        'challenge',
        `${asked} answers 401 and no WWW-Authenticate`,
        'have the proxy pass the WWW-Authenticate header through, and answer no 401 of its own',
      )
    }
    const found = /\bBearer\s.*?\bresource_metadata="([^"]*)"/i.exec(header)?.[1]
    if (found !== expected) {
      return fail(
        'challenge',
        `${asked}: resource_metadata is ${quote(found)}, not "${expected}"`,
        `set PUBLIC_URL=${url.origin} and restart qcgate; have the proxy pass WWW-Authenticate through unchanged`,
      )
    }
  }
  return ok('challenge', '/mcp answers 401 and says where to sign in')
}

/** Clients that live in web pages ask before every step, from origins that nobody can list. */
export function checkCors({ documents, preflights, token }: Facts): Finding {
  const told = Object.entries(documents).flatMap(([path, one]) => ('status' in one && one.status === 200 ? [] : path))
  if (isRedirect(token)) told.push('/token')
  const asked = PREFLIGHTS.map(({ path, header }) => ({
    path,
    name: `OPTIONS ${path}`,
    answer: preflights[path],
    problem: (answer: HttpAnswer) => preflightProblem(FOREIGN_ORIGIN, [header], answer),
  }))
  const read = Object.entries(documents).map(([path, answer]) => ({
    path,
    name: `GET ${path}`,
    answer,
    problem: ({ headers }: HttpAnswer) => originProblem(FOREIGN_ORIGIN, headers),
  }))
  for (const { path, name, answer, problem } of [...asked, ...read]) {
    if (told.includes(path)) continue // by another check, and more to the point
    const found = 'error' in answer ? `gets no answer (${answer.error})` : problem(answer)
    if (!found) continue
    return fail(
      'cors',
      `${name} from a web page ${found}`,
      'have the proxy pass OPTIONS to qcgate and all Access-Control-* headers back; qcgate answers them, the proxy need not',
    )
  }
  return ok('cors', 'web pages may read the metadata, register, and use /token and /revoke')
}

/** Which web pages may call tools is the operator's choice, so it is only told. */
export function checkMcpCors({ mcpPreflights }: Facts): Finding {
  const answers = Object.entries(mcpPreflights).map(([web, answer]) => {
    const may = 'status' in answer && !preflightProblem(web, ['authorization', 'content-type'], answer)
    return `${may ? 'may' : 'may not'} from ${web}`
  })
  return info('cors-mcp', `web pages call /mcp: they ${answers.join(', ')} (ALLOWED_ORIGINS decides)`)
}

/** What a browser would not accept in the answer to a preflight (Fetch, CORS-preflight fetch). */
function preflightProblem(web: string, needed: readonly string[], { status, headers }: HttpAnswer): string | undefined {
  if (status < 200 || status > 299) return `answers ${status}`
  const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/)
  // `*` stands for every header except Authorization. The methods, GET and POST, need no permission.
  const lacking = needed.find((name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')))
  return lacking ? `does not allow the header ${lacking}` : originProblem(web, headers)
}

function originProblem(
  web: string,
  { 'access-control-allow-origin': allowed }: HttpAnswer['headers'],
): string | undefined {
  if (allowed === undefined) return 'comes without Access-Control-Allow-Origin'
  return allowed === '*' || allowed === web ? undefined : `allows the origin ${quote(allowed)} only`
}
