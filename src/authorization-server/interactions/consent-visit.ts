// The consent page: what it shows, and what an answer comes to.
import type { Context } from 'koa'
import { errors } from 'oidc-provider'
import * as z from 'zod'
import { mayAddFirstPasskey, sessionIn } from '../../accounts/profile.ts'
import { Allowance, allowanceOf, dangerousIn } from '../../grants/allowance.ts'
import type { Grant } from '../../grants/grant-record.ts'
import { revisionOf } from '../../grants/grants.ts'
import { DEFAULT_LIFETIME, lifeOf } from '../../grants/lifetime.ts'
import { GOES_ON, isSuspended } from '../../grants/suspension.ts'
import type { Scope } from '../../scopes.ts'
import { isHarmless, parseScopes, SCOPES } from '../../scopes.ts'
import { unixTime } from '../../unix-time.ts'
import { sessionOf } from '../oidc/session.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { addFirstPasskey, endOffer } from '../passkeys/first-passkey.ts'
import type { PostedAllowance } from '../permissions/choice.ts'
import { firstAllowance, offer, readAllowance } from '../permissions/choice.ts'
import { describeConnection, holdersOf } from '../permissions/describe-connection.ts'
import { differenceOf, summarize } from '../permissions/summary.ts'
import { BUTTONS, saidLess, weightOf } from '../permissions/weight.ts'
import type { Decided, Prover } from '../proofs/proofs.ts'
import { createProofs } from '../proofs/proofs.ts'
import { consentPage } from '../views/consent.ts'
import { sendPage } from '../views/layout.ts'
import { PRESET_WORDS } from '../views/permissions.ts'
import { consentResult, noteVainRequest, tellOfConsent } from './consent.ts'
import { csrfToken, field, postedForm } from './form.ts'
import type { Joining } from './joining.ts'
import { isGrave, joiningOf, NONE_YET, needsProof } from './joining.ts'
import type { Finish, Interaction } from './visit.ts'
import { clientOf, signedInBy } from './visit.ts'

