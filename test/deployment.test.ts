// Dockerfile, docker-compose.yml and what they name, read as text: there is no Docker where tests run, and these files
// must not fall behind the program that they start.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { describe, it } from 'node:test'
import proxyAddr from 'proxy-addr'
import { readConfig } from '../src/config.ts'

const read = (file: string) => readFileSync(file, 'utf8')
const withoutComments = (text: string) => text.replace(/^\s*#.*\n/gm, '')
const dockerfile = withoutComments(read('Dockerfile')).replace(/\\\n\s*/g, '')
const compose = withoutComments(read('docker-compose.yml'))
const caddyfile = withoutComments(read('deploy/Caddyfile'))
const envExample = read('deploy/.env.example')

/** What stands beside and below a path of YAML keys. Throws when the path is not there. */
function at(...path: string[]): string {
  let lines = compose.split('\n')
  for (const [depth, name] of path.entries()) {
    const key = `${' '.repeat(2 * depth)}${name}:`
    const from = lines.findIndex((line) => line === key || line.startsWith(`${key} `))
    assert.ok(from >= 0, `docker-compose.yml has no ${path.join('.')}`)
    const below = lines.slice(from + 1)
    const end = below.findIndex((line) => line.trim() !== '' && !line.startsWith(' '.repeat(2 * depth + 1)))
    lines = [(lines[from] ?? '').slice(key.length), ...(end < 0 ? below : below.slice(0, end))]
  }
  return lines
    .join('\n')
    .replace(/^(\n| (?=\S))/, '')
    .trimEnd()
}
const names = (yaml: string) => [...yaml.matchAll(/^ *([\w-]+):/gm)].map(([, name = '']) => name)

/** Variables that the program reads; each must be an entry of the table in src/config.ts. */
const [, table = ''] = /^const Environment = z\.object\(\{\n([\s\S]*?)^\}\)/m.exec(read('src/config.ts')) ?? []
const variables = [...table.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = '']) => name)
const SERVICES = ['qcgate', 'redis', 'proxy']

