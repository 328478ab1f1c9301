// Trades a program over its days: decide on what the day before showed, fill at the opening, value at the close.
import { stamp } from '../handler.ts'
import { DAY, dayOf, FIRST_DAY, isTradingDay, monthOf, newYorkStamp } from './calendar.ts'
import { type Change, changesFor } from './changes.ts'
import { settledNumber, settledText } from './code.ts'
import { decisions, historyOf, readyAfter } from './decisions.ts'
import { type Circumstances, partOf, periodOf, sessionsBetween, type TradingSession } from './period.ts'
import { cents, Portfolio } from './portfolio.ts'
import { type Bar, barOf, closeOf, priceWithin, seen } from './prices.ts'
import type { Program } from './program.ts'
import { randomFrom } from './random.ts'
import { type Security, securityOf } from './securities.ts'
import type { Day, EquityPoint, Insight, Order, Simulation } from './simulation.ts'

const NO_BAR: Bar = { open: 0, high: 0, low: 0, close: 0 }
const TICKER_AT_MOST = 12
const DAYS_AT_A_TIME = 50

/** What a program trades, under some parameters. Two names for the same security count once. */
function securitiesOf(program: Program, parameters: Circumstances['parameters']): Security[] {
  const found = program.securities.map(({ ticker, assetClass }) =>
    securityOf(settledText(ticker, parameters).toUpperCase().slice(0, TICKER_AT_MOST), assetClass),
  )
  return [...new Map(found.map((security) => [security.id, security])).values()]
}

/** Closes of the days of a run, after those of as many days before it as its strategy looks back. Pauses on the way. */
function* closesOf(
  security: Security,
  sessions: readonly TradingSession[],
  history: number,
  aroundTheClock: boolean,
): Generator<void, Float64Array> {
  closeOf(security, FIRST_DAY) // the first question about a security makes up all of its prices
  yield
  const earlier: number[] = []
  for (let day = (sessions[0]?.day ?? FIRST_DAY) - 1; earlier.length < history; day -= 1) {
    if (aroundTheClock || isTradingDay(day) || day < FIRST_DAY) earlier.push(closeOf(security, day))
  }
  const closes = earlier.reverse()
  for (const [index, { day }] of sessions.entries()) {
    if (index % DAYS_AT_A_TIME === 0) yield
    closes.push(closeOf(security, day))
  }
  return Float64Array.from(closes)
}

