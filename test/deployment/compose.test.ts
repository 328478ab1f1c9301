// docker-compose.yml, and the proxy in it.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { DCLinter } from 'dclint'
import proxyAddr from 'proxy-addr'
import { readConfig } from '../../src/config.ts'
import { temporaryFolder } from '../support/folder.ts'
import { dockerfile, lastStage, read, readYaml, variables, withoutComments } from './files.ts'

const text = withoutComments(read('docker-compose.yml'))
const compose = readYaml('docker-compose.yml')
const { qcgate, redis, proxy } = compose.services
const SERVICES = Object.keys(compose.services)
const caddyfile = withoutComments(read('deploy/Caddyfile'))
const envExample = read('deploy/.env.example')

/** The linter's rules of which this file is an exception; all others hold. */
const RULES = {
  // 80 and 443 of the proxy are what all the world shall reach.
  'no-unbound-port-interfaces': 0,
  'require-quotes-in-ports': [1, { quoteType: 'double' }],
  // The order of this file tells its story: what is for all, the program, what it needs, what stands before it.
  'service-keys-order': 0,
  'services-alphabetical-order': 0,
  'top-level-properties-order': 0,
} satisfies ConstructorParameters<typeof DCLinter>[0]['rules']

describe('docker-compose.yml', () => {
  const folder = temporaryFolder()
  after(() => folder.remove())
  function lint(content: string): string[] {
    const file = join(folder.path, 'docker-compose.yml')
    writeFileSync(file, content)
    const linter = new DCLinter({ rules: RULES, quiet: false, debug: false, exclude: [] })
    const results: { messages: { rule: string }[] }[] = linter.lintFiles([file], false)
    return results.flatMap(({ messages }) => messages.map(({ rule }) => rule))
  }

  it('satisfies its linter and the schema of Compose', () => {
    assert.deepEqual(lint(read('docker-compose.yml')), [])
  })

  for (const [what, from, to, rule] of [
    ['a key that Compose does not know', 'stop_grace_period', 'stop_gracetime', 'invalid-schema'],
    ['a service that is no service', 'redis:7.4-alpine', '[redis]', 'invalid-schema'],
    ['an image without a tag', 'redis:7.4-alpine', 'redis', 'service-image-require-explicit-tag'],
    ['an image beside a build', 'build: .', 'build: .\n    image: qcgate:1', 'no-build-and-image'],
  ] as const) {
    it(`does not satisfy it with ${what}`, () => {
      assert.deepEqual(new Set(lint(read('docker-compose.yml').replace(from, to))), new Set([rule]))
    })
  }

  it('sets no variable that the program does not read', () => {
    assert.ok(variables.includes('PUBLIC_URL'))
    assert.deepEqual(
      Object.keys(qcgate.environment).filter((name) => !variables.includes(name)),
      [],
    )
  })

  it('asks for nothing that deploy/.env.example does not explain, and what has no default stops the start', () => {
    const asked = [...text.matchAll(/\$\{(\w+)(:[?-])?/g)]
    assert.deepEqual(
      new Set(asked.map(([, name]) => name)),
      new Set([...envExample.matchAll(/^(\w+)=/gm)].map(([, name]) => name)),
    )
    for (const [, name, operator] of asked) {
      assert.equal(operator, ['PUBLIC_URL', 'REDIS_PASSWORD'].includes(name ?? '') ? ':?' : ':-', name)
    }
  })

  it('gives the program a configuration that it takes', () => {
    const values: Record<string, string> = { PUBLIC_URL: 'https://qcgate.example.com', REDIS_PASSWORD: 'c0ffee' }
    const filled = (value: string) =>
      value.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, asked, kind, rest) => values[asked] ?? (kind === '-' ? rest : ''))
    const env = Object.entries<string>(qcgate.environment).map(([name, value]) => [name, filled(value)])
    const { redis: shared, sandbox } = readConfig(Object.fromEntries(env))
    assert.deepEqual([shared?.hosts, shared?.password, sandbox], [[{ host: 'redis', port: 6379 }], 'c0ffee', false])
    assert.ok(SERVICES.includes(shared?.hosts[0]?.host ?? ''))
  })

  it('runs two processes that share their keys, in the one folder that the image writes to', () => {
    assert.equal(qcgate.deploy.replicas, 2)
    const [, volume] = /^VOLUME \["(.*)"\]$/m.exec(lastStage) ?? []
    assert.deepEqual(qcgate.volumes, [`keys:${volume}`])
    assert.ok('keys' in compose.volumes)
    assert.equal(qcgate.build, '.')
  })

  it('trusts the network in which the proxy is, and no other', () => {
    const [{ subnet }] = compose.networks.front.ipam.config
    const trusted = qcgate.environment.TRUSTED_PROXIES
    assert.equal(trusted, subnet)
    const [address] = subnet.split('/')
    assert.ok(isIPv4(address) && proxyAddr.compile(trusted)(address, 0))
    assert.deepEqual(proxy.networks, ['front'])
    assert.ok(qcgate.networks.includes('front'))
  })

  it('keeps Redis behind a password, on disk, with nothing forgotten, and out of reach', () => {
    const command = redis.command.join(' ')
    assert.match(command, /--requirepass \$\{REDIS_PASSWORD:\?/)
    assert.match(command, /--appendonly yes/)
    assert.match(command, /--maxmemory-policy noeviction/)
    assert.deepEqual(redis.volumes, ['redis:/data'])
    assert.deepEqual(redis.networks, ['store'])
    assert.equal(compose.networks.store.internal, true)
    assert.match(redis.healthcheck.test.join(' '), /redis-cli ping \| grep -q PONG/)
  })

  it('publishes the ports 80 and 443 of the proxy and no others', () => {
    assert.deepEqual(
      SERVICES.filter((name) => 'ports' in compose.services[name]),
      ['proxy'],
    )
    assert.deepEqual(proxy.ports, ['80:80', '443:443', '443:443/udp'])
    assert.doesNotMatch(text, /network_mode|privileged/)
  })

  it('gives a process more than the minute that it waits for calls with consequences', () => {
    assert.ok(Number.parseInt(qcgate.stop_grace_period, 10) > 65)
  })

  it('starts each service when what it needs is healthy', () => {
    assert.equal(qcgate.depends_on.redis.condition, 'service_healthy')
    assert.equal(proxy.depends_on.qcgate.condition, 'service_healthy')
  })

  it('takes from every service what it does not need', () => {
    assert.deepEqual(SERVICES, ['qcgate', 'redis', 'proxy'])
    for (const name of SERVICES) {
      const { read_only, cap_drop, security_opt, tmpfs, cap_add } = compose.services[name]
      assert.deepEqual([read_only, cap_drop, security_opt], [true, ['ALL'], ['no-new-privileges:true']], name)
      assert.ok(tmpfs.includes('/tmp'), name)
      assert.deepEqual(cap_add, name === 'proxy' ? ['NET_BIND_SERVICE'] : undefined, name)
    }
  })

  it('names images by a tag of their own, and no secret', () => {
    for (const [, image = ''] of text.matchAll(/image: (\S+)/g)) assert.match(image, /^[\w/-]+:\d+\.\d+/)
    assert.match(envExample, /^PUBLIC_URL=$/m)
    assert.match(envExample, /^REDIS_PASSWORD=$/m)
  })
})

describe('deploy/Caddyfile', () => {
  it('leads to the service and port of docker-compose.yml and Dockerfile', () => {
    assert.match(caddyfile, /^\{\$PUBLIC_URL\} \{$/m)
    assert.ok('PUBLIC_URL' in proxy.environment)
    const [, name = ''] = /dynamic a \{\s+name (\w+)/.exec(caddyfile) ?? []
    assert.ok(SERVICES.includes(name))
    const [, port] = /^\t{3}port (\d+)$/m.exec(caddyfile) ?? []
    assert.equal(port, /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1])
    assert.equal(Number(port), readConfig({}).port)
  })

  it('passes pieces at once, and nothing a second time that was handed over', () => {
    assert.match(caddyfile, /flush_interval -1/)
    assert.doesNotMatch(caddyfile, /lb_retry_match/)
    assert.match(caddyfile, /max_size 5MB/)
  })
})
