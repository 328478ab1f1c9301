// `qcgate doctor`: the real checks of the real server behind a front, which breaks one thing at a time.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
import { createServer, request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import type { HttpAnswer } from '../src/commands/doctor/answer.ts'
import { checkHost, checkPlainHttp, checkReachable, checkTls } from '../src/commands/doctor/connection.ts'
import { doctor, problemOfServerOrigin } from '../src/commands/doctor/doctor.ts'
import { FLAG, PROGRAM } from './support/program.ts'
import { freePort, useServer } from './support/server.ts'

interface Visit {
  readonly code: number
  readonly output: string
  /** The checks that failed or gave a warning, each with the line of its remedy. */
  readonly faults: readonly { check: string; says: string; remedy: string }[]
}

function read(code: number, output: string): Visit {
  const faults = [...output.matchAll(/^(?:FAIL|warn) {2}(\S+) +(.*)\n {6}remedy: (.+)$/gm)]
  return {
    code,
    output,
    faults: faults.map(([, check = '', says = '', remedy = '']) => ({ check, says, remedy })),
  }
}

/** Runs the program to its end, as somebody at a terminal does. */
const qcgateDoctor = (...args: string[]): Promise<Visit> =>
  new Promise((resolve) => {
    const program = [FLAG, PROGRAM, 'doctor']
    execFile(process.execPath, [...program, ...args], (error, stdout, stderr) =>
      resolve(read(error ? Number(error.code) : 0, stdout + stderr)),
    )
  })

/** The same without a process of its own, for the many faults that there are. */
async function visit(origin: string): Promise<Visit> {
  const lines: string[] = []
  const code = await doctor(origin, (line) => lines.push(`${line}\n`))
  return read(code, lines.join(''))
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Changes an answer on its way back to the client. */
type Fault = (answer: Answer, asked: IncomingMessage) => void

const none: Fault = () => {}

interface Front {
  fault: Fault
  /** What it puts into the Host header in place of what was sent. */
  host: string | undefined
  readonly server: Server
}

/** A proxy in front of the server at this port. It passes everything through, except for the fault that it has. */
async function startFront(port: number, serverPort: number): Promise<Front> {
  const front: Front = { fault: none, host: undefined, server: createServer() }
  front.server.on('request', (asked: IncomingMessage, answered) => {
    const { url: path, method } = asked
    const headers = { ...asked.headers, ...(front.host ? { host: front.host } : {}) }
    const onward = request({ host: '127.0.0.1', port: serverPort, path, method, headers }, async (response) => {
      const body = Buffer.concat(await response.toArray()).toString()
      const answer: Answer = { status: response.statusCode ?? 0, headers: response.headers, body }
      if (method !== 'HEAD') delete answer.headers['content-length'] // which a fault may change
      front.fault(answer, asked)
      answered.statusCode = answer.status
      for (const [name, value] of Object.entries(answer.headers)) if (value) answered.setHeader(name, value)
      answered.end(answer.body)
    })
    asked.pipe(onward)
  })
  await once(front.server.listen(port, '127.0.0.1'), 'listening')
  return front
}

const [PORT, SERVER_PORT] = [await freePort(), await freePort()]
const ORIGIN = `http://localhost:${PORT}`

const isMetadata = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/.well-known/')
const replace =
  (from: string, to: string): Fault =>
  (answer) => {
    answer.body = answer.body.replaceAll(from, to)
  }

const FAULTS: readonly { title: string; fault: Fault; check: string; says: RegExp; remedy: RegExp }[] = [
  {
    title: 'an issuer with a trailing slash',
    fault: replace(`"issuer":"${ORIGIN}"`, `"issuer":"${ORIGIN}/"`),
    check: 'issuer',
    says: /^issuer in \/\.well-known\/oauth-authorization-server is "http:\/\/localhost:\d+\/", not "http:\/\/localhost:\d+"$/,
    remedy: /set PUBLIC_URL=http:\/\/localhost:\d+ and restart/,
  },
  {
    title: 'an authorization server with a trailing slash',
    fault: replace(`"authorization_servers":["${ORIGIN}"]`, `"authorization_servers":["${ORIGIN}/"]`),
    check: 'issuer',
    says: /^authorization_servers\[0] in \/\.well-known\/oauth-protected-resource\/mcp is /,
    remedy: /PUBLIC_URL=/,
  },
  {
    title: 'a rewritten resource',
    fault: replace(`"resource":"${ORIGIN}/mcp"`, '"resource":"http://10.0.0.7:3000/mcp"'),
    check: 'resource',
    says: /^is "http:\/\/10\.0\.0\.7:3000\/mcp", not "http:\/\/localhost:\d+\/mcp"$/,
    remedy: /PUBLIC_URL=.* must not rewrite/,
  },
  {
    title: 'resource metadata at one of its two places only',
    fault: (answer, { url }) => {
      if (url === '/.well-known/oauth-protected-resource') answer.status = 404
    },
    check: 'resource',
    says: /oauth-protected-resource answers 404, not 200/,
    remedy: /pass \/\.well-known\/ to qcgate/,
  },
  {
    title: 'a page in place of the metadata of the authorization server',
    fault: (answer, { url }) => {
      if (url?.startsWith('/.well-known/openid-configuration')) answer.headers['content-type'] = 'text/html'
    },
    check: 'discovery',
    says: /openid-configuration has the type "text\/html", not application\/json/,
    remedy: /pass \/\.well-known\/ to qcgate/,
  },
  {
    title: 'an endpoint at the address behind the proxy',
    fault: replace(`"token_endpoint":"${ORIGIN}`, '"token_endpoint":"http://10.0.0.7:3000'),
    check: 'endpoints',
    says: /^token_endpoint is "http:\/\/10\.0\.0\.7:3000\/token", not at /,
    remedy: /PUBLIC_URL=.* TRUSTED_PROXIES/,
  },
  {
    title: 'metadata that believes X-Forwarded-Host',
    fault: (answer, { headers }) => {
      const believed = headers['x-forwarded-host']
      if (believed) answer.body = answer.body.replaceAll(ORIGIN, `https://${believed}`)
    },
    check: 'forwarded',
    says: /^a false X-Forwarded-Host changes \/\.well-known\//,
    remedy: /overwrite X-Forwarded-Host/,
  },
  {
    title: 'a stripped WWW-Authenticate',
    fault: ({ headers }) => {
      delete headers['www-authenticate']
    },
    check: 'challenge',
    says: /^POST \/mcp without a token answers 401 and no WWW-Authenticate$/,
    remedy: /pass the WWW-Authenticate header through/,
  },
  {
    title: 'a challenge that leads elsewhere',
    fault: ({ headers }) => {
      headers['www-authenticate'] = headers['www-authenticate']?.replace(ORIGIN, 'http://10.0.0.7:3000')
    },
    check: 'challenge',
    says: /resource_metadata is "http:\/\/10\.0\.0\.7:3000\//,
    remedy: /PUBLIC_URL=/,
  },
  {
    title: 'a method that does not get through to /mcp',
    fault: (answer, { method }) => {
      if (method === 'HEAD') answer.status = 405
    },
    check: 'challenge',
    says: /^HEAD \/mcp without a token answers 405, not 401$/,
    remedy: /with every method/,
  },
  {
    title: 'a redirect on metadata',
    fault: (answer, asked) => {
      if (isMetadata(asked)) Object.assign(answer, { status: 301, headers: { location: `${ORIGIN}/en${asked.url}` } })
    },
    check: 'redirects',
    says: /^\/\.well-known\/oauth-protected-resource\/mcp leads away to "http:.*\/en\/\.well-known\/.*" \(301\)$/,
    remedy: /no redirect/,
  },
  {
    title: 'a redirect of /token',
    fault: (answer, { url }) => {
      if (url === '/token') Object.assign(answer, { status: 308, headers: { location: '/token/' } })
    },
    check: 'redirects',
    says: /^POST \/token leads away to "\/token\/" \(308\)$/,
    remedy: /no redirect/,
  },
  {
    title: 'a clock that is ahead',
    fault: ({ headers }) => {
      headers.date = new Date(Date.now() + 95_000).toUTCString()
    },
    check: 'clock',
    says: /^the server's clock is 9[56] s ahead$/,
    remedy: /NTP/,
  },
  {
    title: 'stripped CORS headers',
    fault: ({ headers }) => {
      for (const name of Object.keys(headers)) if (name.startsWith('access-control-')) delete headers[name]
    },
    check: 'cors',
    says: /^OPTIONS \/\.well-known\/oauth-protected-resource\/mcp from a web page does not allow the header/,
    remedy: /Access-Control-\* headers/,
  },
  {
    title: 'CORS on preflights only',
    fault: ({ headers }, { method }) => {
      if (method !== 'OPTIONS') delete headers['access-control-allow-origin']
    },
    check: 'cors',
    says: /^GET \/\.well-known\/.* comes without Access-Control-Allow-Origin$/,
    remedy: /Access-Control-\* headers/,
  },
  {
    title: 'a store that cannot be reached',
    fault: (answer, { url }) => {
      if (url === '/readyz') answer.status = 503
    },
    check: 'readyz',
    says: /cannot reach its store/,
    remedy: /REDIS_URL.*DATA_DIR/,
  },
  {
    title: 'a path that does not get through',
    fault: (answer, { url }) => {
      if (url === '/healthz') answer.status = 404
    },
    check: 'healthz',
    says: /^\/healthz answers 404, not 200$/,
    remedy: /forward every path/,
  },
  {
    title: 'no announcement of PKCE',
    fault: replace('"code_challenge_methods_supported":["S256"]', '"code_challenge_methods_supported":["plain"]'),
    check: 'pkce',
    says: /^code_challenge_methods_supported is \["plain"], without "S256"$/,
    remedy: /announces S256/,
  },
  {
    title: 'no announcement of iss',
    fault: replace('"authorization_response_iss_parameter_supported":true,', ''),
    check: 'iss',
    says: /^authorization_response_iss_parameter_supported is missing$/,
    remedy: /`iss`/,
  },
]

describe('qcgate doctor', () => {
  const server = useServer({ PORT: String(SERVER_PORT), PUBLIC_URL: ORIGIN })
  let front: Front
  before(async () => {
    front = await startFront(PORT, SERVER_PORT)
  })
  after(() => front.server.close())

  it('finds nothing to complain about in a server that is well, and ends with 0', async () => {
    front.fault = none
    const { code, output, faults } = await qcgateDoctor(server.origin)
    assert.deepEqual(faults, [])
    assert.match(output, /^ok {4}issuer {5}spelled one way everywhere$/m)
    assert.match(output, /\nhttp:\/\/localhost:\d+: all \d+ checks passed\.\n$/)
    assert.equal(code, 0)
  })

  it('tells which web pages may call tools, without judging', async () => {
    front.fault = none
    const { output } = await visit(server.origin)
    assert.match(output, /^info {2}cors-mcp .* may from http:\/\/localhost:\d+, may not from https:\/\/app\.example /m)
  })

  for (const { title, fault, check, says, remedy } of FAULTS) {
    it(`finds ${title}, names the remedy, blames nothing else, and ends with 1`, async () => {
      front.fault = fault
      const { code, output, faults } = await visit(server.origin)
      assert.deepEqual(
        faults.map((one) => one.check),
        [check],
        output,
      )
      assert.match(faults[0]?.says ?? '', says)
      assert.match(faults[0]?.remedy ?? '', remedy)
      assert.match(output, /: 1 of \d+ checks failed\.\n$/)
      assert.equal(code, 1)
    })
  }

  it('prints nothing of a server that could move the cursor', async () => {
    front.fault = replace(`"issuer":"${ORIGIN}"`, '"issuer":"\\u001b[2J\\u009b2J"')
    const { output } = await visit(server.origin)
    assert.match(output, /^FAIL {2}issuer/m)
    assert.doesNotMatch(output, /[^\x20-\x7e\n]/)
  })

  it('survives metadata that is nested without end', async () => {
    front.fault = (answer, asked) => {
      if (isMetadata(asked)) answer.body = `{"issuer":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    }
    const { code, output } = await visit(server.origin)
    assert.match(output, /^FAIL {2}discovery .* is no JSON object that could be metadata$/m)
    assert.equal(code, 1)
  })

  it('stops where qcgate is not reached, with a remedy for each reason', async () => {
    front.fault = (answer) => {
      answer.status = 502
    }
    const behind = await qcgateDoctor(server.origin)
    assert.match(
      behind.output,
      /^FAIL {2}reachable {2}a proxy answers 502.*\n {6}remedy: start qcgate.*\n.*not reached/,
    )
    const refused = await visit(`http://localhost:${await freePort()}`)
    assert.match(refused.output, /^FAIL {2}reachable {2}nothing listens on port \d+.*\n {6}remedy: start qcgate/)
    const withoutTls = await visit(`https://localhost:${PORT}`)
    assert.match(withoutTls.output, /^FAIL {2}reachable {2}port \d+ of localhost does not speak TLS/)
    assert.deepEqual([behind.code, refused.code, withoutTls.code], [1, 1, 1])
  })

  it('asks for the Host header where a proxy replaces it, and looks no further', async () => {
    Object.assign(front, { fault: none, host: 'backend:3000' })
    const { code, output, faults } = await visit(server.origin)
    front.host = undefined
    assert.deepEqual([code, faults.length, faults[0]?.check], [1, 1, 'host'], output)
    assert.match(faults[0]?.remedy ?? '', /pass the Host header on/)
    assert.doesNotMatch(output, /resource/)
  })

  it('ends with 2 when it is not given one origin, says why, and repeats no password', async () => {
    const secret = 'https://me:secret@a.example'
    for (const args of [[], ['abc'], [secret], [ORIGIN, secret]]) {
      const { code, output } = await qcgateDoctor(...args)
      assert.equal(code, 2, output)
      assert.match(output, /\w/)
      assert.doesNotMatch(output, /secret/)
    }
    assert.match((await qcgateDoctor(`${ORIGIN}/`)).output, /Use http:\/\/localhost:\d+$/m)
  })
})

describe('what the doctor takes for an origin', () => {
  it('has no problem with one that is spelled as PUBLIC_URL is', () => {
    for (const origin of [ORIGIN, 'https://a.example', 'https://a.example:8443', 'http://[::1]:3000']) {
      assert.equal(problemOfServerOrigin(origin), undefined)
    }
  })

  it('names the usual spelling of what is more than one, without the password', () => {
    for (const more of ['https://me:secret@a.example', 'https://a.example/', 'HTTPS://A.example:443/mcp?a=b#c']) {
      assert.match(problemOfServerOrigin(more) ?? '', /\. Use https:\/\/a\.example$/)
    }
  })

  it('repeats nothing of what is no http URL', () => {
    for (const other of ['', 'abc', 'ftp://me:secret@a.example', 'https://', 'me:secret@a.example']) {
      assert.equal(problemOfServerOrigin(other), 'That is no http(s) URL. Use one such as https://qcgate.example.com')
    }
  })
})

const HOST = new URL('https://qcgate.example.com')
const NOW = Date.parse('2030-06-15T12:00:00Z')
const DAY = 24 * 60 * 60 * 1000
const answer = (status: number, more: Partial<HttpAnswer> = {}): HttpAnswer => ({
  ...{ status, headers: {}, body: '', at: NOW },
  ...more,
})

describe('what the doctor says of a certificate', () => {
  type Certificate = { left: number; life: number; names: string; untrusted: string; protocol: string }
  /** A certificate of 90 days that is in order, but for what is given. */
  const judge = ({ left = 60, life = 90, names = 'DNS:qcgate.example.com', ...more }: Partial<Certificate> = {}) =>
    checkTls(
      HOST,
      {
        protocol: 'TLSv1.3',
        untrusted: undefined,
        certificate: {
          subjectaltname: names,
          valid_from: new Date(NOW + (left - life) * DAY).toUTCString(),
          valid_to: new Date(NOW + left * DAY).toUTCString(),
        } as PeerCertificate, // sound: no more of one is read
        ...more,
      },
      NOW,
    )

  it('names the days that are left', () => {
    assert.deepEqual(judge(), {
      verdict: 'ok',
      check: 'tls',
      says: 'TLSv1.3, certificate for qcgate.example.com with 60 days left',
    })
    assert.equal(judge({ left: 14 }).verdict, 'ok')
    assert.equal(judge({ names: 'DNS:*.example.com' }).verdict, 'ok')
  })

  it('fails one that ends within 14 days, or within the last third of a life that is shorter', () => {
    assert.equal(judge({ left: 13.9 }).says, 'the certificate expires in 13 days')
    assert.equal(judge({ left: 1.5 }).says, 'the certificate expires in 1 day')
    assert.equal(judge({ left: 3, life: 6 }).verdict, 'ok')
    assert.equal(judge({ left: 1.5, life: 6 }).verdict, 'FAIL')
  })

  it('fails one that has expired, or is not valid yet', () => {
    assert.equal(judge({ left: -2 }).says, 'the certificate expired 2 days ago')
    assert.equal(judge({ left: 91 }).says, 'the certificate is not valid yet')
  })

  it('fails one for another name, and says for which', () => {
    assert.equal(
      judge({ names: 'DNS:www.example.com' }).says,
      'the certificate is for "DNS:www.example.com", not for qcgate.example.com',
    )
  })

  it('fails one that is not trusted, with a remedy for the reason', () => {
    assert.match(judge({ untrusted: 'DEPTH_ZERO_SELF_SIGNED_CERT' }).remedy ?? '', /public authority/)
    assert.match(judge({ untrusted: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }).remedy ?? '', /whole chain/)
  })

  it('fails a connection older than TLS 1.2', () => {
    assert.equal(judge({ protocol: 'TLSv1.2' }).verdict, 'ok')
    assert.equal(judge({ protocol: 'TLSv1.1' }).says, 'the server speaks TLSv1.1')
  })

  it('allows http for loopback only', () => {
    assert.equal(checkTls(new URL('http://127.0.0.1:3000'), undefined, NOW).verdict, 'ok')
    assert.equal(checkTls(new URL('http://[::1]:3000'), undefined, NOW).verdict, 'ok')
    assert.match(checkTls(new URL('http://a.example'), undefined, NOW).remedy ?? '', /PUBLIC_URL=https:\/\/a\.example/)
  })
})

describe('what the doctor says of the way to a server', () => {
  it('has a remedy of its own for each reason that no answer came', () => {
    const reasons = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'EPROTO', 'ECONNRESET']
    const findings = reasons.map((error) => checkReachable(HOST, { error }))
    assert.ok(findings.every(({ verdict }) => verdict === 'FAIL'))
    assert.equal(new Set(findings.map(({ says }) => says)).size, reasons.length)
    assert.equal(new Set(findings.map(({ remedy }) => remedy)).size, reasons.length)
  })

  it('tells a server that was started for another address from a proxy that replaces the Host header', () => {
    const refusal = (host: string) => answer(403, { body: `This server answers as ${host} only.` })
    assert.match(checkHost(HOST, refusal('localhost:3000')).remedy ?? '', /PUBLIC_URL=https:\/\/qcgate\.example\.com/)
    assert.match(checkHost(HOST, refusal('qcgate.example.com')).remedy ?? '', /proxy_set_header Host/)
    assert.equal(checkHost(HOST, answer(401)).verdict, 'ok')
  })

  it('lets port 80 be closed or lead to https, and else only warns', () => {
    const redirect = (location: string) => checkPlainHttp(HOST, answer(301, { headers: { location } })).verdict
    assert.equal(checkPlainHttp(HOST, { error: 'ECONNREFUSED' }).verdict, 'ok')
    assert.equal(redirect('https://qcgate.example.com/'), 'ok')
    assert.equal(redirect('http://qcgate.example.com/'), 'warn')
    assert.equal(redirect('https://other.example/'), 'warn')
    assert.equal(checkPlainHttp(HOST, answer(200)).verdict, 'warn')
  })
})
