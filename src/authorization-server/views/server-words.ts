// Whose server this is, as every page says it: a person gives it a token that can do everything.
import { html } from 'hono/html'
import type { Context, Middleware } from 'koa'
import type { Config, Operator } from '../../config.ts'
import { isLoopback } from '../../config.ts'

/** What pages tell of the server that they come from. */
export interface ServerWords extends Operator {
  /** Where it is reached, as in its address. */
  readonly host: string
  /** Whether that is this computer. */
  readonly local: boolean
}

/** Middleware: what is sent from here on can say whose server this is. */
export const tellWhoRuns = ({ issuer, operator }: Config): Middleware => {
  const { host, hostname } = new URL(issuer)
  const server: ServerWords = { ...operator, host, local: isLoopback(hostname) }
  return (ctx, next) => {
    ctx.state.server = server
    return next()
  }
}
/** What that middleware told. */
export const serverOf = (ctx: Pick<Context, 'state'>): ServerWords => ctx.state.server as ServerWords // sound: set on every way here

/** In a sentence. */
export const whoRuns = ({ name, contact, host, local }: ServerWords): ReturnType<typeof html> => {
  if (name) return html`This server is run by <strong>${name}</strong>${contact ? html` (${contact})` : ''}.`
  if (contact) return html`Whoever runs this server is reached at ${contact}.`
  return local ? html`This server runs on this computer.` : html`Nobody has said who runs <strong>${host}</strong>.`
}
