// How grave a choice is, as the button that makes it says: the gravest thing that it allows counts.
import type { Allowance } from '../../grants/allowance.ts'
import type { Risk } from '../../scopes.ts'
import { SCOPES } from '../../scopes.ts'

/** The buttons, from the mildest to the gravest. */
const buttons = {
  look: 'Allow looking',
  build: 'Allow building and backtesting',
  spend: 'Allow spending credit',
  delete: 'Allow deleting',
  paper: 'Allow trading on paper',
  real: 'Allow trading with real money',
  administer: 'Allow running your account',
} as const

/** Which button a page shows; it travels in its form as `shown`. */
export type Weight = keyof typeof buttons
/** By weight, what the button says. */
export const BUTTONS: Readonly<Record<Weight, string>> = buttons
const ORDER = Object.keys(buttons) as Weight[] // sound: the keys are exactly the weights
const isWeight = (value: string): value is Weight => Object.hasOwn(buttons, value)

/** Of one kind of permission. */
export const weightOfRisk = (risk: Risk, paperOnly: boolean): Weight => {
  switch (risk) {
    case 'reads':
      return 'look'
    case 'changes':
      return 'build'
    case 'spends':
      return 'spend'
    case 'deletes':
      return 'delete'
    case 'trades':
      return paperOnly ? 'paper' : 'real'
    case 'administers':
      return 'administer'
  }
}

/** Of what is allowed, the gravest. */
export function weightOf({ scopes, paperOnly }: Pick<Allowance, 'scopes' | 'paperOnly'>): Weight {
  const weights = scopes.map((scope) => weightOfRisk(SCOPES[scope].risk, paperOnly))
  return ORDER.findLast((weight) => weights.includes(weight)) ?? 'look'
}

/** The same as a number, to put the gravest first. */
export const gravityOf = (allowed: Pick<Allowance, 'scopes' | 'paperOnly'>): number => ORDER.indexOf(weightOf(allowed))

/**
 * The weight of the button that was pressed, where what it allowed is graver than it said; undefined where it said enough, or
 * the form does not tell. `shown` is what the form tells; a word that is none of ours said the least.
 */
export function pressedTooMild(shown: string, chosen: Pick<Allowance, 'scopes' | 'paperOnly'>): Weight | undefined {
  if (!shown) return undefined
  const pressed = isWeight(shown) ? shown : 'look'
  return gravityOf(chosen) > ORDER.indexOf(pressed) ? pressed : undefined
}

/** What its person is told then, before anything is granted. */
export const saidLess = (pressed: Weight, chosen: Pick<Allowance, 'scopes' | 'paperOnly'>): string =>
  `The button that you pressed said “${BUTTONS[pressed]}”. What you chose is more: “${BUTTONS[weightOf(chosen)]}”.`