describe('docker-compose.yml', () => {
  it('sets no variable that the program does not read', () => {
    assert.ok(variables.includes('PUBLIC_URL'))
    assert.deepEqual(
      names(at('services', 'qcgate', 'environment')).filter((name) => !variables.includes(name)),
      [],
    )
  })

  it('asks for nothing that deploy/.env.example does not explain, and what has no default stops the start', () => {
    const asked = [...compose.matchAll(/\$\{(\w+)(:[?-])?/g)]
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
    const lines = [...at('services', 'qcgate', 'environment').matchAll(/^ *(\w+): "(.*)"$/gm)]
    const env = Object.fromEntries(
      lines.map(([, name, value = '']) => [
        name,
        value.replace(
          /\$\{(\w+):([?-])([^}]*)\}/g,
          (_, asked, kind, rest) => values[asked] ?? (kind === '-' ? rest : ''),
        ),
      ]),
    )
    const { redis, sandbox } = readConfig(env)
    assert.deepEqual([redis?.hosts, redis?.password, sandbox], [[{ host: 'redis', port: 6379 }], 'c0ffee', false])
    assert.ok(SERVICES.includes(redis?.hosts[0]?.host ?? ''))
  })

  it('runs two processes that share their keys', () => {
    assert.equal(at('services', 'qcgate', 'deploy', 'replicas'), '2')
    assert.match(at('services', 'qcgate', 'volumes'), /^ *- keys:\/var\/lib\/qcgate$/)
    assert.ok(names(at('volumes')).includes('keys'))
  })

  it('trusts the network in which the proxy is, and no other', () => {
    const [, subnet = ''] = /subnet: (\S+)/.exec(at('networks', 'front')) ?? []
    const [, trusted = ''] = /TRUSTED_PROXIES: "(.*)"/.exec(at('services', 'qcgate', 'environment')) ?? []
    assert.equal(trusted, subnet)
    const [address = ''] = subnet.split('/')
    assert.ok(isIPv4(address) && proxyAddr.compile(trusted)(address, 0))
    assert.equal(at('services', 'proxy', 'networks'), '[front]')
    assert.match(at('services', 'qcgate', 'networks'), /\bfront\b/)
  })

  it('keeps Redis behind a password, on disk, with nothing forgotten, and out of reach', () => {
    const command = at('services', 'redis', 'command').replace(/\n\s*- /g, ' ')
    assert.match(command, /--requirepass "\$\{REDIS_PASSWORD:\?/)
    assert.match(command, /--appendonly "yes"/)
    assert.match(command, /--maxmemory-policy noeviction/)
    assert.match(at('services', 'redis', 'volumes'), /redis:\/data/)
    assert.equal(at('services', 'redis', 'networks'), '[store]')
    assert.equal(at('networks', 'store', 'internal'), 'true')
    assert.match(at('services', 'redis', 'healthcheck'), /redis-cli ping \| grep -q PONG/)
  })

  it('publishes the ports 80 and 443 of the proxy and no others', () => {
    assert.deepEqual(
      SERVICES.filter((service) => /^ {4}ports:/m.test(at('services', service))),
      ['proxy'],
    )
    const published = [...at('services', 'proxy', 'ports').matchAll(/"([^"]+)"/g)].map(([, port]) => port)
    assert.deepEqual(published, ['80:80', '443:443', '443:443/udp'])
    assert.doesNotMatch(compose, /network_mode|privileged/)
  })

  it('gives a process more than the minute that it waits for calls with consequences', () => {
    assert.ok(Number.parseInt(at('services', 'qcgate', 'stop_grace_period'), 10) > 65)
  })

  it('starts each service when what it needs is healthy', () => {
    assert.equal(at('services', 'qcgate', 'depends_on', 'redis', 'condition'), 'service_healthy')
    assert.equal(at('services', 'proxy', 'depends_on', 'qcgate', 'condition'), 'service_healthy')
  })

  it('takes from every service what it does not need', () => {
    const hardened = at('x-hardened')
    for (const line of ['read_only: true', 'cap_drop: [ALL]', '"no-new-privileges:true"', 'tmpfs: [/tmp]']) {
      assert.ok(hardened.includes(line), line)
    }
    assert.deepEqual(
      [...at('services').matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name),
      SERVICES,
    )
    for (const service of SERVICES) assert.match(at('services', service), /<<: \*hardened/, service)
    const added = [...compose.matchAll(/cap_add: (.*)/g)].map(([, list]) => list)
    assert.deepEqual(added, ['[NET_BIND_SERVICE]'])
  })

  it('names images by a tag of their own, and no secret', () => {
    for (const [, image = ''] of compose.matchAll(/image: (\S+)/g)) assert.match(image, /^[\w/-]+:\d+\.\d+/)
    assert.match(envExample, /^PUBLIC_URL=$/m)
    assert.match(envExample, /^REDIS_PASSWORD=$/m)
  })
})

describe('deploy/Caddyfile', () => {
  it('leads to the service and port of docker-compose.yml and Dockerfile', () => {
    assert.match(caddyfile, /^\{\$PUBLIC_URL\} \{$/m)
    assert.ok(names(at('services', 'proxy', 'environment')).includes('PUBLIC_URL'))
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

describe('Dockerfile', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1)
  const last = stages.at(-1) ?? ''

  it('sets no variable that nobody reads', () => {
    const [, list = ''] = /^ENV (.*)$/m.exec(last) ?? []
    const set = list.split(' ').map((one) => one.split('='))
    assert.deepEqual(
      set.map(([name = '']) => name).filter((name) => !variables.includes(name)),
      ['NODE_ENV'],
    )
    const { HOST, DATA_DIR = '', KEYS_DIR = '' } = Object.fromEntries(set)
    assert.equal(HOST, '0.0.0.0')
    const [, volume = ''] = /^VOLUME \["(.*)"\]$/m.exec(last) ?? []
    assert.ok(DATA_DIR.startsWith(`${volume}/`) && KEYS_DIR.startsWith(`${volume}/`))
    assert.ok(at('services', 'qcgate', 'volumes').endsWith(`:${volume}`))
  })

  it('builds on the Node.js that package.json asks for, by its tag', () => {
    const { engines } = JSON.parse(read('package.json'))
    for (const stage of stages) assert.match(stage, /^node:24-slim( AS \w+)?\n/)
    assert.equal(engines.node, '>=24')
  })

  it('copies what is there, and .dockerignore lets it in', () => {
    const ignore = withoutComments(read('.dockerignore')).trim().split('\n')
    assert.equal(ignore[0], '*')
    const let_in = ignore.slice(1).map((line) => line.replace(/^!/, ''))
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, list = '']) => list.split(' '))
    assert.ok(copied.includes('src') && copied.includes('package-lock.json'))
    for (const file of copied) assert.ok(existsSync(file) && let_in.includes(file), file)
    for (const file of let_in) assert.ok(copied.includes(file), `${file} is let in and not used`)
  })

  it('leaves behind what only the build needs', () => {
    const [dependencies = '', build = ''] = stages
    assert.match(dependencies, /npm ci --omit=dev --omit=optional/)
    assert.ok(build.indexOf('installDependencies()') < build.indexOf('COPY src'), 'the set-up comes before the sources')
    assert.deepEqual(
      [...last.matchAll(/^COPY --from=(\w+) (\S+)/gm)].map(([, stage, path]) => `${stage} ${path}`),
      ['dependencies /app/node_modules', 'build /build/dist'],
    )
  })

  it('runs as somebody who is not root, and by itself', () => {
    const [, user = ''] = /^USER (\S+)$/m.exec(last) ?? []
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
    assert.ok(last.indexOf('USER') < last.indexOf('\nCMD'))
    const command = JSON.parse(/^CMD (\[.*\])$/m.exec(last)?.[1] ?? '[]')
    assert.deepEqual([command[0], command.at(-1)], ['node', 'dist/main.js'])
    assert.match(last, /^STOPSIGNAL SIGTERM$/m)
  })

  it('asks whether the process lives, not whether its store does', () => {
    const [, health = ''] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(last) ?? []
    const [program, , script] = JSON.parse(health)
    assert.equal(program, 'node')
    assert.match(script, /\/healthz'/)
    assert.doesNotMatch(script, /readyz/)
  })
})
