// The passkeys of an account: adding and removing one, and whether nothing else proves that its person is here. A program that
// drives the browser has a passkey of its own at once, so each of this takes a proof, but for the first one after a sign-in.
import type Router from '@koa/router'
import * as z from 'zod'
import type { Profile } from '../../accounts/profile.ts'
import {
  countsStill,
  mayAddFirstPasskey,
  passkeysOf,
  withNewPasskey,
  withNews,
  withoutPasskey,
} from '../../accounts/profile.ts'
import { unixTime } from '../../unix-time.ts'
import { browserOf } from '../interactions/browser.ts'
import { field, parseForm, redirect } from '../interactions/form.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { addFirstPasskey, passkeyNameIn } from '../passkeys/first-passkey.ts'
import type { Notice } from '../views/account/notices.ts'
import { newPasskeyPage } from '../views/account/small-pages.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { Visitor, Visits } from './visitor.ts'

/** More than a person has devices. */
const AT_MOST = 20
/** So many passkeys that count fully there must be before nothing else does: one may be lost. */
const ENOUGH = 2

/** What is decided on when passkeys change. */
const stateOf = ({ passkeys, onlyPasskeys = false }: Profile): string =>
  JSON.stringify([passkeys.map(({ id, suspended = false }) => `${id} ${suspended}`).toSorted(), onlyPasskeys])

