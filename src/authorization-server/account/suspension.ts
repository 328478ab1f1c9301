// The hand on the brake: suspending one connection or all, which takes one press, and letting them go on, which takes a proof;
// and disconnecting all. A press says what was done, also when the store fails in between.
import type Router from '@koa/router'
import * as z from 'zod'
import { tellOfConnection } from '../../accounts/connection-news.ts'
import { countsStill, withNews } from '../../accounts/profile.ts'
import type { Reach } from '../../grants/for-all.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { nameOf, revisionOf } from '../../grants/grants.ts'
import { isSuspended, suspensionOf } from '../../grants/suspension.ts'
import { StoreUnavailable } from '../../storage/store.ts'
import { tellOfConsent } from '../interactions/consent.ts'
import { parseForm, redirect, setProblemStatus } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { goesOn, holdersOf } from '../permissions/describe-connection.ts'
import { summarize } from '../permissions/summary.ts'
import type { Notice } from '../views/account/notices.ts'
import type { UnfinishedView } from '../views/account/small-pages.ts'
import { unfinishedPage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import { listNames } from './names.ts'
import { ownConnections } from './own-connection.ts'
import type { Visitor, Visits } from './visitor.ts'

export function suspensionPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, grants, tools } = suppliers
  const { notices } = visits
  const own = ownConnections(visits, suppliers)

  router.post(
    '/account/connections/:id/suspend',
    parseForm,
    own(
      async (visitor, grant) => {
        const { id } = grant
        let suspended: Grant | undefined
        try {
          suspended = await grants.suspend(id, { by: 'person', at: Date.now() })
          if (suspended) await tellOfConnection(accounts, suspended, 'connection-suspended', RESUMES)
          return notices.lead(visitor, { did: suspended ? 'suspended' : 'overtaken', names: [nameOf(grant)] })
        } catch (error) {
          const says = suspended
            ? `“${nameOf(grant)}” is suspended. Only the note of it in your record could not be written.`
            : `The store did not answer. “${nameOf(grant)}” may be suspended, or not.`
          return showUnfinished(visitor, error, { says, again: 'Suspend' })
        }
      },
      { onlyTakes: true },
    ),
  )

  /** An address that stops all connections with one press. */
  const stopsAll = (address: string, stop: (accountId: string) => Promise<Reach>, words: StopWords) =>
    router.post(
      address,
      parseForm,
      visits.page(
        async (visitor) => {
          try {
            const { done, open } = await stop(visitor.accountId)
            if (!open) return notices.lead(visitor, { did: words.did })
            const says = `${done} of ${done + open} connections are ${words.done}. Of the rest the store did not say it.`
            return await showUnfinished(visitor, undefined, { says, again: words.button })
          } catch (error) {
            const says = `The store did not answer. Connections may be ${words.done}, or not.`
            return showUnfinished(visitor, error, { says, again: words.button })
          }
        },
        { onlyTakes: true },
      ),
    )
  stopsAll('/account/suspend', (accountId) => accounts.suspendConnections(accountId, 'person'), {
    done: 'suspended',
    button: 'Suspend everything',
    did: 'all-suspended',
  })
  stopsAll('/account/stop', (accountId) => accounts.endConnections(accountId), {
    done: 'disconnected',
    button: 'Disconnect everything',
    did: 'stopped',
  })

  router.post(
    '/account/connections/:id/resume',
    parseForm,
    own((visitor, grant) => {
      const { ctx, accountId, session, frame } = visitor
      if (!isStopped(grant)) {
        if (grant.suspended) return Promise.resolve(redirect(ctx, '/account/review'))
        return Promise.resolve(notices.lead(visitor, { did: 'overtaken', names: [nameOf(grant)] }))
      }
      // Another reason holds it still, and its page says which.
      if (suspensionOf(goneOn(grant))) return Promise.resolve(redirect(ctx, `/account/connections/${grant.id}`))
      return visits.prove(visitor, {
        shape: z.object({}),
        state: async () => stateOf([await grants.findOwn(grant.id, accountId)]),
        decide: async () => ({
          does: {},
          question: {
            sandbox: frame.sandbox,
            before: `“${nameOf(grant)}” goes on`,
            holders: holdersOf(grant),
            ...(grant.client ? { client: { name: grant.client.name, returnsTo: grant.client.returnsTo } } : {}),
            summary: summarize(nameOf(grant), grant, tools),
            back: '/account',
          },
        }),
        async carryOut(_does, at) {
          const resumed = await goOn(grant)
          const waiting = (await grants.list(accountId)).some(isSuspended)
          if (resumed && !waiting) await endGeneralSuspension(accountId, session.uid, at)
          notices.lead(visitor, { did: resumed ? 'resumed' : 'overtaken', names: [nameOf(grant)] })
        },
      })
    }),
  )

  router.post(
    '/account/resume',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId, session, profile, connections, frame } = visitor
      const waiting = (await connections()).filter(isStopped)
      if (!waiting.length && profile.everythingSuspendedAt === undefined) return redirect(ctx, '/account')
      return visits.prove(visitor, {
        shape: Resumed,
        state: async (_does, { everythingSuspendedAt }) =>
          `${everythingSuspendedAt} ${stateOf((await grants.list(accountId)).filter(isStopped))}`,
        decide: async () => ({
          does: { connections: waiting.map(({ id }) => id) },
          question: {
            sandbox: frame.sandbox,
            ...(waiting.length
              ? {
                  before: 'all that is suspended goes on',
                  recorded: `${listNames(waiting.map(nameOf))} ${waiting.length > 1 ? 'are' : 'is'} suspended no more`,
                }
              : { before: 'connections can be made again as ever' }),
            items: waiting.map((grant) => goesOn(grant, goneOn(grant))),
            back: '/account',
          },
        }),
        async carryOut({ connections: seen }, at) {
          // First: should everything be suspended once more in this moment, nothing goes on.
          if (!(await endGeneralSuspension(accountId, session.uid, at)))
            return notices.lead(visitor, { did: 'all-overtaken' })
          const all = await Promise.all(
            waiting
              .filter(({ id }) => seen.includes(id))
              .map(async (grant) => ({ name: nameOf(grant), fate: fateOf(await goOn(grant)) })),
          )
          const those = (fate: Fate) => all.filter((one) => one.fate === fate).map(({ name }) => name)
          const [names, held, overtaken] = [those('goes-on'), those('held'), those('overtaken')]
          const nothingElse = profile.everythingSuspendedAt === undefined && !names.length
          if (nothingElse && !held.length) return notices.lead(visitor, { did: 'all-overtaken' })
          notices.lead(visitor, { did: nothingElse ? 'held' : 'resumed', names, held, overtaken })
        },
      })
    }),
  )

  /** Lets a connection go on, if it is still as its person saw it. */
  async function goOn(grant: Grant): Promise<Grant | undefined> {
    const resumed = await grants.change(grant.id, { suspensions: [] }, grant)
    if (resumed) await tellOfConsent(accounts, grant, resumed)
    return resumed
  }

  /** Ends what holds for connections that are made anew; false when everything was suspended or signed out since `at`. */
  async function endGeneralSuspension(accountId: string, uid: string, at: number): Promise<boolean> {
    let counts = false
    await accounts.change(accountId, (profile) => {
      counts = countsStill(profile, uid, at)
      if (!counts || profile.everythingSuspendedAt === undefined) return profile
      const { everythingSuspendedAt: _ended, ...rest } = profile
      return withNews(rest, [{ what: 'everything-resumed', grave: true }], Date.now())
    })
    return counts
  }
}

