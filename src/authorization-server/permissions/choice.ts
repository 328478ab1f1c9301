// What a person chooses on a page of permissions, on the consent page and on the account page alike: what is offered, what
// a preset ticks, and what a posted form means. Plain values; nothing here allows anything.
import type { Grant } from '../../grants/grants.ts'
import type { Lifetime } from '../../grants/lifetime.ts'
import { DEFAULT_LIFETIME, isLifetime, LIFETIMES } from '../../grants/lifetime.ts'
import type { Scope } from '../../scopes.ts'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../scopes.ts'

export interface Offer {
  readonly scope: Scope
  /** Whether its box is ticked when the page is first shown. */
  readonly ticked: boolean
  /** Whether the client asks for it, or has it. What it does not ask for a person may give all the same. */
  readonly asked: boolean
  /** Asked for on top of what an existing connection may do. */
  readonly isNew: boolean
}

/**
 * What a page offers: everything there is, since some clients cannot ask for more later (clients that take HTTP 403 for
 * the end), and then only a person can widen a connection. Ticked beforehand is what is allowed, and what is asked for
 * and harmless; what trades, spends, deletes or administers a person ticks themselves.
 */
export function offer(requested: readonly Scope[], grant: Pick<Grant, 'scopes'> | undefined): Offer[] {
  return ALL_SCOPES.map((scope) => {
    const allowed = grant?.scopes.includes(scope) ?? false
    const asked = allowed || requested.includes(scope)
    const ticked = allowed || (asked && isHarmless(SCOPES[scope].risk))
    return { scope, asked, ticked, isNew: Boolean(grant) && asked && !allowed }
  })
}

/** The radio buttons, in their order. `custom` is whatever is ticked. */
export const PRESETS = ['requested', 'readonly', 'research', 'trader', 'admin', 'custom'] as const
export type Preset = (typeof PRESETS)[number]
const isPreset = (value: string): value is Preset => (PRESETS as readonly string[]).includes(value)

/** What a person wants a connection to be. */
export interface Choice {
  readonly scopes: readonly Scope[]
  /** Whether what trades may use the paper brokerage only. */
  readonly paperOnly: boolean
  readonly lifetime: Lifetime
}

/** What the page shows when it is first opened. */
export function firstChoice(offers: readonly Offer[], grant: Grant | undefined): Choice {
  return {
    scopes: offers.filter(({ ticked }) => ticked).map(({ scope }) => scope),
    paperOnly: !(grant && mayTrade(grant) && !grant.paperOnly),
    lifetime: grant?.lifetime ?? DEFAULT_LIFETIME,
  }
}

/** A form as it was posted. */
export interface Posted {
  readonly preset: string
  /** The preset whose boxes the page had shown. */
  readonly rendered: string
  readonly scope: readonly string[]
  /** Empty when its box was not ticked. */
  readonly paper: string
  readonly expires: string
}

export interface Answer extends Choice {
  readonly preset: Preset
  /** Whether another preset was chosen than the page had shown: its boxes must be seen before they count. */
  readonly unseen: boolean
}

/** What a form says. The boxes decide; a preset that the page had not rendered replaces them, and has to be looked at first. */
export function readChoice(posted: Posted, offers: readonly Offer[], initial: Preset): Answer {
  const rendered = isPreset(posted.rendered) ? posted.rendered : initial
  const preset = isPreset(posted.preset) ? posted.preset : rendered
  const unseen = preset !== 'custom' && preset !== rendered
  const boxes = ALL_SCOPES.filter((scope) => posted.scope.includes(scope))
  return {
    preset,
    unseen,
    scopes: unseen ? presetScopes(preset, offers) : boxes,
    // Only on a page of ours can the box have been unticked.
    paperOnly: posted.paper === 'on' || !posted.rendered,
    lifetime: isLifetime(posted.expires) ? posted.expires : DEFAULT_LIFETIME,
  }
}

const presetScopes = (preset: Exclude<Preset, 'custom'>, offers: readonly Offer[]): readonly Scope[] =>
  preset === 'requested' ? offers.filter(({ ticked }) => ticked).map(({ scope }) => scope) : GROUPS[preset]

const TRADING: readonly Scope[] = ALL_SCOPES.filter((scope) => SCOPES[scope].risk === 'trades')

/** Whether a connection may do anything that trades. */
export const mayTrade = ({ scopes }: Pick<Choice, 'scopes'>): boolean => scopes.some((scope) => TRADING.includes(scope))

const ORDER = Object.keys(LIFETIMES) as Lifetime[] // sound: from the shortest to the longest

/**
 * Whether a choice allows anything that trades, spends, deletes or administers and was not allowed before: real money
 * instead of paper, and for longer, included. For that a person shows who they are again.
 */
export function allowsNewDanger(
  before: Pick<Grant, 'scopes' | 'paperOnly' | 'lifetime'> | undefined,
  choice: Choice,
): boolean {
  const grave = choice.scopes.filter((scope) => !isHarmless(SCOPES[scope].risk))
  const graver = grave.some((scope) => !before?.scopes.includes(scope))
  const realMoney = mayTrade(choice) && !choice.paperOnly && before?.paperOnly === true
  const longer = ORDER.indexOf(choice.lifetime) > ORDER.indexOf(before?.lifetime ?? DEFAULT_LIFETIME)
  return graver || realMoney || (grave.length > 0 && longer)
}