export function passkeyPages(router: Router, visits: Visits, suppliers: PageSuppliers): void {
  const { accounts, passkeys } = suppliers

  router.post(
    '/account/passkeys/new',
    parseForm,
    visits.page((visitor) => showNew(visitor)),
  )
  async function showNew({ ctx, accountId, profile, frame }: Visitor, problem?: string) {
    const options = passkeys.creationOptions({ accountId, ...frame, passkeys: profile.passkeys })
    const suggestion = browserOf(ctx.get('User-Agent'))
    await sendPage(ctx, newPasskeyPage({ ...frame, options, suggestion, ...(problem ? { problem } : {}) }))
  }
  async function showNewAgain(visitor: Visitor, problem: string) {
    visitor.ctx.status = 422
    await showNew(visitor, problem)
  }

  router.post(
    '/account/passkeys',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, accountId, session, profile, frame } = visitor
      return visits.prove(visitor, {
        shape: NewPasskey,
        state: (_does, known) => stateOf(known),
        async decide() {
          if (mayAddFirstPasskey(profile, session.uid, unixTime())) {
            const added = await addFirstPasskey(ctx, { accountId, uid: session.uid }, suppliers)
            if (!added) return void (await showNewAgain(visitor, UNCHECKED))
            return void visits.notices.lead(visitor, { did: 'passkey-added', names: [added] })
          }
          const made = await passkeys.verifyCreation(accountId, field(ctx, 'passkey'))
          if (!made || profile.passkeys.some(({ id }) => id === made.id)) {
            return void (await showNewAgain(visitor, UNCHECKED))
          }
          if (profile.passkeys.length >= AT_MOST) {
            return void (await showNewAgain(visitor, `There are ${AT_MOST} passkeys already. Remove one first.`))
          }
          const name = passkeyNameIn(ctx)
          const before = `the passkey “${name}” is added, which signs in and confirms from then on`
          return { does: { ...made, name }, question: { sandbox: frame.sandbox, before, back: '/account' } }
        },
        async carryOut(passkey, at) {
          const isNew = (known: Profile) => !known.passkeys.some(({ id }) => id === passkey.id)
          const add = (known: Profile) =>
            isNew(known) && known.passkeys.length < AT_MOST ? withNewPasskey(known, passkey, Date.now()) : undefined
          await change(visitor, at, { did: 'passkey-added', names: [passkey.name] }, add)
        },
      })
    }),
  )

  router.post(
    '/account/passkeys/:id/remove',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, profile, frame } = visitor
      const passkey = profile.passkeys.find(({ id }) => id === ctx.params.id)
      if (!passkey) return redirect(ctx, '/account')
      const { id, name } = passkey
      if (isLastThatProves(profile, id)) {
        return refuse(
          visitor,
          'Only a passkey confirms, and this is the last one that does.',
          'Add another one first, or let the API token confirm as well.',
        )
      }
      return visits.prove(visitor, {
        shape: z.object({}),
        state: (_does, known) => stateOf(known),
        decide: async () => ({
          does: {},
          question: {
            sandbox: frame.sandbox,
            before: `the passkey “${name}” is removed`,
            back: '/account',
            takesNothingAlong: true,
          },
        }),
        carryOut: (_does, at) =>
          change(visitor, at, { did: 'passkey-removed', names: [name] }, (known) =>
            isLastThatProves(known, id)
              ? undefined
              : withNews(withoutPasskey(known, id), [{ what: 'passkey-removed', of: id, name }], Date.now()),
          ),
      })
    }),
  )

  router.post(
    '/account/passkeys/only',
    parseForm,
    visits.page(async (visitor) => {
      const { ctx, profile, frame } = visitor
      return visits.prove(visitor, {
        shape: z.object({ only: z.boolean() }),
        state: (_does, known) => stateOf(known),
        async decide() {
          const [only, isOn] = [field(ctx, 'only') === 'on', profile.onlyPasskeys ?? false]
          if (only === isOn || !['on', 'off'].includes(field(ctx, 'only'))) return void redirect(ctx, '/account')
          if (only && passkeysOf(profile, 'full', unixTime()).length < ENOUGH)
            return void (await refuse(visitor, ...TOO_FEW))
          const before = only
            ? 'only a passkey confirms, and the API token does not any more'
            : 'the API token confirms as well as a passkey'
          return { does: { only }, question: { sandbox: frame.sandbox, before, back: '/account' } }
        },
        carryOut: ({ only }, at) =>
          change(visitor, at, { did: only ? 'only-passkeys' : 'token-too' }, (known) =>
            only && passkeysOf(known, 'full', unixTime()).length < ENOUGH
              ? undefined
              : withNews(
                  { ...known, onlyPasskeys: only },
                  [{ what: only ? 'only-passkeys' : 'token-too' }],
                  Date.now(),
                ),
          ),
      })
    }),
  )

  /**
   * Changes the profile as it is now, if what was decided at a time still counts in this browser, and says so on the account
   * page. `how` gives undefined where it must not be any more.
   */
  async function change(
    visitor: Visitor,
    at: number,
    says: Notice,
    how: (known: Profile) => Profile | undefined,
  ): Promise<void> {
    const { accountId, session } = visitor
    let changed: Profile | undefined
    await accounts.change(accountId, (known) => {
      changed = countsStill(known, session.uid, at) ? how(known) : undefined
      return changed ?? known
    })
    visits.notices.lead(visitor, changed ? says : { did: 'all-overtaken' })
  }

  async function refuse({ ctx, frame }: Visitor, happened: string, remedy: string) {
    ctx.status = 422
    const link = { to: '/account', says: 'Open the account page' }
    await sendPage(ctx, problemPage({ title: 'Not yet', happened, remedy, sandbox: frame.sandbox, link }))
  }
}

/** Whether nobody could prove anything any more without this one. */
const isLastThatProves = (profile: Profile, id: string): boolean => {
  const full = passkeysOf(profile, 'full', unixTime())
  return profile.onlyPasskeys === true && full.length === 1 && full[0]?.id === id
}

const TOO_FEW = [
  `That needs ${ENOUGH} passkeys that count fully: one may be lost.`,
  'Add another one first. One that was added right after a sign-in counts after a day, once a proof has named it.',
] as const
const UNCHECKED = 'That passkey could not be checked. Try again.'

/** A passkey as it waits for the proof with which it is added. */
const NewPasskey = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.number(),
  transports: z.array(z.string()),
  name: z.string(),
  createdAt: z.number(),
})
