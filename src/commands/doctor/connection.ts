// The way to the server and its state: name, port, TLS, health, clock.
import { checkServerIdentity } from 'node:tls'
import type { MaybeAnswer, NoAnswer } from './answer.ts'
import { problemOfStatus } from './answer.ts'
import type { Finding } from './finding.ts'
import { fail, ok, quote, skip, warn } from './finding.ts'
import type { Handshake } from './look.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const FORWARD_ALL = 'have the proxy forward every path to qcgate, this one included'

/** Why no answer came, by the error's code: what is said, and the remedy. */
function reasonsOfSilence({ hostname, host, port, protocol, origin }: URL): [RegExp, string, string][] {
  const number = port || (protocol === 'https:' ? '443' : '80')
  return [
    [
      /^(ENOTFOUND|ENODATA)$/,
      `the name ${hostname} is not in the DNS`,
      `add an A or AAAA record for ${hostname} that points at the server or its proxy, or correct the spelling`,
    ],
    [/^EAI_/, `the name ${hostname} could not be looked up`, 'check the network and the DNS server of this machine'],
    [
      /^ECONNREFUSED$/,
      `nothing listens on port ${number} of ${hostname}`,
      `start qcgate, or the proxy in front of it, so that it listens on port ${number}`,
    ],
    [
      /^ETIMEDOUT$/,
      `${host} did not answer within 10 s`,
      `open port ${number} in the firewall in front of ${hostname}, and see whether the process hangs`,
    ],
    [
      /^E(HOST|NET)UNREACH$/,
      `there is no route to ${hostname}`,
      `check the network of this machine, and that the DNS record of ${hostname} is an address that can be reached from here`,
    ],
    [
      /^(EPROTO|ERR_SSL_)/,
      `port ${number} of ${hostname} does not speak TLS that can be understood`,
      `serve ${origin} over TLS 1.2 or later: put a proxy with a certificate in front, since qcgate itself speaks http`,
    ],
  ]
}

/** Whether anybody answers; a proxy that answers for qcgate counts as nobody. */
export function checkReachable(url: URL, answer: MaybeAnswer): Finding {
  if ('status' in answer) {
    if (![502, 503, 504].includes(answer.status)) return ok('reachable', `${url.host} answers`)
    return fail(
      'reachable',
      `a proxy answers ${answer.status}: it does not reach qcgate`,
      'start qcgate, and have the proxy forward to the HOST and PORT that qcgate listens on',
    )
  }
  const [, says, remedy] = reasonsOfSilence(url).find(([code]) => code.test(answer.error)) ?? []
  return fail(
    'reachable',
    says ?? `the connection broke off (${answer.error})`,
    remedy ?? `see whether ${url.host} speaks ${url.protocol.slice(0, -1)}, and what its log says`,
  )
}

/** Whether what travels is encrypted, and clients will believe that it comes from this server. */
export function checkTls(
  { protocol, hostname, host }: URL,
  handshake: Handshake | NoAnswer | undefined,
  now: number,
): Finding {
  if (protocol === 'http:') {
    if (LOOPBACK.includes(hostname)) return ok('tls', 'not needed, since loopback does not leave the machine')
    return fail(
      'tls',
      'tokens travel in the clear over http',
      `put a proxy with a certificate in front, and set PUBLIC_URL=https://${hostname}`,
    )
  }
  if (!handshake || 'error' in handshake) {
    return fail('tls', `no TLS connection came about (${handshake?.error})`, `see the TLS settings and log of ${host}`)
  }
  return checkCertificate(hostname.replace(/^\[|\]$/g, ''), handshake, now)
}

/** A certificate as clients will judge it, worst fault first. */
function checkCertificate(name: string, { certificate, untrusted, protocol }: Handshake, now: number): Finding {
  const [from, to] = [Date.parse(certificate.valid_from), Date.parse(certificate.valid_to)]
  const days = Math.floor((to - now) / DAY_MS)
  // A certificate that lives for days only is renewed in its last third; nobody can have it 14 days ahead.
  const enough = Math.min(14, (to - from) / DAY_MS / 3)

  if (to <= now) {
    return fail(
      'tls',
      `the certificate expired ${daysOf(-days)} ago`,
      'renew it, and see why that did not happen by itself',
    )
  }
  if (from > now) {
    return fail(
      'tls',
      'the certificate is not valid yet',
      'check the clocks of this machine and of the one that made it',
    )
  }
  if (checkServerIdentity(name, certificate)) {
    const names = quote(certificate.subjectaltname ?? 'no name')
    return fail('tls', `the certificate is for ${names}, not for ${name}`, `get a certificate that names ${name}`)
  }
  if (untrusted) return fail('tls', `the certificate is not trusted (${quote(untrusted)})`, remedyForTrust(untrusted))
  if (protocol === 'TLSv1' || protocol === 'TLSv1.1' || protocol === 'SSLv3') {
    return fail('tls', `the server speaks ${protocol}`, 'enable TLS 1.2 and 1.3 on the proxy, and nothing older')
  }
  if (days < enough) {
    return fail(
      'tls',
      `the certificate expires in ${daysOf(days)}`,
      'renew it, and see why that did not happen by itself',
    )
  }
  return ok('tls', `${protocol}, certificate for ${name} with ${daysOf(days)} left`)
}

