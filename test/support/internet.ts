// Preloaded into servers under test: an internet of our own. Names resolve as the test says; port 443 of a public address
// leads to the test's https server on loopback, its other ports and port 443 of any other address to a door that notes
// each knock. It sits below node:dns and node:net, so that the server's own code runs unchanged.
import dns from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { isIPv6 } from 'node:net'

/** What web.ts hands over in the environment. */
export interface Plan {
  readonly site: number
  readonly door: number
  /** The addresses of a name, look-up by look-up; the last ones stay. */
  readonly names: Readonly<Record<string, readonly (readonly string[])[]>>
}

const plan: Plan = JSON.parse(process.env.TEST_INTERNET ?? '')
const PUBLIC = ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c']
const asked = new Map<string, number>()

function resolve(kind: string, hostname: string, wanted: (address: string) => boolean): string[] {
  const steps = plan.names[hostname] ?? []
  const before = asked.get(kind + hostname) ?? 0
  asked.set(kind + hostname, before + 1)
  return (steps[Math.min(before, steps.length - 1)] ?? []).filter(wanted)
}

const answer = async (addresses: string[]) => {
  if (addresses.length) return addresses
  throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
}
Object.assign(Resolver.prototype, {
  resolve4: (hostname: string) => answer(resolve('4', hostname, (address) => !isIPv6(address))),
  resolve6: (hostname: string) => answer(resolve('6', hostname, isIPv6)),
})

// The system's look-up, for code that would ask once more when it connects: it gets the second answer.
const { lookup } = dns
dns.lookup = ((hostname: string, options: dns.LookupAllOptions, done: (...result: unknown[]) => void) => {
  if (!plan.names[hostname]) return lookup(hostname, options, done as never)
  const all = resolve('4', hostname, () => true).map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  done(null, ...(options.all ? [all] : [all[0]?.address, all[0]?.family]))
}) as typeof dns.lookup

/** The one place through which every TCP connection of the process goes. */
type Connect = (this: unknown, request: unknown, address: string, port: number) => number
const { TCP } = (
  process as unknown as { binding(name: string): { TCP: { prototype: Record<string, Connect> } } }
).binding('tcp_wrap')
const { connect, connect6 } = TCP.prototype as Record<'connect' | 'connect6', Connect>
for (const [name, original] of Object.entries({ connect, connect6 })) {
  TCP.prototype[name] = function (request, address, port) {
    const isPublic = PUBLIC.includes(address)
    if (port !== 443 && !isPublic) return original.call(this, request, address, port)
    return connect.call(this, request, '127.0.0.1', isPublic && port === 443 ? plan.site : plan.door)
  }
}
