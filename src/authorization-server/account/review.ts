// After the API token was replaced: what was there before waits, until the person has looked and said what goes on.
import type Router from '@koa/router'
import * as z from 'zod'
import type { News } from '../../accounts/news.ts'
import { countsStill, withNews, withoutSessions, withReviewed } from '../../accounts/profile.ts'
import { nameOf, revisionOf } from '../../grants/grants.ts'
import type { StoredCredentials } from '../../vault/vault.ts'
import { tellOfConsent } from '../interactions/consent.ts'
import { field, parseForm, postedForm, redirect, sentFields } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { describeConnection, goesOn } from '../permissions/describe-connection.ts'
import type { WhatEnds } from '../views/account/review.ts'
import { reviewEndsPage, reviewPage } from '../views/account/review.ts'
import { sendPage } from '../views/layout.ts'
import { listNames } from './names.ts'
import type { Visitor, Visits, Waiting } from './visitor.ts'
import { waitingAmong, waitingOf } from './visitor.ts'

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
    const notice = await visits.notices.take(visitor)
    return sendPage(ctx, reviewPage({ ...frame, ...waiting, connections, notice }))
  }

  router.post(
    '/account/review',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId, session, frame } = visitor
      const waiting = await waitingOf(visitor)
      if (!waiting) return redirect(ctx, '/account')
      return visits.prove(visitor, {
        shape: Reviewed,
        // As it is now: another browser may have answered, or the token was replaced once more.
        state: async (_does, profile) =>
          stateOf(waitingAmong(await grants.list(accountId), profile), await vault.open(accountId)),
        async decide() {
          const decided = readDecisions(waiting, postedForm(ctx))
          const ends = namesOf(waiting, decided.ended)
          if (sizeOf(decided.ended) && field(ctx, 'confirmed') !== 'on') {
            return sendPage(ctx, reviewEndsPage({ ...frame, ends, fields: sentFields(ctx) })).then(() => undefined)
          }
          await endWhatEnds(accountId, waiting, decided)
          // By the time that what is kept goes on, what ended has no name here any more.
          const does = { ...decided, gone: Object.values(ends).flat() }
          const items = itemsOf(waiting, decided)
          if (!items.length) return { does }
          const already = [...ends.connections, ...ends.browsers]
          const question = {
            sandbox: frame.sandbox,
            before: sizeOf(decided.kept) ? 'what you keep goes on' : 'what you end is removed',
            recorded: inShort(waiting, decided),
            items,
            ...(already.length ? { caution: `Ended already: ${listNames(already)}.` } : {}),
            back: '/account/review',
          }
          return { does, question }
        },
        async carryOut({ kept, ended, gone, later }, at) {
          // The profile first: should the token have been replaced once more in this moment, nothing goes on.
          let counts = false
          await accounts.change(accountId, (profile) => {
            counts = countsStill(profile, session.uid, at)
            if (!counts) return profile
            const reviewed = withReviewed(
              profile,
              [...kept.browsers, ...kept.passkeys],
              [...ended.browsers, ...ended.passkeys],
            )
            return withNews(
              { ...reviewed, reviewPutOffAt: Date.now() },
              waiting.passkeys.flatMap((passkey) => newsOfPasskey(passkey, { kept, ended })),
              Date.now(),
            )
          })
          if (!counts) return visits.notices.lead(visitor, { did: 'all-overtaken' })
          const connections: string[] = []
          for (const grant of waiting.connections.filter(({ id }) => kept.connections.includes(id))) {
            const resumed = await grants.change(grant.id, { suspended: false }, grant)
            if (!resumed) continue // it was changed elsewhere
            connections.push(grant.id)
            await tellOfConsent(accounts, grant, resumed)
          }
          const names = Object.values(namesOf(waiting, { ...kept, connections })).flat()
          visits.notices.lead(visitor, { did: 'reviewed', names, ended: gone, kept: names.length, later })
        },
      })
    }),
  )

  /** Ends the connections and signs out the browsers that end: that only takes away, and waits for no proof. */
  async function endWhatEnds(accountId: string, { connections }: Waiting, { ended }: Decided): Promise<void> {
    const those = connections.filter(({ id }) => ended.connections.includes(id))
    for (const { id } of those) await grants.end(id)
    const news = those.map((grant) => ({ what: 'connection-removed' as const, of: grant.id, name: nameOf(grant) }))
    await accounts.change(accountId, (profile) => withNews(withoutSessions(profile, ended.browsers), news, Date.now()))
  }
}