export function createConsentVisits(suppliers: PageSuppliers, finish: Finish) {
  const { provider, grants, vault, accounts, auditLog, passkeys, cookieKeys, store, tools } = suppliers
  const proofs = createProofs(suppliers)
  const refuse = (ctx: Context, error_description: string) => finish(ctx, { error: 'access_denied', error_description })

  /** What page and answer need to know of the request behind a visit, and of who is here. */
  async function factsOf(ctx: Context, interaction: Interaction) {
    const { params, uid } = interaction
    const client = await clientOf(provider, interaction)
    const session = await sessionOf(provider, ctx)
    const { accountId = '' } = session
    const profile = await accounts.profile(accountId)
    const browser = sessionIn(profile, session.uid)
    if (!browser) throw new errors.SessionNotFound('signed out meanwhile')
    // As things are now: another tab may have connected the same client since this visit began.
    const clientId = String(params.client_id)
    const living = await grants.listOf(accountId, clientId)
    const person: Prover = { accountId, uid: session.uid, profile, csrf: csrfToken(cookieKeys, uid) }
    const asked = parseScopes(String(params.scope))
    return { client, person, living, asked, signedInBy: signedInBy(interaction, browser) }
  }
  type Facts = Awaited<ReturnType<typeof factsOf>>

  /** Shows the page as it is first opened, or as the person left it. */
  async function show(
    ctx: Context,
    interaction: Interaction,
    { posted, connection = field(ctx, 'connection'), ...said }: PageLeft = {},
  ) {
    const { client, person, living, asked } = await factsOf(ctx, interaction)
    const { accountId, uid, profile, csrf } = person
    const credentials = await vault.open(accountId)
    if (!credentials) throw new errors.SessionNotFound('the account is gone')
    const { userId, realm } = credentials
    const sandbox = realm === 'sandbox'
    const joining = joiningOf(living, connection)
    const calls = living.length ? await auditLog.calls(accountId) : []
    const connections = living.map((grant) => describeConnection(grant, tools, calls))
    // One alone is shown for what it is; of several the person first says which.
    const shown = joining === 'unsaid' && living.length === 1 ? living[0] : joinedIn(joining)
    const offers = offer(asked, shown)
    const added = offers.filter(({ isNew }) => isNew).map(({ scope }) => scope)
    const allowance = posted ?? firstAllowance(offers, shown, unixTime())
    const view = consentPage({
      client,
      csrf,
      uid: interaction.uid,
      userId,
      sandbox,
      now: unixTime(),
      connections,
      ...(joining === 'unsaid' && !shown ? {} : { connection: shown?.id ?? (living.length ? 'new' : NONE_YET) }),
      permissions: {
        offers,
        allowance,
        ...(shown ? { life: shown } : {}),
        preset: posted?.preset ?? 'requested',
        requested: true,
        summary: summarize(client.name, allowance, tools),
        now: unixTime(),
      },
      ...(shown && added.length ? { difference: differenceOf(shown.scopes, added, allowance.scopes) } : {}),
      again: shown !== undefined && !isSuspended(shown) && !posted && !added.length,
      ...(mayAddFirstPasskey(profile, uid, unixTime())
        ? { firstPasskey: passkeys.creationOptions({ accountId, userId, sandbox, passkeys: [] }) }
        : {}),
      ...said,
    })
    await sendPage(ctx, view, client.formTargets)
  }

  async function answer(ctx: Context, interaction: Interaction) {
    const facts = await factsOf(ctx, interaction)
    const { client, person } = facts
    const { accountId } = person
    const clientId = String(interaction.params.client_id)
    const joinedBy = ({ connection }: Answered) => grants.findOwn(connection, accountId, clientId)
    await proofs.prove(ctx, person, {
      shape: Answered,
      async state(does) {
        const visit = await provider.Interaction.find(interaction.uid)
        if (!visit || visit.result?.error) return 'denied'
        const grant = await joinedBy(does)
        return grant ? revisionOf(grant) : does.connection
      },
      formTargets: client.formTargets,
      decide: () => decide(ctx, interaction, facts),
      async carryOut(does, at) {
        const grant = await joinedBy(does)
        const request = { uid: interaction.uid, scope: String(interaction.params.scope) }
        if (grant && (await noteVainRequest(store, request, grant, does))) {
          // The client hears no; what the person changed beside holds all the same.
          const changed = await grants.change(grant.id, { ...allowanceOf(does), ...GOES_ON }, grant)
          if (changed) await tellOfConsent(accounts, grant, changed)
          return refuse(ctx, 'the person allowed nothing of it, twice')
        }
        return finish(ctx, { consent: { ...consentResult(does, accountId, grant, at) } })
      },
    })
  }

  async function decide(ctx: Context, interaction: Interaction, facts: Facts): Promise<Decided<Answered> | undefined> {
    const { client, person, living, asked } = facts
    const form = postedForm(ctx)
    const decision = form.one('decision')
    if (decision === 'deny') {
      await endOffer(person, suppliers)
      return void (await refuse(ctx, 'the person said no'))
    }
    const connection = decision === 'separate' ? 'new' : form.one('connection')
    const joining = joiningOf(living, connection)
    const grant = joinedIn(joining)
    const posted = readAllowance(form, offer(asked, grant), 'requested', grant, unixTime())
    const hasBoxes = form.one('rendered') !== '' || posted.scopes.length > 0
    const left: PageLeft = { connection, ...(hasBoxes ? { posted } : {}) }
    if (decision === 'passkey') {
      return void (await show(ctx, interaction, { ...left, ...(await firstPasskey(ctx, person)) }))
    }
    // Boxes are looked at before they count: those of another preset, and those of a new connection beside others.
    const unseen = posted.unseen || (joining === 'new' && living.length > 0 && !hasBoxes)
    if (decision === 'preview' || (decision === 'allow' && unseen)) {
      return void (await show(ctx, interaction, { ...left, ...(posted.unseen ? { notice: boxesOf(posted) } : {}) }))
    }
    // A page that only asked which connection has no boxes: what is chosen there goes on as it is.
    const chosen =
      decision === 'separate' ? harmlessPart(asked) : grant && !hasBoxes ? allowanceOf(grant) : allowanceOf(posted)
    const problem = problemIn(decision, connection, joining, chosen)
    if (problem) {
      ctx.status = 422
      return void (await show(ctx, interaction, { connection, ...(decision === 'separate' ? {} : left), problem }))
    }
    const pressed = decision === 'allow' && hasBoxes ? posted.pressedTooMild : undefined
    const does: Answered = { ...chosen, connection: grant?.id ?? 'new' }
    const { onlyPasskeys = false, everythingSuspendedAt } = person.profile
    const isHeld = everythingSuspendedAt !== undefined || living.some(isSuspended)
    if (!needsProof(does, { joins: grant, signedInBy: facts.signedInBy, onlyPasskeys, isHeld })) {
      if (pressed) return void (await show(ctx, interaction, { ...left, problem: saidLess(pressed, chosen) }))
      await endOffer(person, suppliers)
      return { does }
    }
    await endOffer(person, suppliers)
    const { realm } = (await vault.open(person.accountId)) ?? {}
    const question = {
      sandbox: realm === 'sandbox',
      before: before(client.name, grant, isHeld),
      client: { name: client.name, returnsTo: client.returnsTo },
      ...(grant ? { holders: holdersOf(grant) } : {}),
      summary: summarize(client.name, chosen, tools),
      life: { endless: does.endless, expiresAt: does.expiresAt },
      ...(pressed ? { caution: saidLess(pressed, chosen) } : {}),
    }
    return { does, question }
  }

  /** Makes the passkey that the page offered after a sign-in with the API token, and says so. */
  async function firstPasskey(ctx: Context, { accountId, uid }: Prover) {
    const added = await addFirstPasskey(ctx, { accountId, uid }, suppliers)
    if (added) return { notice: `The passkey is added. You can sign in with “${added}” from now on.` }
    ctx.status = 422
    return { problem: 'That passkey could not be added. You can do so later, on your account page.' }
  }

  return { show, answer }
}

