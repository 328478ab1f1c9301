// What a person chooses on a page of permissions, on the consent page and on the account page alike: what is offered, what
// a preset ticks, and what a posted form means. Plain values; nothing here allows anything.
import type { Allowance, StoredAllowance } from '../../grants/allowance.ts'
import { allowanceOf, dangerousIn, mayTrade, tradesForReal } from '../../grants/allowance.ts'
import type { Lifetime } from '../../grants/lifetime.ts'
import { DEFAULT_LIFETIME, isLifetime, lifeOf } from '../../grants/lifetime.ts'
import type { Scope } from '../../scopes.ts'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../scopes.ts'
import type { Weight } from './weight.ts'
import { pressedTooMild } from './weight.ts'

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
export function offer(requested: readonly Scope[], grant: Pick<Allowance, 'scopes'> | undefined): Offer[] {
  return ALL_SCOPES.map((scope) => {
    const allowed = grant?.scopes.includes(scope) ?? false
    const asked = allowed || requested.includes(scope)
    const ticked = allowed || (asked && isHarmless(SCOPES[scope].risk))
    return { scope, asked, ticked, isNew: Boolean(grant) && asked && !allowed }
  })
}

/** The radio buttons, in their order. `custom` is whatever is ticked. */
export const PRESETS = ['requested', 'readonly', 'research', 'paper', 'live', 'trader', 'admin', 'custom'] as const
export type Preset = (typeof PRESETS)[number]
const isPreset = (value: string): value is Preset => (PRESETS as readonly string[]).includes(value)

/** What is said about the end: one of the lifetimes, which begins now, or that it stays as it is. */
export type Ends = Lifetime | 'keep'

/** What a page of permissions shows, and what its form says. */
export interface ChosenAllowance extends Allowance {
  readonly ends: Ends
}

/** What the page shows when it is first opened. `now` in seconds since 1970. */
export function firstAllowance(
  offers: readonly Offer[],
  grant: StoredAllowance | undefined,
  now: number,
): ChosenAllowance {
  const allowed = grant && allowanceOf(grant)
  const scopes = offers.filter(({ ticked }) => ticked).map(({ scope }) => scope)
  if (!allowed)
    return { scopes, paperOnly: true, brake: true, ends: DEFAULT_LIFETIME, ...lifeOf(DEFAULT_LIFETIME, now) }
  return {
    ...allowed,
    scopes,
    paperOnly: !tradesForReal(allowed), // what trades newly begins on paper
    brake: allowed.brake || !touchesMoney(allowed),
    ends: 'keep',
  }
}

/** Without anything dangerous there is nothing that could leave paper. */
const touchesMoney = (allowance: Pick<Allowance, 'scopes'>): boolean => dangerousIn(allowance).length > 0

/** A form as it was posted, by the names of its fields. */
interface PostedForm {
  /** The value of a field; empty when it is absent or given twice. */
  one(name: string): string
  /** All values of a field. */
  all(name: string): readonly string[]
}

/** What a person set in a form. */
export interface PostedAllowance extends ChosenAllowance {
  readonly preset: Preset
  /** Whether another preset was chosen than the page had shown: its boxes must be seen before they count. */
  readonly unseen: boolean
  /** What the button said that the page showed, where what is chosen is graver. */
  readonly pressedTooMild?: Weight
}

/**
 * Reads the part of a form that views/permissions.ts made. The boxes decide; a preset that the page had not rendered replaces
 * them, and has to be looked at first. `grant` is what there is to be changed, and `now` in seconds since 1970.
 */
export function readAllowance(
  form: PostedForm,
  offers: readonly Offer[],
  initial: Preset,
  grant: StoredAllowance | undefined,
  now: number,
): PostedAllowance {
  const [asked, shown, expires] = [form.one('preset'), form.one('rendered'), form.one('expires')]
  const brake = form.one('brake')
  const rendered = isPreset(shown) ? shown : initial
  const chosen = isPreset(asked) ? asked : rendered
  const unseen = chosen !== 'custom' && chosen !== rendered
  const boxes = ALL_SCOPES.filter((scope) => form.all('scope').includes(scope))
  const scopes = unseen ? presetScopes(chosen, offers) : boxes
  const isReal = form.one('paper') === 'off'
  // Real money that came with Live was chosen with Live alone: who goes on from there by the arrow keys has only passed it.
  const choseReal = isReal && mayTrade({ scopes: boxes }) && rendered !== 'live'
  const paperOnly = !touchesMoney({ scopes }) || (unseen ? isOnPaper(chosen, choseReal, grant) : !isReal)
  const preset = unseen || isAsPreset(chosen, offers, { scopes, paperOnly }) ? chosen : 'custom'
  const ends = isLifetime(expires) ? expires : grant ? 'keep' : DEFAULT_LIFETIME
  // Named twice it cannot be read, and counts as the mildest.
  const [button = '', ...others] = form.all('shown')
  const tooMild = pressedTooMild(others.length ? 'twice' : button, { scopes, paperOnly })
  return {
    preset,
    unseen,
    ...(tooMild ? { pressedTooMild: tooMild } : {}),
    scopes,
    paperOnly,
    brake: !touchesMoney({ scopes }) || (brake ? brake !== 'off' : (grant?.brake ?? true)),
    ends,
    ...(grant && ends === 'keep' ? lifeIn(grant) : lifeOf(ends === 'keep' ? DEFAULT_LIFETIME : ends, now)),
  }
}

const lifeIn = ({ endless = false, expiresAt }: StoredAllowance) => ({ endless, expiresAt })

/** Whether a preset takes the place of the boxes on paper; `choseReal` is whether its person chose real money for those. */
function isOnPaper(preset: Preset, choseReal: boolean, grant: StoredAllowance | undefined): boolean {
  if (preset === 'paper' || preset === 'live') return preset === 'paper'
  return preset === 'requested' ? !(grant && tradesForReal(allowanceOf(grant))) : !choseReal
}

/** Whether boxes and money are still those of a preset; else they are the person's own choice. */
function isAsPreset(
  preset: Preset,
  offers: readonly Offer[],
  { scopes, paperOnly }: Pick<Allowance, 'scopes' | 'paperOnly'>,
): boolean {
  if (preset === 'custom') return false
  const own = presetScopes(preset, offers)
  const hasItsMoney = preset === 'paper' ? paperOnly : preset !== 'live' || !paperOnly
  return hasItsMoney && own.length === scopes.length && own.every((scope) => scopes.includes(scope))
}

/** What spends or overwrites, which trading on paper needs none of. */
const NOT_FOR_PAPER: readonly Scope[] = ['qc:optimizations:write', 'qc:objects:write']
const PRESET_SCOPES: Readonly<Record<Exclude<Preset, 'requested' | 'custom'>, readonly Scope[]>> = {
  ...GROUPS,
  paper: GROUPS.trader.filter((scope) => !NOT_FOR_PAPER.includes(scope)),
  live: GROUPS.trader,
}
const presetScopes = (preset: Exclude<Preset, 'custom'>, offers: readonly Offer[]): readonly Scope[] =>
  preset === 'requested' ? offers.filter(({ ticked }) => ticked).map(({ scope }) => scope) : PRESET_SCOPES[preset]
