// One honest client after another, each with connections of its own: calls, refreshes, revocations, new authorizations.
// Whatever it was told succeeded it remembers, to be looked at again when the failure is over.
import { setTimeout as delay } from 'node:timers/promises'
import { grantIdOf } from '../support/access-token.ts'
import type { Account } from '../support/accounts.ts'
import { toolCall } from '../support/mcp-requests.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import type { TestServer } from '../support/server.ts'
import type { Ledger } from './ledger.ts'
import type { Answer, Line } from './line.ts'
import { Failed, PAUSE_MS } from './line.ts'
import { DrilledPerson } from './person.ts'

/** A connection of a worker, and what it knows of it. */
export interface WorkerConnection {
  readonly client: Registration
  /** The newest that were acknowledged. */
  tokens: Tokens
  /**
   * Why it is over: its revocation was acknowledged; or the rules allow either, since a code was presented twice
   * (OAuth 2.1 §4.1.3) or a refresh was repeated too late; or it was found not to work, and that is written down.
   */
  end?: 'revoked' | 'either' | 'lost'
}

/** A code that was redeemed, to be presented again. */
export interface RedeemedCode {
  readonly client: Registration
  readonly parameters: Record<string, string>
  readonly at: number
}

/** How likely each of these is in one round. */
const OFTEN = { twoWindows: 0.25, authorizeAgain: 0.15, revoke: 0.2, newClient: 0.04, codeTwice: 0.15 }
/** A client repeats a refresh for so long; the servers take it for the same request for 30 s. */
const REPEAT_S = 27
const happens = (how: keyof typeof OFTEN) => Math.random() < OFTEN[how]

/** A client, its person and its connections, busy all the time. */
export class Worker {
  readonly number: number
  readonly line: Line
  readonly person: DrilledPerson
  readonly clients: Registration[] = []
  readonly connections: WorkerConnection[] = []
  readonly codes: RedeemedCode[] = []
  readonly #ledger: Ledger
  #current: WorkerConnection | undefined

  constructor(number: number, server: TestServer, line: Line, ledger: Ledger, as: Account) {
    this.number = number
    this.line = line
    this.person = new DrilledPerson(server, line, ledger, as)
    this.#ledger = ledger
  }

  /** Registers, signs in, allows and redeems. */
  async begin(): Promise<void> {
    this.#current = await this.connect(await this.register())
  }

  /** Some requests in a row; the ledger learns whether one of them failed. */
  async round(): Promise<void> {
    const began = Date.now()
    const before = this.line.failures
    try {
      await this.#work()
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      await delay(PAUSE_MS)
    }
    this.#ledger.round({ worker: this.number, began, whole: this.line.failures === before })
  }

  async #work(): Promise<void> {
    let connection = this.#current
    if (!connection || connection.end) connection = await this.connect(connection?.client ?? (await this.register()))
    this.#current = connection
    await this.#use(connection)
    await (happens('twoWindows') ? this.#refreshInTwoWindows(connection) : this.#refresh(connection))
    if (connection.end) return
    await this.#use(connection)

    if (happens('revoke')) await this.#revoke(connection)
    else if (happens('authorizeAgain')) this.#current = await this.connect(connection.client)
    else if (happens('newClient')) this.#current = await this.connect(await this.register())
  }

  async register(): Promise<Registration> {
    const name = `Worker ${this.number}, client ${this.clients.length + 1}`
    const { status, text } = await this.line.insist(() =>
      this.line.json('/register', {
        client_name: name,
        redirect_uris: ['https://client.example/cb'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      }),
    )
    if (status !== 201) throw new Error(`registration: ${status} ${text}`)
    const client = JSON.parse(text) as Registration
    this.clients.push(client)
    this.#ledger.count('registrations')
    return client
  }

  /** A code by way of the person, and what it opens. */
  async connect(client: Registration): Promise<WorkerConnection> {
    for (;;) {
      const code = await this.line.insist(() => this.person.authorize(client))
      const parameters = { grant_type: 'authorization_code', client_id: client.client_id, ...code }
      const tokens = await (happens('codeTwice') ? this.#redeemTwice : this.#redeem).call(this, client, parameters)
      if (!tokens) continue
      const connection: WorkerConnection = { client, tokens }
      this.connections.push(connection)
      return connection
    }
  }

  /** Redeems a code, and once more when nobody knows whether that succeeded, as an answer 503 invites to. */
  async #redeem(client: Registration, parameters: Record<string, string>): Promise<Tokens | undefined> {
    let attempts = 0
    const answer = await this.line.insist(() => {
      attempts++
      return this.line.form('/token', parameters)
    })
    if (attempts > 1)
      this.#ledger.count(`codes presented again after a failure, ${answer.status === 200 ? 'accepted' : 'refused'}`)
    if (answer.status === 200) return this.#redeemed(client, parameters, answer)
    if (attempts === 1) this.#ledger.lose('answer', `worker ${this.number}: a fresh code got ${refusalOf(answer)}`)
    this.#endEither(client)
    return undefined
  }

  /** Two requests with one code at once: one wins, and what it won is over as soon as the other is refused. */
  async #redeemTwice(client: Registration, parameters: Record<string, string>): Promise<undefined> {
    const [one, other = one] = this.line.addresses()
    const both = await Promise.allSettled([one, other].map((at) => this.line.form('/token', parameters, at)))
    const won = both.flatMap(({ status, ...rest }) =>
      'value' in rest && rest.value.status === 200 ? [rest.value] : [],
    )
    this.#ledger.count('codes presented twice at once')
    if (won.length > 1) this.#ledger.lose('code', `worker ${this.number}: two requests at once were both answered 200`)
    for (const answer of won.slice(0, 1)) this.#redeemed(client, parameters, answer)
    this.#endEither(client)
  }