const daysOf = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

const remedyForTrust = (untrusted: string): string =>
  /SELF_SIGNED/.test(untrusted)
    ? 'get one from a public authority: hosted assistants trust no other (where your own will do: NODE_EXTRA_CA_CERTS)'
    : 'have the proxy send the whole chain (often a file called fullchain.pem), not the certificate alone'

/** Somebody who types the name lands on http first. */
export function checkPlainHttp({ hostname }: URL, answer: MaybeAnswer | undefined): Finding {
  if (!answer) return skip('http', 'looked at only beside https on port 443')
  if ('error' in answer) return ok('http', 'closed')
  const { status, headers } = answer
  const target = headers.location ?? ''
  if (status >= 300 && status < 400 && URL.canParse(target)) {
    const { protocol: to, hostname: at } = new URL(target)
    if (to === 'https:' && at === hostname) return ok('http', 'redirects to https')
  }
  return warn(
    'http',
    `http://${hostname}/ answers ${status} and does not lead to https`,
    'have the proxy redirect http to https, or close port 80',
  )
}

/** Whether `/healthz` gets through to the process. */
export function checkHealth(answer: MaybeAnswer): Finding {
  const problem = problemOfStatus(answer, 200)
  return problem ? fail('healthz', `/healthz ${problem}`, FORWARD_ALL) : ok('healthz', 'the process is alive')
}

/** Whether the process reaches its store. */
export function checkReady(answer: MaybeAnswer): Finding {
  const problem = problemOfStatus(answer, 200)
  if (!problem) return ok('readyz', 'the store can be reached')
  if ('error' in answer || answer.status !== 503) return fail('readyz', `/readyz ${problem}`, FORWARD_ALL)
  return fail(
    'readyz',
    'qcgate cannot reach its store (/readyz answers 503)',
    'bring back the Redis of REDIS_URL, or where that is unset make DATA_DIR a folder that qcgate can write',
  )
}

/**
 * qcgate answers nothing under a name that is not its own. Some proxies give it one unless told otherwise: they put the
 * address behind them into `Host`.
 */
export function checkHost({ host, origin }: URL, answer: MaybeAnswer): Finding {
  const refused = 'status' in answer && answer.status === 403 ? answer.body : ''
  const own = /^This server answers as (\S+) only\.$/.exec(refused)?.[1]
  if (!own) return ok('host', 'the Host header arrives as it was sent')
  if (own === host) {
    const remedy = 'have the proxy pass the Host header on (nginx: proxy_set_header Host $http_host)'
    return fail('host', 'the proxy replaces the Host header, so qcgate takes the request for another server', remedy)
  }
  const remedy = `if people use ${origin}, set PUBLIC_URL=${origin} and restart qcgate; else check the address that they use`
  return fail('host', `qcgate was started for ${quote(own)}, and refuses to answer as ${host}`, remedy)
}

/** A token carries times, and each side reads them on its own clock. */
export function checkClock(answer: MaybeAnswer): Finding {
  const date = 'status' in answer ? Date.parse(answer.headers.date ?? '') : Number.NaN
  if ('error' in answer || Number.isNaN(date)) return skip('clock', 'the answer does not say what time it is')
  const ahead = Math.round((date + 500 - answer.at) / 1000) // `Date` leaves out the fraction of its second
  const off = Math.abs(ahead)
  if (off <= 30) return ok('clock', `within ${Math.max(1, off)} s of this machine's`)
  return fail(
    'clock',
    `the server's clock is ${off} s ${ahead > 0 ? 'ahead' : 'behind'}`,
    "let NTP set the server's clock (timedatectl set-ntp true), or this machine's if it is the wrong one",
  )
}
