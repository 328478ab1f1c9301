// The web as a server under test finds it: an https server on loopback that answers for every host the test names.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createDoor } from 'node:net'
import { join } from 'node:path'
import { after, before } from 'node:test'
import forge from 'node-forge'
import { temporaryFolder } from './folder.ts'
import type { Plan } from './internet.ts'
import type { TestServer } from './server.ts'
import { startServer } from './server.ts'
import { whileRunning } from './while-running.ts'

/** An address on the public internet, which leads to the web of the test. */
export const PUBLIC_ADDRESS = '93.184.215.14'
const INTERNET = new URL('./internet.ts', import.meta.url).href

/** What a test can put on it, and learn of it. */
export interface Web {
  /** Answers a URL from now on; JSON with 200, or as the listener does. */
  serve(url: string, answer: object | RequestListener): void
  /** Requests that arrived for a URL. */
  visits(url: string): number
  /** A port on loopback that nobody has any business at. */
  doorPort(): number
  /** Connections that went there, or to port 443 of anything but the public internet. */
  knocks(): number
}

/** A server and the web around it, for the tests of one suite. Call it inside `describe`. `names` are hosts beside claude.ai and chatgpt.com. */
export function useWeb(names: Plan['names'] = {}, env: Record<string, string> = {}): { server: TestServer; web: Web } {
  const folder = temporaryFolder()
  const known = { 'claude.ai': [[PUBLIC_ADDRESS]], 'chatgpt.com': [[PUBLIC_ADDRESS]], ...names }
  const answers = new Map<string, object | RequestListener>()
  const visits = new Map<string, number>()
  let knocks = 0
  let started: TestServer | undefined

  const { key, cert } = certificate(Object.keys(known))
  const site = createServer({ key, cert }, (request, response) => {
    const url = `https://${request.headers.host}${request.url}`
    visits.set(url, (visits.get(url) ?? 0) + 1)
    const answer = answers.get(url)
    if (typeof answer === 'function') answer(request, response)
    else if (answer) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    else response.writeHead(403).end('<!doctype html><title>Blocked</title>')
  })
  const door = createDoor((socket) => {
    knocks += 1
    socket.destroy()
  })

  before(async () => {
    const [sitePort, doorPort] = await Promise.all(
      [site, door].map(async (one) => {
        await once(one.listen(0, '127.0.0.1'), 'listening')
        return (one.address() as AddressInfo).port
      }),
    )
    const trusted = join(folder.path, 'web.pem')
    writeFileSync(trusted, cert)
    started = await startServer({
      NODE_OPTIONS: `--import=${INTERNET}`,
      NODE_EXTRA_CA_CERTS: trusted,
      TEST_INTERNET: JSON.stringify({ site: sitePort, door: doorPort, names: known }),
      ...env,
    })
  })
  after(async () => {
    await started?.stop()
    site.closeAllConnections()
    site.close()
    door.close()
    folder.remove()
  })

  const server = whileRunning('server', () => started)
  const web: Web = {
    serve: (url, answer) => answers.set(url, answer),
    visits: (url) => visits.get(url) ?? 0,
    doorPort: () => (door.address() as AddressInfo).port,
    knocks: () => knocks,
  }
  return { server, web }
}

/** A certificate for these hosts that nobody but the server under test trusts. */
function certificate(hosts: readonly string[]): { key: string; cert: string } {
  const encoding = { format: 'pem' } as const
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', ...encoding },
    publicKeyEncoding: { type: 'spki', ...encoding },
  })
  const cert = forge.pki.createCertificate()
  cert.publicKey = forge.pki.publicKeyFromPem(publicKey)
  cert.serialNumber = '01'
  cert.validity.notBefore = new Date(Date.now() - 86_400_000)
  cert.validity.notAfter = new Date(Date.now() + 86_400_000)
  const name = [{ name: 'commonName', value: 'qcgate test' }]
  cert.setSubject(name)
  cert.setIssuer(name)
  cert.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
  ])
  cert.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create())
  return { key: privateKey, cert: forge.pki.certificateToPem(cert) }
}
