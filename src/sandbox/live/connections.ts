// /live/auth0: connecting a brokerage. One call answers with the address of a page for a person, the other gives what the
// brokerage handed over, once the person has allowed it. That lasts, as it does at QuantConnect.
import { randomBytes } from 'node:crypto'
import { ApiError, type Arguments, type Family, Redirect, textIn } from '../handler.ts'
import type { BrokerageLogin, LoginBrokerage } from '../world/deployment.ts'
import { hash } from '../world/ids.ts'
import type { World } from '../world/world.ts'

interface Brokerage {
  /** The name for people. */
  readonly label: string
  /** The fields of its form that a login fills in. */
  readonly fields: (seed: string) => Readonly<Record<string, string | number>>
}

export const BROKERAGES: Readonly<Record<LoginBrokerage, Brokerage>> = {
  alpaca: { label: 'Alpaca', fields: (seed) => ({ 'alpaca-access-token': `sandbox-${seed}` }) },
  tradestation: {
    label: 'TradeStation',
    fields: (seed) => ({
      'trade-station-client-id': 'sandbox-client',
      'trade-station-account-id': 'SIM0000001',
      'trade-station-refresh-token': `sandbox-${seed}`,
    }),
  },
  charlesschwab: { label: 'Charles Schwab', fields: () => ({ 'charles-schwab-account-number': '00000001' }) },
  tastytrade: {
    label: 'tastytrade',
    fields: (seed) => ({
      'tastytrade-account-number': 10000001,
      'tastytrade-refresh-token': `sandbox-${seed}`,
    }),
  },
}

function brokerageOf(args: Arguments): LoginBrokerage {
  const name = textIn(args, 'brokerage') ?? ''
  if (!Object.hasOwn(BROKERAGES, name)) throw new ApiError('Brokerage is not supported')
  return name as LoginBrokerage // the line above looked
}

const loginOf = (world: World, brokerage: LoginBrokerage): BrokerageLogin | undefined =>
  world.logins?.find((login) => login.brokerage === brokerage)

/** What happens when the person presses the button. */
export function approve(login: BrokerageLogin, now: number): BrokerageLogin {
  login.approved ??= now
  return login
}

export const connectionEndpoints: Family = {
  '/live/auth0/authorize': (world, args) => {
    const brokerage = brokerageOf(args)
    let login = loginOf(world, brokerage)
    if (!login) {
      login = { brokerage, secret: randomBytes(24).toString('base64url'), approved: null }
      world.logins = [...(world.logins ?? []), login]
    }
    return new Redirect(`/connections/${world.userId}/${login.secret}`)
  },

  '/live/auth0/read': (world, args) => {
    const login = loginOf(world, brokerageOf(args))
    if (!login || login.approved === null) return { authorization: null }
    return { authorization: BROKERAGES[login.brokerage].fields(hash(login.secret).slice(0, 24)) }
  },
}