/** Pauses on the way: years of many securities take a while. */
export function* run(program: Program, circumstances: Circumstances): Generator<void, Simulation> {
  const { parameters } = circumstances
  const live = circumstances.start !== undefined
  const period = periodOf(program, circumstances)
  const start = circumstances.start ?? period.first * DAY
  const end = Math.max(start, circumstances.end ?? period.last * DAY + DAY - 1)
  const cash = circumstances.cash ?? settledNumber(program.cash, parameters)
  const securities = securitiesOf(program, parameters)
  const benchmark = securityOf(settledText(program.benchmark, parameters).slice(0, TICKER_AT_MOST), 'equity')
  const aroundTheClock = securities.length > 0 && securities.every(({ assetClass }) => assetClass === 'crypto')
  const sessions = sessionsBetween(start, end, live, aroundTheClock)
  const history = historyOf(program.strategy, parameters)
  const closes: Float64Array[] = []
  for (const security of securities) {
    closes.push(yield* closesOf(security, sessions, history, aroundTheClock))
  }
  const decide = decisions(program.strategy, parameters, closes)
  const notBefore = program.warm || live ? 0 : readyAfter(program.strategy, parameters)

  const portfolio = new Portfolio(cash)
  const slips = randomFrom(`fills of ${program.numbers}`)
  let targets: readonly number[] = securities.map(() => 0)
  const equity: EquityPoint[] = [{ time: start, open: cash, high: cash, low: cash, close: cash }]
  const marks = [{ time: start, value: closeOf(benchmark, dayOf(start) - 1) }]
  const days: Day[] = []
  const insights: Insight[] = []
  /** Clocks at the exchange; coins have none, and go by UTC. */
  const clock = (time: number) => (aroundTheClock ? stamp(time * 1000) : newYorkStamp(time))
  const logs = program.greetings.map((line) => `${live ? clock(start) : stamp(start * 1000)} ${line}`)
  let bars: readonly Bar[] = securities.map((security) => barOf(security, dayOf(start) - 1))
  const worth = (priceAt: (at: number) => number) =>
    cents(securities.reduce((sum, security, at) => sum + portfolio.valueOf(security, priceAt(at)), portfolio.cash))

  function fill({ security, price, quantity, liquidates }: Change, time: number, account: number): Order {
    const rounded = (value: number) => Number(value.toFixed(security.decimals))
    const spread = price * 0.0001
    const order = portfolio.fill(
      {
        security,
        time,
        price: rounded(price + spread * (0.2 + slips()) * Math.sign(quantity)),
        quantity,
        type: program.daily && !live ? 'marketOnOpen' : 'market',
        bid: rounded(price - spread),
        ask: rounded(price + spread),
        tag: liquidates ? 'Liquidated' : '',
      },
      account,
    )
    if (program.logs) {
      const done = quantity > 0 ? 'Bought' : 'Sold'
      logs.push(`${clock(time)} ${done} ${Math.abs(quantity)} ${security.ticker} at ${order.price}`)
    }
    return order
  }

  function predict(security: Security, target: number, time: number, reference: number): void {
    if (program.insightDays === null) return
    const reach = Math.min(Math.max(settledNumber(program.insightDays, parameters), 1), 1000) * DAY
    const closeTime = Math.round(time + reach)
    insights.push({
      security,
      model: program.insightModel,
      generatedTime: time,
      closeTime,
      direction: target > 0 ? 'up' : target < 0 ? 'down' : 'flat',
      reference,
      referenceFinal: closeOf(security, dayOf(Math.min(closeTime, end))),
      final: closeTime <= end,
      weight: Math.abs(target),
    })
  }

  /** What the strategy does at the opening. */
  function trade(index: number, newMonth: boolean, time: number, account: number, prices: readonly number[]): Order[] {
    const decision = decide({ index, before: history + index - 1, newMonth })
    if (!decision) return []
    const before = targets
    targets = securities.map((_, at) => decision.targets[at] ?? before[at] ?? 0)
    for (const [at, security] of securities.entries()) {
      const target = targets[at] ?? 0
      if (target !== before[at]) predict(security, target, time, prices[at] ?? 0)
    }
    const changes = changesFor(decision, before, account, portfolio, securities, prices)
    return changes.map((change) => fill(change, time, account))
  }

  for (const [index, session] of sessions.entries()) {
    if (index % DAYS_AT_A_TIME === 0) yield
    const begins = live && index === 0
    const time = (begins ? start : session.opens) + 60
    const closesAt = Math.min(Math.max(session.closes, time), end)
    const whole = securities.map((security) => barOf(security, session.day))
    const share = begins ? partOf(session, time) : 0
    const prices = securities.map((security, at) => priceWithin(security, whole[at] ?? NO_BAR, share))
    const opening = worth((at) => prices[at] ?? 0)
    const newMonth = monthOf(session.day) !== monthOf(sessions[index - 1]?.day ?? session.day)
    const orders = time <= end && index >= notBefore ? trade(index, newMonth, time, opening, prices) : []

    const reached = partOf(session, closesAt)
    const today = securities.map((security, at) => seen(security, whole[at] ?? NO_BAR, reached))
    for (const [at, security] of securities.entries())
      portfolio.see(security, today[at]?.low ?? 0, today[at]?.high ?? 0)
    const [close, high, low] = (['close', 'high', 'low'] as const).map((name) => worth((at) => today[at]?.[name] ?? 0))
    const reach = [opening, close ?? 0, high ?? 0, low ?? 0]
    equity.push({ time: closesAt, open: opening, high: Math.max(...reach), low: Math.min(...reach), close: close ?? 0 })
    marks.push({ time: closesAt, value: seen(benchmark, barOf(benchmark, session.day), reached).close })
    const held = securities.map(
      (security, at) => [security.ticker, portfolio.valueOf(security, today[at]?.close ?? 0)] as const,
    )
    const traded = orders.map(({ quantity, price, security }) => Math.abs(quantity) * price * security.multiplier)
    days.push({
      time: closesAt,
      traded: cents(traded.reduce((sum, value) => sum + value, 0)),
      values: Object.fromEntries(held.filter(([, value]) => value !== 0)),
    })
    bars = today
  }

  return {
    start,
    end,
    cash,
    securities,
    tradeableDays: sessions.length,
    equity,
    benchmark: marks,
    days,
    orders: portfolio.orders,
    trades: portfolio.trades,
    insights,
    logs,
    holdings: portfolio.holdings((security) => bars[securities.indexOf(security)]?.close ?? 0),
    finalCash: portfolio.cash,
    finalEquity: equity.at(-1)?.close ?? cash,
    fees: cents(portfolio.orders.reduce((sum, { fee }) => sum + fee, 0)),
    volume: cents(days.reduce((sum, { traded }) => sum + traded, 0)),
  }
}