/** How a person left the page, and what is said on it. */
interface PageLeft {
  readonly posted?: PostedAllowance
  readonly connection?: string
  readonly problem?: string
  readonly notice?: string
}

/** What a connection of its own gets at once, of what was asked for. */
const harmlessPart = (asked: readonly Scope[]): Allowance => ({
  scopes: asked.filter((scope) => isHarmless(SCOPES[scope].risk)),
  paperOnly: true,
  brake: true,
  ...lifeOf(DEFAULT_LIFETIME, unixTime()),
})

/** What a person answered: what is allowed, and the connection that gets it, by its id or `new`. */
const Answered = z.object({ ...Allowance.shape, connection: z.string() })
type Answered = Readonly<z.infer<typeof Answered>>

/** What is said of the boxes of a preset that take the place of those that the page had shown. */
const boxesOf = (posted: PostedAllowance): string =>
  `These are the boxes of “${PRESET_WORDS[posted.preset].name}”. Look at them, then press “${BUTTONS[weightOf(posted)]}”.`

const joinedIn = (joining: Joining): Grant | undefined => (typeof joining === 'object' ? joining.join : undefined)

/** What is wrong with an answer, for whoever gave it. */
function problemIn(
  decision: string,
  connection: string,
  joining: Joining,
  { scopes }: Pick<Allowance, 'scopes'>,
): string | undefined {
  if (!['allow', 'separate'].includes(decision)) return 'Please choose Allow or Deny.'
  // Who came in between has no right to what the person allows on a page that shows nobody.
  if (connection === NONE_YET && joining !== 'new' && (joining === 'unsaid' || dangerousIn({ scopes }).length)) {
    return 'It was connected meanwhile. Look at that connection as it is now, and answer again.'
  }
  if (joining === 'unsaid') return 'Please say which connection it is.'
  if (scopes.length) return undefined
  return decision === 'separate'
    ? 'It asks for nothing harmless, so nothing would be left. Tick below what a connection of its own may do.'
    : 'Nothing is ticked. Tick what to allow, or choose Deny.'
}

const before = (name: string, grant: Grant | undefined, isHeld: boolean): string => {
  if (grant?.suspended) return `“${name}” goes on, which waited since your API token was replaced`
  if (grant && isSuspended(grant)) return `“${name}” goes on, which is suspended`
  if (isHeld) return `“${name}” is connected, while you have it suspended, or everything`
  return grant && isGrave(grant)
    ? `whoever asks now as “${name}” gets this connection`
    : `“${name}” may do more that trades, spends, deletes or administers, or for longer`
}
