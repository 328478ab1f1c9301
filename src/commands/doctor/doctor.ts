// `qcgate doctor https://qcgate.example.com`: checks a running server from outside, as clients see it. It judges by itself:
// nothing here is imported from what the server makes its answers with.
import {
  checkClock,
  checkHealth,
  checkHost,
  checkPlainHttp,
  checkReachable,
  checkReady,
  checkTls,
} from './connection.ts'
import {
  checkCapabilities,
  checkDiscovery,
  checkEndpoints,
  checkForwardedHost,
  checkIssuer,
  checkResource,
} from './discovery.ts'
import type { Finding } from './finding.ts'
import { exitCode, report } from './finding.ts'
import { checkChallenge, checkCors, checkMcpCors, checkRedirects } from './front.ts'
import type { Facts } from './look.ts'
import { ask, look } from './look.ts'

/**
 * Checks the server at an origin that has no problem, and prints a line for each check, with a remedy below each one that
 * failed. Gives the program's exit code: 0 when none failed, else 1.
 */
export async function doctor(origin: string, print: (line: string) => void): Promise<0 | 1> {
  const findings = await examine(new URL(origin))
  for (const line of report(origin, findings)) print(line)
  return exitCode(findings)
}

/** Why a text is no origin to check, in a sentence; undefined when it is one. Repeats no password, which a URL may hold. */
export function problemOfServerOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    return 'That is no http(s) URL. Use one such as https://qcgate.example.com'
  // Clients compare addresses character by character, so the one to compare with must be spelled as PUBLIC_URL is.
  return url.origin === text ? undefined : `That is more than an origin, or not its usual spelling. Use ${url.origin}`
}

/** All findings about a server, as far as there is something to judge. */
async function examine(url: URL): Promise<Finding[]> {
  const healthz = await ask(`${url.origin}/healthz`)
  const reachable = checkReachable(url, healthz)
  if (reachable.verdict === 'FAIL') return [reachable]
  const facts = await look(url, healthz)
  const connection = [reachable, ...judgeConnection(facts)]
  const refused = connection.some(({ check, verdict }) => check === 'host' && verdict === 'FAIL') // whatever is asked
  return refused ? connection : [...connection, ...judgeAnswers(facts)]
}

/** Whether the server can be talked to. */
const judgeConnection = (facts: Facts): Finding[] => [
  checkTls(facts.url, facts.handshake, facts.now),
  checkPlainHttp(facts.url, facts.plainHttp),
  checkHealth(facts.healthz),
  checkReady(facts.readyz),
  checkClock(facts.mcp.POST),
  checkHost(facts.url, facts.mcp.POST),
]

/** Whether what it says leads a client in. */
const judgeAnswers = (facts: Facts): Finding[] => [
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
