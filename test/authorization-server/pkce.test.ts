import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useSignedIn } from '../support/connection.ts'
import { authorizationRequest, refusal, register, tokenRequest } from '../support/raw-client.ts'
import { useServer } from '../support/server.ts'

describe('PKCE, RFC 7636 and OAuth 2.1 §4.1.1', () => {
  const server = useServer()
  const person = useSignedIn(server)

  for (const method of ['none', 'client_secret_post']) {
    const metadata = { token_endpoint_auth_method: method }
    describe(`for a client with authentication method ${method}`, () => {
      const refused = async (parameters: Record<string, string | undefined>) => {
        const { url } = await person.open(
          authorizationRequest(server, await register(server, metadata), parameters).url,
        )
        assert.equal(url.origin, 'http://127.0.0.1:4567')
        assert.equal(url.searchParams.has('code'), false)
        return url.searchParams.get('error')
      }

      it('refuses a request without a code_challenge', async () => {
        assert.equal(await refused({ code_challenge: undefined, code_challenge_method: undefined }), 'invalid_request')
      })

      it('refuses plain, by name or by leaving the method out', async () => {
        assert.equal(await refused({ code_challenge_method: 'plain' }), 'invalid_request')
        assert.equal(await refused({ code_challenge_method: undefined }), 'invalid_request')
      })

      it('refuses a code_challenge that is no SHA-256 hash', async () => {
        assert.equal(await refused({ code_challenge: 'too-short' }), 'invalid_request')
      })

      it('refuses a code with the wrong verifier or none, and gives tokens for the right one', async () => {
        const client = await register(server, metadata)
        const request = authorizationRequest(server, client)
        const code = (await person.allow(request.url)).url.searchParams.get('code') ?? ''
        const redeemWith = (verifier: Record<string, string>) =>
          tokenRequest(server, {
            grant_type: 'authorization_code',
            client_id: client.client_id,
            ...(client.client_secret ? { client_secret: client.client_secret } : {}),
            code,
            redirect_uri: request.redirectUri,
            ...verifier,
          })
        assert.equal(await refusal(await redeemWith({ code_verifier: 'w'.repeat(43) })), '400 invalid_grant')
        assert.equal(await refusal(await redeemWith({})), '400 invalid_grant')
        assert.equal((await redeemWith({ code_verifier: request.verifier })).status, 200)
      })
    })
  }
})
