// What an access token says (RFC 9068 §2.2).

const part = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString())
/** Its header. */
export const headerOf = (token: string): Record<string, unknown> => part(token, 0)
/** Its claims. */
export const claimsOf = (token: string): Record<string, unknown> => part(token, 1)
/** The grant that it was issued under. */
export const grantIdOf = (token: string): string => String(claimsOf(token).grant_id)
