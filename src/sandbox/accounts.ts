// The two people of the sandbox. Two, so that everyone can see that their worlds never meet.

export interface SandboxAccount {
  readonly userId: string
  readonly apiToken: string
  readonly name: string
  readonly email: string
  /** How other people name this one when they share a project. */
  readonly publicId: string
  readonly organizationId: string
  readonly organizationName: string
  /** Whether the organization may take objects out of the Object Store, which few tiers allow. */
  readonly mayExport: boolean
  readonly creditBalance: number
  /** May be null for a real account too: not everyone has left a card. */
  readonly card: { readonly brand: string; readonly expiration: string; readonly last4: string } | null
}

export const SANDBOX_ACCOUNTS: readonly SandboxAccount[] = [
  {
    userId: '100001',
    apiToken: 'sandbox-alice',
    name: 'Alice Sandbox',
    email: 'a***@example.org',
    publicId: 'a11ce0000a2b3c4d5e6f708192a3b4c5',
    organizationId: '5c0ffee1a2b3c4d5e6f708192a3b4c5d',
    organizationName: 'Alice Research',
    mayExport: true,
    creditBalance: 250.25,
    card: { brand: 'visa', expiration: '12/31', last4: '4242' },
  },
  {
    userId: '100002',
    apiToken: 'sandbox-bob',
    name: 'Bob Sandbox',
    email: 'b***@example.org',
    publicId: 'b0b0000f00d5e6f708192a3b4c5d6e7f',
    organizationId: '0ddba11f00d5e6f708192a3b4c5d6e7f',
    organizationName: 'Bob Trading',
    mayExport: false,
    creditBalance: 12.5,
    card: null,
  },
]
