// One server has several names on its own machine, and people type any of them.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, it } from 'node:test'
import { readConfig } from '../src/config.ts'
import { addressesOf } from '../src/listen.ts'
import { ownHost } from '../src/own-host.ts'
import { rawRequest } from './authorization-server/raw-request.ts'
import { startInVain } from './support/bad-start.ts'
import { connectAs, useSignedIn } from './support/connection.ts'
import { temporaryFolder } from './support/folder.ts'
import { challengeOf, message, rpc, toolCall } from './support/mcp-requests.ts'
import { register } from './support/raw-client.ts'
import { Program } from './support/sdk-client.ts'
import { freePort, useServer } from './support/server.ts'

const METADATA = '/.well-known/oauth-protected-resource/mcp'
const NAMES = ['localhost', '127.0.0.1', '[::1]']
/** The names that lead somewhere where these tests run: a container may have no IPv6. */
const HERE = NAMES.filter(
  (name) =>
    name !== '[::1]' ||
    Object.values(networkInterfaces())
      .flat()
      .some((one) => one?.address === '::1'),
)

describe('a server on this machine', () => {
  const server = useServer()
  const person = useSignedIn(server)
  const at = (name: string) => `http://${name}:${server.port}`

  it('is found by what it printed, whatever a program takes localhost for', async () => {
    const [, printed = ''] = /MCP URL for clients +(\S+)/.exec(server.output()) ?? []
    assert.equal(new URL(printed).hostname, 'localhost')
    for (const name of HERE) assert.equal((await fetch(new URL(printed.replace('localhost', name)))).status, 401, name)
  })

  for (const name of [...NAMES, 'LOCALHOST', 'localhost.']) {
    it(`tells a client that was given ${name} of a resource with this name, and of the one issuer (RFC 9728 §3.3)`, async () => {
      const spelled = name.toLowerCase().replace(/\.$/, '')
      for (const path of [METADATA, METADATA.replace('/mcp', '')]) {
        const answer = await rawRequest(server.port, path, { host: `${name}:${server.port}` })
        const { resource, authorization_servers } = JSON.parse(answer.text)
        assert.deepEqual([resource, authorization_servers], [`${at(spelled)}/mcp`, [server.origin]])
      }
      const { headers } = await rawRequest(server.port, '/mcp', { host: `${name}:${server.port}` }, {})
      const leadsTo = `resource_metadata="${at(spelled)}${METADATA}"`
      assert.ok(String(headers['www-authenticate']).includes(leadsTo), String(headers['www-authenticate']))
    })
  }

  it('keeps to the name of PUBLIC_URL at a port that is not its own', async () => {
    const answer = await rawRequest(server.port, METADATA, { host: '127.0.0.1:1' })
    assert.equal(JSON.parse(answer.text).resource, server.mcp)
  })

  it('keeps to the name in the target, which counts instead of the header (RFC 9112 §3.2.2)', async () => {
    const answer = await rawRequest(server.port, at('127.0.0.1') + METADATA, { host: 'ignored.example' })
    assert.equal(JSON.parse(answer.text).resource, `${at('127.0.0.1')}/mcp`)
  })

  it('keeps to it when more has to be allowed, over HTTP and in a tool’s result', async () => {
    const mcp = `${at('127.0.0.1')}/mcp`
    const create = toolCall('create_project', { name: 'P', language: 'Py' })
    const parameters = { scope: 'qc:projects:read' }
    const { tokens } = await connectAs(person, { parameters })
    const refused = await rpc({ mcp }, tokens.access_token, create)
    assert.equal(refused.status, 403)
    assert.equal(challengeOf(refused).resource_metadata, at('127.0.0.1') + METADATA)
    const codex = await register(server, { client_name: 'Codex' })
    const { tokens: theirs } = await connectAs(person, { client: codex, parameters })
    const { result } = await message(await rpc({ mcp }, theirs.access_token, create))
    assert.ok(result._meta['mcp/www_authenticate'][0].includes(`"${at('127.0.0.1')}${METADATA}"`))
  })

  for (const name of HERE) {
    for (const line of ['v1', 'v2'] as const) {
      it(`connects a program with the SDK ${line} that was given ${name}, and it stays connected`, async () => {
        const program = await new Program(line, `${at(name)}/mcp`, `${line} at ${name}`).open()
        try {
          const client = await program.connect(async (url) => {
            assert.equal(new URL(url).origin, server.origin)
            assert.equal(new URL(url).searchParams.get('resource'), `${at(name)}/mcp`)
            await fetch((await person.allow(url)).url)
          })
          assert.ok((await client.listTools()).tools.length)
          await client.close()
        } finally {
          program.close()
        }
      })
    }
  }
})

