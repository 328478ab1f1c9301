// An authenticator inside Chromium (WebAuthn §11), as a phone or a password manager would be one for a person.
import type { Person } from './browser.ts'

/** Gives a person's page an authenticator that asks nobody, and says yes. */
export async function addVirtualAuthenticator({ context, page }: Person) {
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const add = async (): Promise<string> => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    return authenticatorId
  }
  let authenticatorId = await add()
  const credentials = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  type Credential = Awaited<ReturnType<typeof credentials>>[number]
  return {
    credentials,
    add: (credential: Credential) => cdp.send('WebAuthn.addCredential', { authenticatorId, credential }),
    /** Puts another one in its place, which holds these, and gives what it held itself. */
    async exchange(held: readonly Credential[] = []): Promise<readonly Credential[]> {
      const before = await credentials()
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
      authenticatorId = await add()
      for (const credential of held) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential })
      return before
    },
    /** Whether whoever holds it is the one who may. */
    verifies: (isUserVerified: boolean) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}
/** What a test can tell it, and ask of it. */
export type VirtualAuthenticator = Awaited<ReturnType<typeof addVirtualAuthenticator>>
