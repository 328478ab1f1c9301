// Natural mistakes end on a page: an address that is for assistants, one that is none of ours, a press too many. Whoever asked is
// a browser when it says that it reads HTML; programs get what they got, and so does the page: the same status, the same headers.
import type { Context, Middleware } from 'koa'
import type { Config } from '../config.ts'
import { sendPage } from './views/layout.ts'
import type { ProblemView } from './views/problem.ts'
import { problemPage } from './views/problem.ts'

/** Clients of MCP and OAuth ask for JSON and streams, or for anything; only browsers name HTML. */
export const isBrowser = (ctx: Pick<Context, 'get'>): boolean => /\btext\/html\b/i.test(ctx.get('Accept'))

/** Where what is answered is a secret, or says whether one is good. */
export const FOR_CLIENTS = /^\/(token|register|revoke|introspect|par)$/
const isForClients = ({ method, path }: Context): boolean => method === 'POST' && FOR_CLIENTS.test(path)

/** Middleware around everything: a status of 400 and above is a page for a browser. */
export const statusPages = ({ sandbox, resource }: Pick<Config, 'sandbox' | 'resource'>): Middleware => {
  const endpoint = new URL(resource).pathname
  return async (given, next) => {
    const ctx = given as Context // sound: the same, without the router's parameters
    // What is sent there is sent by a program, whatever it says that it reads; only opening it is a person's mistake.
    const isAtEndpoint = ctx.path.toLowerCase().replace(/\/$/, '') === endpoint // people type a slash, or capitals
    const isSent = isAtEndpoint ? !['GET', 'HEAD'].includes(ctx.method) : isForClients(ctx)
    if (!isBrowser(ctx) || isSent) return next()
    try {
      await next()
    } catch (error) {
      ctx.app.emit('error', error, ctx)
      ctx.status = statusOf(error)
    }
    if (ctx.respond === false || ctx.status < 400 || ctx.response.is('html')) return
    const { status } = ctx
    const words = isAtEndpoint ? forAssistants(resource) : wordsFor(ctx)
    await sendPage(ctx, problemPage({ ...words, sandbox, link: HOME }))
    ctx.status = status
  }
}

const statusOf = (error: unknown): number => {
  const { status } = error as { status?: unknown }
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500
}

/** The way on. */
export const HOME = { to: '/', says: 'How to connect an assistant' }

type Words = Pick<ProblemView, 'title' | 'happened' | 'remedy'>

/** What a person reads who opens the address that they were to paste, or another one that is for programs. */
export const forAssistants = (resource: string, opened = resource): Words => ({
  title: 'This address is for your assistant',
  happened: `Nothing is wrong. ${opened} is where an assistant comes in, and not a page to look at.`,
  remedy: `Paste ${opened === resource ? 'it' : resource} into your assistant as an MCP server. It opens a page here when it needs you.`,
})

function wordsFor({ status, response, path }: Context): Words {
  switch (status) {
    case 404:
      return {
        title: 'There is nothing here',
        happened: `This server has no page at ${path.slice(0, 100)}.`,
        remedy: 'Look at the address again, or begin at the first page.',
      }
    case 405:
      return {
        title: 'This cannot be opened',
        happened: 'This address takes forms and programs, and has no page of its own.',
        remedy: 'Begin at the first page, or go back to your assistant.',
      }
    case 403:
      return {
        title: 'This server goes by another name',
        happened: String(response.body ?? 'This is not allowed.'),
        remedy: 'Use the address that you were given.',
      }
    case 429:
      return {
        title: 'Too many requests',
        happened: 'More came from your network in the last minutes than this server takes.',
        remedy: `Wait ${minutes(response.get('Retry-After'))}, then load the page again.`,
      }
    case 503:
      return {
        title: 'One moment, please',
        happened: 'This server cannot reach its store right now, so it lets nobody in. Nothing was changed.',
        remedy: `Load this page again in ${minutes(response.get('Retry-After'))}.`,
      }
    default:
      return status < 500
        ? {
            title: 'This cannot be answered',
            happened: `What your browser sent is not what this address takes (${status}). Nothing was changed.`,
            remedy: 'Go back, load the page again, and try once more.',
          }
        : {
            title: 'Something went wrong',
            happened: 'Something went wrong on this server. The cause is in its log.',
            remedy: 'Load this page again. If it happens again, tell whoever runs this server.',
          }
  }
}

const minutes = (retryAfter: string): string => {
  const many = Math.max(1, Math.ceil(Number(retryAfter) / 60) || 1)
  return many === 1 ? 'a minute' : `${many} minutes`
}