describe('where a server listens', () => {
  const BOTH = ['127.0.0.1', '::1']
  const PUBLIC = 'https://qcgate.example'
  for (const [env, addresses] of [
    [{}, BOTH],
    [{ PUBLIC_URL: 'http://127.0.0.1:3000' }, BOTH],
    [{ HOST: 'localhost' }, BOTH],
    [{ HOST: '::1' }, ['::1', '127.0.0.1']],
    [{ HOST: '0.0.0.0' }, ['0.0.0.0', '::1']],
    [{ HOST: '::' }, ['::']],
    [{ HOST: '192.0.2.1' }, ['192.0.2.1', ...BOTH]],
    [{ PUBLIC_URL: PUBLIC }, ['127.0.0.1']],
    [{ PUBLIC_URL: PUBLIC, HOST: '0.0.0.0' }, ['0.0.0.0']],
    [{ PUBLIC_URL: PUBLIC, HOST: 'localhost' }, BOTH],
  ] as const) {
    it(`is ${addresses.join(' and ')} with ${JSON.stringify(env)}`, () => {
      assert.deepEqual(new Set(addressesOf(readConfig(env))), new Set(addresses))
    })
  }

  it('is nowhere when another program has the port at the other address, and would be taken for this one', async () => {
    const folder = temporaryFolder()
    const other = createServer().listen(await freePort(), HERE.includes('[::1]') ? '::1' : '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { status, stdout, stderr } = await startInVain({
      PORT: String(port),
      DATA_DIR: folder.path,
      KEYS_DIR: folder.path,
    })
    other.close()
    folder.remove()
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, new RegExp(`PORT=${port}: .*address already in use.*3001`))
  })
})

describe('one host', () => {
  const isOurs = (issuer: string, host: string) => ownHost(issuer).isOurs(host)

  it('has one port that goes without saying, and may end in a dot', () => {
    for (const host of [
      'qcgate.example',
      'QCGATE.example',
      'qcgate.example.',
      'qcgate.example:443',
      'qcgate.example.:443',
      'qcgate.example:',
    ]) {
      assert.ok(isOurs('https://qcgate.example', host), host)
      assert.equal(ownHost('https://qcgate.example').originAs(host), 'https://qcgate.example')
    }
    for (const host of ['qcgate.example:8443', 'QCGATE.EXAMPLE.:8443'])
      assert.ok(isOurs('https://qcgate.example:8443', host), host)
    for (const host of ['localhost:80', 'localhost.', '[::1]:80']) assert.ok(isOurs('http://localhost', host), host)
  })

  it('is no other for all that', () => {
    for (const host of [
      'qcgate.example..',
      '.qcgate.example',
      'qcgate.example:80',
      'qcgate.example:443:443',
      'qcgate.example:443.',
      'qcgate.example:0443',
      'qcgate.example:443x',
      'x:443@qcgate.example',
      'qcgate.example.evil.example:443',
      'localhost',
      '[::1]',
      '',
      '.',
      ':443',
    ]) {
      assert.ok(!isOurs('https://qcgate.example', host), host)
    }
    assert.ok(!isOurs('https://qcgate.example:8443', 'qcgate.example'))
    assert.ok(!isOurs('https://qcgate.example:8443', 'qcgate.example:443'))
    for (const host of ['', '.', ':3000', '127.0.0.2', '[::2]', '[::1', 'localhost]', '[localhost]', 'localhost:x'])
      assert.ok(!isOurs('http://localhost:3000', host), host)
  })
})
