import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPublicAddress, objectionTo } from '../../src/authorization-server/clients/documents/public-hosts.ts'

const objection = (url: string) => objectionTo(new URL(url), 'qcgate.example')

describe('which addresses belong to the public internet (IANA special-purpose registries, RFC 6890)', () => {
  for (const address of ['1.1.1.1', '93.184.215.14', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1']) {
    it(`this one does: ${address}`, () => assert.equal(isPublicAddress(address), true))
  }

  const SPECIAL = {
    'this host, loopback': ['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '::', '::1'],
    'private networks': [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      'fc00::1',
      'fd00:ec2::254',
      'fec0::1',
    ],
    'link-local, where clouds keep their credentials': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
    'shared by a provider’s customers': ['100.64.0.1', '100.100.100.200'],
    'kept for protocols, benchmarks and documents': [
      '192.0.0.8',
      '192.0.2.1',
      '192.88.99.1',
      '198.18.0.1',
      '198.51.100.1',
      '203.0.113.1',
      '2001:2::1',
      '2001:db8::1',
      '3fff::1',
      '5f00::1',
      '100::1',
    ],
    'multicast, broadcast, reserved': ['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', 'ff02::1'],
    'an IPv4 address inside an IPv6 one: mapped, compatible, translated': [
      '::ffff:127.0.0.1',
      '::ffff:1.1.1.1',
      '::127.0.0.1',
      '::ffff:0:127.0.0.1',
    ],
    'an IPv4 address inside an IPv6 one: NAT64, 6to4, Teredo': [
      '64:ff9b::7f00:1',
      '64:ff9b:1::7f00:1',
      '2002:7f00:1::',
      '2001::7f00:1',
    ],
    'given to nobody': ['100:0:0:1::1', '1::1', '4000::1', 'e000::1'],
    'no address at all': ['', 'localhost', '1.1.1', '1.1.1.1.1'],
  }
  for (const [kind, addresses] of Object.entries(SPECIAL)) {
    for (const address of addresses) {
      it(`this one does not (${kind}): ${address}`, () => assert.equal(isPublicAddress(address), false))
    }
  }
})

describe('which URLs of a client’s choice are visited at all', () => {
  for (const url of ['https://claude.ai/oauth/x', 'https://a.b.example:443/x?y', 'https://xn--bcher-kva.example/']) {
    it(`this one is: ${url}`, () => assert.equal(objection(url), undefined))
  }

  for (const url of [
    'http://claude.ai/x',
    'ftp://claude.ai/x',
    'https://claude.ai:8443/x',
    'https://claude.ai:80/x',
    'https://a@claude.ai/x',
    'https://a:b@claude.ai/x',
    'https://claude.ai/x#y',
    'https://claude.ai/x#',
    'https://1.1.1.1/x',
    'https://127.0.0.1/x',
    'https://127.0.0.1./x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://0177.0.0.1/x',
    'https://127.1/x',
    'https://0/x',
    'https://１２７.0.0.1/x',
    'https://[::1]/x',
    'https://[::ffff:127.0.0.1]/x',
    'https://[2606:4700::1111]/x',
    'https://localhost/x',
    'https://LOCALHOST/x',
    'https://localhost./x',
    'https://claude.ai./x',
    'https://redis/x',
    'https://db.localhost/x',
    'https://printer.local/x',
    'https://metadata.google.internal/x',
    'https://router.home.arpa/x',
    'https://qcgate.example/authorize',
    'https://QCGATE.example/authorize',
  ]) {
    it(`this one is not: ${url}`, () => assert.equal(typeof objection(url), 'string'))
  }
})