  #redeemed(client: Registration, parameters: Record<string, string>, { text }: Answer): Tokens {
    this.codes.push({ client, parameters, at: Date.now() })
    this.#ledger.count('codes redeemed')
    return JSON.parse(text) as Tokens
  }

  #endEither(client: Registration): void {
    for (const connection of this.connections) if (connection.client === client) connection.end ??= 'either'
  }

  call({ tokens }: WorkerConnection, address?: string): Promise<Answer> {
    const body = Math.random() < 0.5 ? toolCall('list_projects') : { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    return this.line.json('/mcp', body, { authorization: `Bearer ${tokens.access_token}` }, address)
  }

  async #use(connection: WorkerConnection): Promise<void> {
    const { status, text } = await this.call(connection)
    if (status === 200 && /"isError":\s*true/.test(text)) this.line.fail('a tool result that says so')
    if (status === 200 && !/"result"/.test(text)) this.#ledger.lose('answer', '/mcp: 200 without a result')
    if (status === 200) return
    // Whoever is told 401 gives its token up. Does the refresh token still work?
    const before = connection.tokens
    await this.#refresh(connection)
    if (connection.tokens !== before) {
      this.#ledger.lose('answer', `worker ${this.number}: a living connection got ${status}`)
    }
  }

  refreshOnce({ client, tokens }: WorkerConnection, address?: string): Promise<Answer> {
    const { refresh_token } = tokens
    return this.line.form(
      '/token',
      { grant_type: 'refresh_token', client_id: client.client_id, refresh_token },
      address,
    )
  }

  /** Refreshes, and repeats the same request with the same token as long as nobody knows whether it succeeded. */
  async #refresh(connection: WorkerConnection): Promise<void> {
    let attempts = 0
    let answer: Answer
    try {
      answer = await this.line.insist(() => {
        attempts++
        return this.refreshOnce(connection)
      }, REPEAT_S)
    } catch (error) {
      connection.end = 'either'
      this.#ledger.count('refreshes given up after half a minute')
      throw error
    }
    if (attempts > 1) this.#ledger.count('refreshes repeated with the old token')
    this.#take(connection, answer, attempts)
  }

  /** Two windows of one program refresh at once, and must be told the same. */
  async #refreshInTwoWindows(connection: WorkerConnection): Promise<void> {
    const [one, other = one] = this.line.addresses()
    const answers = await answered([one, other].map((at) => this.refreshOnce(connection, at)))
    const successors = answers.filter(({ status }) => status === 200).map(({ text }) => JSON.parse(text) as Tokens)
    if (new Set(successors.map(({ refresh_token }) => refresh_token)).size > 1) {
      this.#ledger.lose('successor', `worker ${this.number}: two refreshes at once led to two tokens`)
    }
    const [answer] = answers
    if (answer) this.#take(connection, answer, 2)
    else await this.#refresh(connection)
  }

  #take(connection: WorkerConnection, answer: Answer, attempts: number): void {
    this.#ledger.count('refreshes')
    if (answer.status === 200) {
      connection.tokens = JSON.parse(answer.text) as Tokens
      return
    }
    connection.end = 'lost'
    const how = `${refusalOf(answer)} at attempt ${attempts}`
    this.#ledger.lose('connection', `worker ${this.number}: a refresh got ${how}`)
  }

  /** Ends a connection, insists until that is acknowledged, and looks whether it is in force at once. */
  async #revoke(connection: WorkerConnection): Promise<void> {
    const { client, tokens } = connection
    let attempts = 0
    const { status } = await this.line.insist(() => {
      attempts++
      return this.line.form('/revoke', { client_id: client.client_id, token: tokens.refresh_token })
    })
    if (status !== 200) this.#ledger.lose('answer', `worker ${this.number}: a revocation got ${status}`)
    this.#ledger.count('revocations')
    if (attempts > 1) this.#ledger.count('revocations repeated after a failure')
    const grantId = grantIdOf(tokens.access_token)
    for (const one of this.connections) if (grantIdOf(one.tokens.access_token) === grantId) one.end = 'revoked'
    const call = await this.line.insist(() => this.call(connection))
    if (call.status !== 401) {
      const when = `right after it was acknowledged at attempt ${attempts}`
      this.#ledger.lose('revocation', `worker ${this.number}: a revoked connection got ${call.status} ${when}`)
    }
  }
}

/** Those of several requests that had an answer. */
const answered = async (requests: readonly Promise<Answer>[]): Promise<Answer[]> =>
  (await Promise.allSettled(requests)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))

/** Status and error code of a refusal. */
export function refusalOf({ status, text }: Answer): string {
  const error = /"error":\s*"([^"]*)"/.exec(text)?.[1]
  return `${status}${error ? ` ${error}` : ''}`
}
