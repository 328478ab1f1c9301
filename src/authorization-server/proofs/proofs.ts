// Proving that the person is here (re-authentication, step-up authentication), for one act: with a passkey, or with the API
// token. A program that drives this browser has its session, but neither of them. What it cannot prevent stands in
// docs/decisions/0009: a program that controls the page itself decides what its person reads.
import type { Context } from 'koa'
import type * as z from 'zod'
import type { Profile, StoredPasskey } from '../../accounts/profile.ts'
import { countsStill, passkeysOf, withFull, withNews, withUse } from '../../accounts/profile.ts'
import { countAttempt, RATE_LIMITS } from '../../rate-limits/rate-limits.ts'
import { unixTime } from '../../unix-time.ts'
import type { FormProblem } from '../interactions/form.ts'
import { field, sentFields, setProblemStatus } from '../interactions/form.ts'
import { tooManyAttempts } from '../interactions/sign-in.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { ActWords } from '../views/proof.ts'
import { proofPage } from '../views/proof.ts'
import type { WaitingAct } from './acts.ts'
import { challengeOfAct, findAct, keepAct, useAct } from './acts.ts'
import { tryToken } from './api-token.ts'

/** Who has to prove that they are at the browser: an account, as a session with this `uid` is signed in to it. */
export interface Prover {
  readonly accountId: string
  readonly uid: string
  readonly profile: Profile
  readonly csrf: string
}

/** What the page that asks says beside its question. */
export type Question = Omit<ActWords, 'alsoCount' | 'back'> & {
  /** Where the person goes who would rather not; the form as it was sent when absent. */
  readonly back?: string
  /** Whether passkeys that were added without a proof stay as they are: where the act takes away, it gives nothing beside. */
  readonly takesNothingAlong?: boolean
}

/** What a first form comes to. */
export interface Decided<Does> {
  readonly does: Does
  /** What is asked before it is done; absent when it needs no proof. */
  readonly question?: Question | undefined
}

/** An address that may do what needs a proof. */
export interface Provable<Does> {
  /** What is done, as it waits in the store. */
  readonly shape: z.ZodType<Does>
  /** A text that is another one whenever what is decided on has changed; read anew each time. */
  state(does: Does, profile: Profile): string | Promise<string>
  /** Reads the first form. Undefined when it has answered the person itself. */
  decide(): Promise<Decided<Does> | undefined>
  /** `at` is when the person decided, in milliseconds since 1970. */
  carryOut(does: Does, at: number): Promise<void>
  /** Sources that the form's redirects may lead to, for `sendPage`. */
  readonly formTargets?: readonly string[]
}

export type Proofs = ReturnType<typeof createProofs>