/** What the presses that stop everything say. */
interface StopWords {
  readonly done: string
  readonly button: string
  readonly did: Notice['did']
}

/** Whether somebody stopped it, or its brake did: that ends here. What waits for a review goes on there alone. */
const isStopped = ({ suspensions = [] }: Grant): boolean => suspensions.length > 0
const goneOn = (grant: Grant): Grant => ({ ...grant, suspensions: [] })

/** What became of one that was let go on: whether something else holds it still, or it was changed elsewhere. */
type Fate = 'goes-on' | 'held' | 'overtaken'
function fateOf(now: Grant | undefined): Fate {
  if (!now) return 'overtaken'
  return suspensionOf(now) ? 'held' : 'goes-on'
}

/** What a proof lets go on: the connections that its page named. */
const Resumed = z.object({ connections: z.array(z.string()) })

const RESUMES = 'It does nothing until you let it go on.'

const stateOf = (connections: readonly (Grant | undefined)[]): string =>
  JSON.stringify(connections.map((grant) => (grant ? revisionOf(grant) : 'ended')).toSorted())

/** Says how far a press came, with the button to press again. Throws what is no outage of the store. */
async function showUnfinished(
  { ctx, frame }: Visitor,
  error: unknown,
  { says, again }: Pick<UnfinishedView, 'says' | 'again'>,
): Promise<void> {
  if (error !== undefined && !(error instanceof StoreUnavailable)) throw error
  setProblemStatus(ctx, { problem: says, status: 503 })
  await sendPage(ctx, unfinishedPage({ ...frame, says, again, action: ctx.path }))
}
