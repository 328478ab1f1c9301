// After the API token was replaced: what was there before waits, until the person has looked and said what goes on.
import type Router from '@koa/router'
import { z } from 'zod'
import type { News } from '../../accounts/news.ts'
import { countsStill, withNews, withOnlyKept, withoutSessions } from '../../accounts/profile.ts'
import { nameOf, revisionOf } from '../../grants/grants.ts'
import type { StoredCredentials } from '../../vault/vault.ts'
import { tellOfConsent } from '../interactions/consent.ts'
import { fields, parseForm } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { describeConnection, goesOn } from '../permissions/describe-connection.ts'
import { reviewPage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import type { Visitor, Visits, Waiting } from './visitor.ts'
import { redirect, waitingAmong, waitingOf } from './visitor.ts'

export function reviewPages(router: Router, visits: Visits, { accounts, grants, vault, tools }: PageSuppliers): void {
  router.get(
    '/account/review',
    visits.page((visitor) => showReview(visitor)),
  )
  async function showReview(visitor: Visitor) {
    const { ctx, frame } = visitor
    const waiting = await waitingOf(visitor)
    if (!waiting) return redirect(ctx, '/account')
    const connections = waiting.connections.map((grant) => describeConnection(grant, tools, []))
    return sendPage(ctx, reviewPage({ ...frame, ...waiting, connections }))
  }

  router.post(
    '/account/review',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId, session, frame } = visitor
      const waiting = await waitingOf(visitor)
      if (!waiting) return redirect(ctx, '/account')
      return visits.prove(visitor, {
        shape: Kept,
        // As it is now: another browser may have answered, or the token was replaced once more.
        state: async (_does, profile) =>
          stateOf(waitingAmong(await grants.list(accountId), profile), await vault.open(accountId)),
        async decide() {
          const kept = readKept(waiting, fields(ctx, 'keep'))
          await endOthers(accountId, waiting, kept)
          const items = itemsOf(waiting, kept)
          if (!items.length) return { does: kept }
          const question = { sandbox: frame.sandbox, before: 'this is done', items, back: '/account/review' }
          return { does: kept, question }
        },
        async carryOut(kept, at) {
          // The profile first: should the token have been replaced once more in this moment, nothing goes on.
          let counts = false
          await accounts.change(accountId, (profile) => {
            counts = countsStill(profile, session.uid, at)
            return counts
              ? withNews(
                  withOnlyKept(profile, [...kept.browsers, ...kept.passkeys]),
                  waiting.passkeys.map((passkey) => newsOfPasskey(passkey, kept)),
                  Date.now(),
                )
              : profile
          })
          if (!counts) return redirect(ctx, '/account?overtaken')
          for (const grant of waiting.connections.filter(({ id }) => kept.connections.includes(id))) {
            const resumed = await grants.change(grant.id, { suspended: false }, grant)
            if (resumed) await tellOfConsent(accounts, grant, resumed)
          }
          redirect(ctx, '/account?reviewed')
        },
      })
    }),
  )

  /** Ends the connections and signs out the browsers that are not kept: that only takes away, and waits for no proof. */
  async function endOthers(accountId: string, { connections, sessions }: Waiting, kept: Kept): Promise<void> {
    const ended = connections.filter(({ id }) => !kept.connections.includes(id))
    for (const { id } of ended) await grants.end(id)
    const signedOut = sessions.map(({ uid }) => uid).filter((uid) => !kept.browsers.includes(uid))
    const news = ended.map((grant) => ({ what: 'connection-removed' as const, of: grant.id, name: nameOf(grant) }))
    await accounts.change(accountId, (profile) => withNews(withoutSessions(profile, signedOut), news, Date.now()))
  }
}

/** What of all that waits goes on. */
const Kept = z.object({
  connections: z.array(z.string()),
  browsers: z.array(z.string()),
  passkeys: z.array(z.string()),
})
type Kept = Readonly<z.infer<typeof Kept>>

const newsOfPasskey = ({ id, name }: Waiting['passkeys'][number], kept: Kept): News => ({
  what: kept.passkeys.includes(id) ? 'passkey-resumed' : 'passkey-removed',
  of: id,
  name,
})

/** A form names connections by their ids, and the others after a word, so that none can pass for another. */
const readKept = (waiting: Waiting, keep: readonly string[]): Kept => ({
  connections: waiting.connections.map(({ id }) => id).filter((id) => keep.includes(id)),
  browsers: waiting.sessions.map(({ uid }) => uid).filter((uid) => keep.includes(`browser:${uid}`)),
  passkeys: waiting.passkeys.map(({ id }) => id).filter((id) => keep.includes(`passkey:${id}`)),
})

/** What takes a proof: whatever goes on, and each passkey that is removed. */
function itemsOf({ connections, sessions, passkeys }: Waiting, kept: Kept): string[] {
  return [
    ...connections.filter(({ id }) => kept.connections.includes(id)).map(goesOn),
    ...sessions
      .filter(({ uid }) => kept.browsers.includes(uid))
      .map(({ browser }) => `A browser stays signed in: ${browser}.`),
    ...passkeys.map(
      ({ id, name }) => `The passkey “${name}” ${kept.passkeys.includes(id) ? 'goes on' : 'is removed'}.`,
    ),
  ]
}

const stateOf = (waiting: Waiting | undefined, credentials: StoredCredentials | undefined): string =>
  JSON.stringify([
    credentials?.since,
    waiting?.connections.map(revisionOf).toSorted(),
    waiting?.sessions.map(({ uid }) => uid).toSorted(),
    waiting?.passkeys.map(({ id }) => id).toSorted(),
  ])
