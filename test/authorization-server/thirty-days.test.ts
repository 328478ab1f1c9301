// Thirty days of refreshes at two processes that share a store, among thieves, sleepers and crashes. What comes of it stands in
// docs/decisions/0014-a-lost-answer.md, and is held to that table.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readOrMakeKeys, secretKind } from '../../src/key-files/key-file.ts'
import { grantIdOf } from '../support/access-token.ts'
import { connectAs, signedIn } from '../support/connection.ts'
import { temporaryFolder } from '../support/folder.ts'
import { rpc } from '../support/mcp-requests.ts'
import { usePair } from '../support/pair.ts'
import type { Registration, Tokens } from '../support/raw-client.ts'
import { tokenRequest } from '../support/raw-client.ts'
import type { RawPerson } from '../support/raw-person.ts'
import { withGrants } from '../support/stored.ts'
import { storeEnv } from '../support/stores.ts'

const DAYS = 30
/** They work two days in a row, then have eight off; on a day of work something happens each half hour, four times. */
const worksOn = (day: number) => day % 10 < 2
const [TICKS, TICK, REST] = [4, 30 * 60, 22 * 60 * 60]
const NEW_KEY_ON = 10
const [OWNER, THIEF] = ['198.51.100.7', '203.0.113.9']

/** Whoever holds tokens of a connection: what they refresh and call with, at which process, and from where. */
class Holder {
  readonly client: Registration
  readonly from: string
  tokens: Tokens
  /** The refresh token before the one that it holds. */
  before = ''
  constructor(client: Registration, tokens: Tokens, from: string) {
    this.client = client
    this.tokens = tokens
    this.from = from
  }
  send = (origin: string, refresh_token = this.tokens.refresh_token) =>
    tokenRequest(
      { origin },
      { grant_type: 'refresh_token', client_id: this.client.client_id, refresh_token },
      { 'x-forwarded-for': this.from },
    )
  /** Refreshes, and keeps what comes; true when it was given something. */
  async refresh(origin: string, token?: string): Promise<boolean> {
    const response = await this.send(origin, token)
    if (response.status !== 200) return false
    this.before = this.tokens.refresh_token
    this.tokens = (await response.json()) as Tokens
    return true
  }
  call = async (origin: string) =>
    (await rpc({ mcp: `${origin}/mcp` }, this.tokens.access_token, { jsonrpc: '2.0', id: 1, method: 'ping' })).status
}

/** What one scenario is given: its owner, a copy of what the owner holds, for whoever stole it, and where the processes are. */
interface Stage {
  readonly owner: Holder
  readonly thief: Holder
  readonly one: string
  readonly two: string
  /** Ends the second process with `kill -9` while it is asked something, and starts it again. */
  crash(asked: () => Promise<unknown>): Promise<void>
}
type Scenario = (stage: Stage, tick: number, day: number) => Promise<unknown>

/** The owner works: refreshes and calls, now and an hour later. */
const works = async ({ owner, one, two }: Stage, tick: number) => {
  if (tick % 2 === 0 && (await owner.refresh(tick ? two : one))) await owner.call(tick ? one : two)
}
const steals = ({ owner, thief }: Stage) => {
  thief.tokens = owner.tokens
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'nobody but its owner, who refreshes twice a day and calls': works,

  'a thief half an hour behind: a copy of the token that the owner used last': async (stage, tick) => {
    await works(stage, tick)
    if (tick === 1) await stage.thief.refresh(stage.two, stage.owner.before)
  },
  'a thief an hour behind, when the owner has refreshed once more': async (stage, tick) => {
    if (tick === 0) steals(stage)
    await works(stage, tick)
    if (tick === 2) await stage.thief.refresh(stage.two)
  },
  'a thief ahead, who refreshes before the owner and calls': async (stage, tick) => {
    if (tick === 0) {
      steals(stage)
      await stage.thief.refresh(stage.two)
      await stage.thief.call(stage.one)
    } else await works(stage, tick)
  },
  'a thief ahead who calls nothing': async (stage, tick) => {
    if (tick === 0) steals(stage)
    if (tick === 1) await stage.thief.refresh(stage.two)
    if (tick === 2) await works(stage, tick)
  },
  'a thief always ahead, who calls with older tokens until the owner has called': async (
    { owner, thief, one, two },
    tick,
  ) => {
    await thief.call(one)
    if (tick % 2 === 0) await thief.refresh(two)
    else if (await owner.refresh(one)) await owner.call(two)
  },
  'a thief half an hour behind an owner whose answer got lost': async (stage, tick) => {
    if (tick === 0) await stage.owner.send(stage.one)
    if (tick === 1) {
      steals(stage)
      if (await stage.thief.refresh(stage.two)) await stage.thief.call(stage.two)
    }
    if (tick === 2) await stage.owner.refresh(stage.one)
  },

  'two windows that refresh one token at once, at two processes': async ({ owner, thief, one, two }, tick) => {
    if (tick % 2) return
    const window = Object.assign(thief, { from: OWNER })
    await Promise.all([owner.refresh(one), window.refresh(two)])
    await Promise.all([owner.call(two), window.call(one)])
    assert.equal(owner.tokens.refresh_token, window.tokens.refresh_token)
  },
  'two windows of which one wakes up an hour later with an old copy': async (stage, tick) => {
    if (tick === 0) Object.assign(stage.thief, { from: OWNER, tokens: stage.owner.tokens })
    await works(stage, tick)
    if (tick === 3) assert.equal(await stage.thief.refresh(stage.two), false)
  },
  'a client that sends a refresh in the evening, sleeps before the answer, and repeats it in the morning': async (
    { owner, one, two },
    tick,
    day,
  ) => {
    const isMorningAfter = tick === 0 && !worksOn(day + 1)
    if (tick === 3 && worksOn(day + 1)) await owner.send(one)
    if (isMorningAfter) assert.equal(await owner.refresh(two), true)
    if (isMorningAfter) assert.equal(await owner.call(one), 200)
  },
  'a process that is killed while it is asked, every tenth day': async (stage, tick, day) => {
    const { owner, one, two, crash } = stage
    if (day % 10) return works(stage, tick)
    if (tick === 0) await crash(() => owner.send(two))
    if (tick === 1) assert.equal(await owner.refresh(one), true)
    if (tick === 1) assert.equal(await owner.call(two), 200)
  },
}

