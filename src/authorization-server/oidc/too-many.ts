// One attempt too many, as the library answers it.
import Provider, { errors } from 'oidc-provider'

/** The answer to one too many, for the library to give: 429, and when to come again (RFC 6585 §4). */
export function tooMany(error_description: string, wait: number): errors.OIDCProviderError {
  Provider.ctx?.set('Retry-After', String(wait))
  const error = new errors.CustomOIDCProviderError('temporarily_unavailable', `${error_description}; try again later`)
  return Object.assign(error, { status: 429, statusCode: 429 })
}
