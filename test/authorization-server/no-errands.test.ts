import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import { register, tokenRequest } from '../support/raw-client.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('addresses in a registration (RFC 7591 §5)', () => {
  let server: TestServer
  let door: Server
  let address: string
  let knocks = 0
  before(async () => {
    server = await startServer()
    door = createServer((socket) => {
      knocks += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(door, 'listening')
    const at = door.address()
    address = `https://127.0.0.1:${typeof at === 'object' ? at?.port : 0}/document`
  })
  after(async () => {
    door.close()
    await server.stop()
  })

  it('are not visited when a client registers', async () => {
    await assert.rejects(register(server, { sector_identifier_uri: address }), /registration: 400/)
    assert.equal(knocks, 0)
  })

  it('are not visited when a client signs in with a key from there', async () => {
    const client = await register(server, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: address,
    })
    const { privateKey } = await generateKeyPair('ES256')
    const assertion = await new SignJWT({ jti: 'once' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(client.client_id)
      .setSubject(client.client_id)
      .setAudience(server.origin)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
    const answer = await tokenRequest(server, {
      grant_type: 'refresh_token',
      refresh_token: 'any',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`)
    assert.equal(knocks, 0)
  })
})