/** Some of what waits. */
const Those = z.object({
  connections: z.array(z.string()),
  browsers: z.array(z.string()),
  passkeys: z.array(z.string()),
})
type Those = Readonly<z.infer<typeof Those>>
/** What of all that waits goes on, what ends, and how many are left as they are. */
const Decided = z.object({ kept: Those, ended: Those, later: z.number() })
type Decided = Readonly<z.infer<typeof Decided>>
/** The same with the names of what ends. */
const Reviewed = Decided.extend({ gone: z.array(z.string()) })

const sizeOf = ({ connections, browsers, passkeys }: Those): number =>
  connections.length + browsers.length + passkeys.length

const newsOfPasskey = (
  { id, name }: Waiting['passkeys'][number],
  { kept, ended }: Pick<Decided, 'kept' | 'ended'>,
): News[] => {
  if (kept.passkeys.includes(id)) return [{ what: 'passkey-resumed', of: id, name }]
  return ended.passkeys.includes(id) ? [{ what: 'passkey-removed', of: id, name }] : []
}

/**
 * A form names connections by their ids, and the others after a word, so that none can pass for another: a choice for each, or
 * lists of those that are kept and ended. What it does not name, or names twice, waits on.
 */
function readDecisions(waiting: Waiting, form: ReturnType<typeof postedForm>): Decided {
  const choiceOf = (value: string): string => {
    const lists = ['keep', 'end'].filter((list) => form.all(list).includes(value))
    return form.one(`item:${value}`) || (lists.length === 1 ? (lists[0] ?? '') : '')
  }
  const those = (choice: string): Those => ({
    connections: waiting.connections.map(({ id }) => id).filter((id) => choiceOf(id) === choice),
    browsers: waiting.sessions.map(({ uid }) => uid).filter((uid) => choiceOf(`browser:${uid}`) === choice),
    passkeys: waiting.passkeys.map(({ id }) => id).filter((id) => choiceOf(`passkey:${id}`) === choice),
  })
  const [kept, ended] = [those('keep'), those('end')]
  const all = waiting.connections.length + waiting.sessions.length + waiting.passkeys.length
  return { kept, ended, later: all - sizeOf(kept) - sizeOf(ended) }
}

/** What takes a proof: whatever goes on, and each passkey that is removed. */
function itemsOf({ connections, sessions, passkeys }: Waiting, { kept, ended }: Decided): string[] {
  return [
    ...connections
      .filter(({ id }) => kept.connections.includes(id))
      .map((grant) => goesOn(grant, { ...grant, suspended: false })),
    ...sessions
      .filter(({ uid }) => kept.browsers.includes(uid))
      .map(({ browser }) => `A browser stays signed in: ${browser}.`),
    ...passkeys.flatMap(({ id, name }) => {
      if (kept.passkeys.includes(id)) return [`The passkey “${name}” goes on.`]
      return ended.passkeys.includes(id) ? [`The passkey “${name}” is removed.`] : []
    }),
  ]
}

/** The same in a few words, which the record keeps. */
function inShort(waiting: Waiting, { kept, ended }: Decided): string {
  const [keeps, removes] = [Object.values(namesOf(waiting, kept)).flat(), namesOf(waiting, ended).passkeys]
  return [
    ...(keeps.length ? [`${listNames(keeps)} ${keeps.length > 1 ? 'are' : 'is'} kept`] : []),
    ...(removes.length
      ? [
          `${removes.length > 1 ? 'the passkeys' : 'the passkey'} ${listNames(removes)} ${removes.length > 1 ? 'are' : 'is'} removed`,
        ]
      : []),
  ].join(', and ')
}

/** Some of what waits, by name. */
const namesOf = ({ connections, sessions, passkeys }: Waiting, those: Those): WhatEnds => ({
  connections: connections.filter(({ id }) => those.connections.includes(id)).map(nameOf),
  browsers: sessions.filter(({ uid }) => those.browsers.includes(uid)).map(({ browser }) => browser),
  passkeys: passkeys.filter(({ id }) => those.passkeys.includes(id)).map(({ name }) => name),
})

const stateOf = (waiting: Waiting | undefined, credentials: StoredCredentials | undefined): string =>
  JSON.stringify([
    credentials?.since,
    waiting?.connections.map(revisionOf).toSorted(),
    waiting?.sessions.map(({ uid }) => uid).toSorted(),
    waiting?.passkeys.map(({ id }) => id).toSorted(),
  ])
