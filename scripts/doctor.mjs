// `npm run doctor -- https://qcgate.example.com`: checks a running server from outside, as clients see it. Runs on any
// Node.js from 20 on and needs nothing installed, so that it can be used where the server is not.
import {
  checkClock,
  checkHealth,
  checkHost,
  checkPlainHttp,
  checkReachable,
  checkReady,
  checkTls,
} from './doctor/connection.mjs'
import {
  checkCapabilities,
  checkDiscovery,
  checkEndpoints,
  checkForwardedHost,
  checkIssuer,
  checkResource,
} from './doctor/discovery.mjs'
import { exitCode, report } from './doctor/finding.mjs'
import { checkChallenge, checkCors, checkMcpCors, checkRedirects } from './doctor/front.mjs'
import { ask, look } from './doctor/look.mjs'

const USAGE = `usage: npm run doctor -- ORIGIN

  ORIGIN  the server's PUBLIC_URL, such as https://qcgate.example.com: no path, no trailing slash`

/**
 * @typedef {import('./doctor/look.mjs').Facts} Facts
 * @typedef {import('./doctor/finding.mjs').Finding} Finding
 */

/** Whether the server can be talked to. */
const judgeConnection = (/** @type {Facts} */ facts) => [
  checkTls(facts.url, facts.handshake, facts.now),
  checkPlainHttp(facts.url, facts.plainHttp),
  checkHealth(facts.healthz),
  checkReady(facts.readyz),
  checkClock(facts.mcp.POST),
  checkHost(facts.url, facts.mcp.POST),
]

/** Whether what it says leads a client in. */
const judgeAnswers = (/** @type {Facts} */ facts) => [
  checkRedirects(facts),
  checkResource(facts),
  checkDiscovery(facts),
  checkIssuer(facts),
  checkEndpoints(facts),
  checkForwardedHost(facts),
  checkChallenge(facts),
  checkCors(facts),
  checkMcpCors(facts),
  ...checkCapabilities(facts),
]

/** All findings about a server, as far as there is something to judge. @type {(url: URL) => Promise<Finding[]>} */
async function examine(url) {
  const healthz = await ask(`${url.origin}/healthz`)
  const reachable = checkReachable(url, healthz)
  if (reachable.verdict === 'FAIL') return [reachable]
  const facts = await look(url, healthz)
  const connection = [reachable, ...judgeConnection(facts)]
  const refused = connection.some(({ check, verdict }) => check === 'host' && verdict === 'FAIL') // whatever is asked
  return refused ? connection : [...connection, ...judgeAnswers(facts)]
}

/**
 * The origin to check, or what is wrong with the arguments. Repeats no argument: a URL may hold a password.
 * @type {(given: readonly string[]) => URL | string}
 */
function readArguments([origin, ...more]) {
  if (origin === undefined || more.length) return 'One argument is needed.'
  if (!URL.canParse(origin) || !/^https?:/i.test(origin)) return 'That is no http(s) URL.'
  const url = new URL(origin)
  // Clients compare addresses character by character, so the one to compare with must be spelled as PUBLIC_URL is.
  return url.origin === origin ? url : `That is more than an origin, or not its usual spelling. Use ${url.origin}`
}

const url = readArguments(process.argv.slice(2))
if (typeof url === 'string') {
  console.error(`${url}\n${USAGE}`)
  process.exitCode = 2
} else {
  const findings = await examine(url)
  for (const line of report(url.origin, findings)) console.log(line)
  process.exitCode = exitCode(findings)
}
