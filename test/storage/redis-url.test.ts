import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRedisUrl } from '../../src/storage/redis-url.ts'

const parsed = (url: string) => {
  const address = parseRedisUrl(url)
  if (typeof address === 'string') throw new Error(`${url} ${address}`)
  return address
}

describe('REDIS_URL', () => {
  it('names one Redis, by default port and database', () => {
    assert.deepEqual(parsed('redis://cache.internal'), {
      mode: 'single',
      tls: false,
      hosts: [{ host: 'cache.internal', port: 6379 }],
      db: 0,
      name: '',
      prefix: 'qcgate:',
    })
    assert.deepEqual(parsed('redis://127.0.0.1:7000/3').hosts, [{ host: '127.0.0.1', port: 7000 }])
    assert.equal(parsed('redis://127.0.0.1:7000/3').db, 3)
    assert.deepEqual(parsed('redis://[::1]:7000').hosts, [{ host: '::1', port: 7000 }])
  })

  it('holds a user name and a password, percent-encoded', () => {
    const { username, password } = parsed('redis://app:p%40ss%3Aword@h:1')
    assert.deepEqual([username, password], ['app', 'p@ss:word'])
    const only = parsed('redis://:secret@h')
    assert.deepEqual([only.username, only.password], [undefined, 'secret'])
  })

  it('asks for TLS with a second s, in every form', () => {
    for (const url of ['rediss://h', 'rediss+cluster://h', 'rediss+sentinel://h/m']) assert.equal(parsed(url).tls, true)
  })

  it('names nodes of a Cluster', () => {
    const { mode, hosts } = parsed('redis+cluster://:pw@a:7000,b:7001,c')
    assert.equal(mode, 'cluster')
    assert.deepEqual(hosts, [
      { host: 'a', port: 7000 },
      { host: 'b', port: 7001 },
      { host: 'c', port: 6379 },
    ])
  })

  it('names Sentinels, whose port is another one, and the master they watch', () => {
    const { mode, hosts, name } = parsed('redis+sentinel://a:1,b/mymaster')
    assert.deepEqual([mode, name], ['sentinel', 'mymaster'])
    assert.deepEqual(hosts, [
      { host: 'a', port: 1 },
      { host: 'b', port: 26379 },
    ])
  })

  it('may give the keys another prefix', () => {
    assert.equal(parsed('redis://h/0?prefix=staging%3A').prefix, 'staging:')
  })

  for (const [url, problem] of [
    ['http://h', /is no Redis address; use redis:\/\//],
    ['redis://', /is no Redis address/],
    ['redis://h:port', /host or port/],
    ['redis://h:70000', /host or port/],
    ['redis://a,b', /several hosts; use redis\+cluster/],
    ['redis://h/first', /no database number/],
    ['redis+cluster://h/2', /a Cluster has only one/],
    ['redis+sentinel://h:1', /lacks the name of the master/],
    ['redis://h?tls=1', /option that is none; the only one is prefix/],
    ['redis://u:12345?part@h:1', /write a \? in a password as %3F/],
    ['redis://h?prefix={a}', /prefix with braces/],
    ['redis://u:%@h', /percent-encoding/],
  ] as const) {
    it(`is refused with a remedy: ${url}`, () => assert.match(String(parseRedisUrl(url)), problem))
  }
})