for (const name of ['SQLite', 'Redis'] as const) {
  describe(`thirty days at two processes that share ${name}`, () => {
    const env = { ...storeEnv(name, 'thirty-days:'), TRUSTED_PROXIES: '127.0.0.1/8,::1' }
    const pair = usePair(() => env)
    const spare = temporaryFolder()
    after(() => spare.remove())
    /** By scenario, what became of its connection. */
    const outcomes = new Map<string, string>()
    let passed = 0

    const servers = () => [pair.one, pair.two] as const
    async function advance(seconds: number): Promise<void> {
      passed += seconds
      await Promise.all(servers().map((server) => server.advance(seconds)))
    }
    async function restart(server: (typeof pair)['one']): Promise<void> {
      await server.crashAndRestart()
      await server.advance(passed)
    }
    /** Puts a new key before the one that signs cookies and proves refresh tokens. Nobody asks while the two differ. */
    async function changeKey(): Promise<void> {
      const file = join(pair.one.folder, 'keys', 'cookies.jwks.json')
      const fresh = await readOrMakeKeys(spare.path, 'cookies.jwks.json', secretKind('HS256'))
      const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: object[] }
      writeFileSync(file, JSON.stringify({ keys: [...fresh, ...keys] }))
      for (const server of servers()) await restart(server)
    }
    async function stage(person: RawPerson): Promise<Stage> {
      const { client, tokens } = await connectAs(person)
      const [one, two] = pair.addresses
      const crash = async (asked: () => Promise<unknown>) => {
        const answer = asked().catch(() => undefined)
        await restart(pair.two)
        await answer
      }
      return { owner: new Holder(client, tokens, OWNER), thief: new Holder(client, tokens, THIEF), one, two, crash }
    }

    before(async () => {
      const stages = new Map<string, Stage>()
      const person = await signedIn(pair.one)
      for (const title of Object.keys(SCENARIOS)) stages.set(title, await stage(person))
      for (let day = 0; day < DAYS; day++) {
        if (day === NEW_KEY_ON) await changeKey()
        for (let tick = 0; worksOn(day) && tick < TICKS; tick++) {
          const playing = [...stages].filter(([title]) => !outcomes.has(title))
          for (const [title, on] of playing) await SCENARIOS[title]?.(on, tick, day)
          await withGrants(pair.one, async (grants) => {
            for (const [title, { owner }] of playing) {
              const lives = await grants.find(grantIdOf(owner.tokens.access_token))
              if (!lives) outcomes.set(title, `ends on day ${day + 1}`)
            }
          })
          await advance(TICK)
        }
        await advance(worksOn(day) ? REST : TICKS * TICK + REST)
      }
    })

    const table = readFileSync('docs/decisions/0014-a-lost-answer.md', 'utf8')
    for (const title of Object.keys(SCENARIOS)) {
      it(title, () => {
        const outcome = outcomes.get(title) ?? 'lives'
        assert.ok(table.includes(`| ${title} | ${outcome} |`), `${title}: ${outcome}`)
      })
    }
  })
}