export function createProofs(suppliers: PageSuppliers) {
  const { store, accounts, passkeys } = suppliers

  /**
   * Does what a form says: at once where no proof is needed; else keeps it and asks, and does it when the second form brings
   * the act's name and a proof.
   */
  async function prove<Does>(ctx: Context, person: Prover, provable: Provable<Does>): Promise<void> {
    const id = field(ctx, 'act')
    if (id) {
      const taken = await take(ctx, person, id, provable)
      return taken && provable.carryOut(taken.does, taken.at)
    }
    const decided = await provable.decide()
    if (!decided) return undefined
    return decided.question
      ? ask(ctx, person, decided.does, decided.question, provable)
      : provable.carryOut(decided.does, Date.now())
  }

  async function ask<Does>(
    ctx: Context,
    person: Prover,
    does: Does,
    { back, takesNothingAlong = false, ...words }: Question,
    { state, formTargets }: Provable<Does>,
  ): Promise<void> {
    const { accountId, uid, profile } = person
    const retryAfter = await countAttempt(store, RATE_LIMITS.act, `${accountId} ${uid}`)
    if (retryAfter) return showTooMany(ctx, retryAfter, words.sandbox)
    const ripe = takesNothingAlong ? [] : passkeysOf(profile, 'ripe', unixTime())
    const act = await keepAct(store, {
      at: Date.now(),
      address: ctx.path,
      accountId,
      browser: uid,
      state: await state(does, await accounts.profile(accountId)), // deciding may have changed it
      does,
      takesAlong: ripe.map(({ id }) => id),
      words: {
        ...words,
        alsoCount: ripe.map(({ name, createdAt }) => ({ name, createdAt })),
        back: back ?? sentFields(ctx).filter(([name]) => name !== 'decision'),
      },
    })
    return show(ctx, person, act, undefined, formTargets)
  }

  async function show(
    ctx: Context,
    { profile, csrf }: Prover,
    act: WaitingAct,
    problem?: FormProblem,
    formTargets?: readonly string[],
  ): Promise<void> {
    if (problem) setProblemStatus(ctx, problem)
    const full = passkeysOf(profile, 'full', unixTime())
    const view = proofPage({
      act: act.id,
      csrf,
      words: act.words,
      ...(full.length ? { passkeyOptions: passkeys.proofOptions(challengeOfAct(act), full) } : {}),
      takesToken: !profile.onlyPasskeys,
      ...(problem ? { problem: problem.problem } : {}),
    })
    await sendPage(ctx, view, formTargets)
  }

  /** What a proven act does, and when it was decided. Undefined when it may not be done, and then the person has been told. */
  async function take<Does>(
    ctx: Context,
    person: Prover,
    id: string,
    { shape, state, formTargets }: Provable<Does>,
  ): Promise<{ readonly does: Does; readonly at: number } | undefined> {
    const { accountId, uid } = person
    const act = await findAct(store, id)
    const does = act && shape.safeParse(act.does).data
    if (!act || does === undefined) return void (await showOver(ctx))
    const isStill = async (profile: Profile) =>
      isOf(act, ctx, person) && countsStill(profile, uid, act.at) && act.state === (await state(does, profile))
    if (!(await isStill(person.profile))) return void (await showOver(ctx))
    const proof = await tryProof(ctx, person, act)
    if ('problem' in proof) {
      // Counted for this browser: a stranger who tries to sign in must not keep the person from proving. What is good counts
      // however often something else was tried.
      const retryAfter = proof.status === 422 && (await countAttempt(store, RATE_LIMITS.proof, `${accountId} ${uid}`))
      return void (await show(ctx, person, act, retryAfter ? tooManyAttempts(retryAfter) : proof, formTargets))
    }
    // Checking may take as long as QuantConnect does, and meanwhile the person may have stopped or changed everything.
    const profile = await accounts.profile(accountId)
    const isUsable =
      !proof.passkey || passkeysOf(profile, 'full', unixTime()).some(({ id }) => id === proof.passkey?.id)
    if (!isUsable || !(await isStill(profile)) || !(await useAct(store, act))) return void (await showOver(ctx))
    await accounts.change(accountId, (known) => proven(known, act, proof.passkey), {
      what: `Confirmed with ${proof.passkey ? `the passkey “${proof.passkey.name}”` : 'the API token'}: ${act.words.recorded ?? act.words.before}`,
    })
    return { does, at: act.at }
  }

  async function showOver(ctx: Context): Promise<void> {
    ctx.status = 410
    const view = problemPage({
      title: 'This is over',
      happened:
        'It waited too long, was confirmed already, or something has changed since you decided. Nothing was done now.',
      remedy: 'Go back, look at it as it is now, and decide again.',
      sandbox: suppliers.sandboxAccounts.length > 0,
      link: { to: ctx.path.startsWith('/interaction') ? ctx.path : '/account', says: 'Look at it again' },
    })
    await sendPage(ctx, view)
  }

  async function showTooMany(ctx: Context, retryAfter: number, sandbox: boolean): Promise<void> {
    setProblemStatus(ctx, tooManyAttempts(retryAfter))
    const view = problemPage({
      title: 'Too many at once',
      happened: 'More was begun in this browser in the last minutes than one person decides.',
      remedy: 'Wait a few minutes. What only stops or narrows works all the time.',
      sandbox,
      link: { to: '/account', says: 'Open the account page' },
    })
    await sendPage(ctx, view)
  }

  /** Whether what the form shows is good, and with which passkey. */
  async function tryProof(
    ctx: Context,
    { accountId, profile }: Prover,
    act: WaitingAct,
  ): Promise<{ readonly passkey?: StoredPasskey } | FormProblem> {
    const posted = field(ctx, 'passkey')
    if (posted) {
      const passkey = await passkeys.verifyProof(passkeysOf(profile, 'full', unixTime()), posted, {
        accountId,
        challenge: challengeOfAct(act),
      })
      return passkey ? { passkey } : BAD_PASSKEY
    }
    if (profile.onlyPasskeys) return { problem: 'You chose that only a passkey confirms. Use one.', status: 422 }
    const apiToken = field(ctx, 'apiToken').trim()
    if (!apiToken) return { problem: 'Use a passkey, or enter the API token.', status: 422 }
    return (await tryToken(apiToken, accountId, suppliers)) ?? {}
  }

  return { prove }
}

/** Whether an act was asked here, of this person, in this browser. */
const isOf = ({ address, accountId, browser }: WaitingAct, { path }: Context, person: Prover): boolean =>
  address === path && accountId === person.accountId && browser === person.uid

/** What a proof changes by itself: the passkey was used, and those that its page named prove as much as any. */
function proven(profile: Profile, { takesAlong }: WaitingAct, used: StoredPasskey | undefined): Profile {
  const noted = used ? withUse(profile, used) : profile
  const taken = noted.passkeys.filter(({ id, young }) => young && takesAlong.includes(id))
  return withNews(
    withFull(noted, takesAlong),
    taken.map(({ id, name }) => ({ what: 'passkey-counts', of: id, name })),
    Date.now(),
  )
}

const BAD_PASSKEY: FormProblem = {
  problem:
    'That passkey does not count for this: it is not one of this account, was added only lately, or could not be checked.',
  status: 422,
}
