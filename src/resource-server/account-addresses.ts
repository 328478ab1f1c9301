// Where a person decides about their connections. This server only names the addresses; the authorization server has them.

export const accountAddress = (issuer: string): string => `${issuer}/account`

/** The page of one connection: what it may do, and for how long. */
export const connectionAddress = (issuer: string, grantId: string): string => `${issuer}/account/connections/${grantId}`
