// A call while the store holds the grants of ever more people: it should take what it takes among few.
import { startSingle } from '../../support/redis-fleet.ts'
import { requestText } from '../goals/calls.ts'
import { makePeople } from '../goals/people.ts'
import { fill } from './fill.ts'
import type { Bench, Rows } from './rows.ts'
import type { Served, WatchedProduct } from './watched.ts'
import { overall, SERVED_COLUMNS, serve, servedCells, startWatched } from './watched.ts'

/** Those who call, where there are as many: what the others are compared to. */
const PEOPLE = 1_000
const GRANTS = [100, PEOPLE, 10_000, 1_000_000]
const CONNECTIONS = 32
const WARM_UP_MS = 3_000
const ROUNDS = 5
const ROUND_MS = 1_200
const FLAT_WITHIN = 0.1

export const manyGrants: Rows = {
  title: 'A call among many grants',
  async measure(bench) {
    const rows = [...(await measureOn(bench, 'Redis')), ...(await measureOn(bench, 'SQLite'))]
    return { words: WORDS, columns: ['grants', 'served by', ...SERVED_COLUMNS, 'calls, processor time: times'], rows }
  },
}

/** A server with a store of its own, that holds so many grants. */
interface Filled {
  readonly grants: number
  readonly server: WatchedProduct
  readonly requests: readonly string[]
  readonly rounds: Served[]
  stop(): Promise<void>
}

async function measureOn(bench: Bench, store: 'Redis' | 'SQLite'): Promise<string[][]> {
  const all: Filled[] = []
  try {
    for (const grants of GRANTS) all.push(await startFilled(bench, store, grants))
    // In turn, so that what else the machine does meets all of them alike.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const { server, requests, rounds } of all) {
        const task = { requests, connections: CONNECTIONS, ms: round ? ROUND_MS : WARM_UP_MS }
        const served = await serve(bench, server, task)
        if (round) rounds.push(served)
      }
    }
    const few = overall(all.find(({ grants }) => grants === PEOPLE)?.rounds ?? [])
    return all.map(({ grants, server, rounds }) => {
      const served = overall(rounds)
      const compared = grants === PEOPLE ? '' : verdict(served, few)
      return [grants.toLocaleString('en'), server.name, ...servedCells(served), compared]
    })
  } finally {
    for (const { stop } of all) await stop()
  }
}

async function startFilled(bench: Bench, store: 'Redis' | 'SQLite', grants: number): Promise<Filled> {
  const redis = store === 'Redis' ? await startSingle() : undefined
  const server = await startWatched(bench, redis)
  const tokens = await makePeople(server, Math.min(grants, PEOPLE))
  await fill(server, grants - tokens.length)
  const requests = tokens.map((token) => requestText(server, token, 'a read, 2026-07-28'))
  return {
    grants,
    server,
    requests,
    rounds: [],
    async stop() {
      await server.stop()
      await redis?.stop()
    },
  }
}

/** How it compares to the same among those who call. */
function verdict(served: Served, few: Served): string {
  const [calls, processor] = [served.perSecond / few.perSecond, served.processor / few.processor]
  const isFlat = calls >= 1 - FLAT_WITHIN && processor <= 1 + FLAT_WITHIN
  return `${calls.toFixed(2)}, ${processor.toFixed(2)}: ${isFlat ? 'flat' : 'not flat'}`
}

const WORDS = `A read of ${PEOPLE.toLocaleString('en')} people (of 100 where there are no more); the other grants, each with credentials, are copies under other keys, evenly spread. One server for each number, with a store of its own, measured in turn, ${ROUNDS} times ${ROUND_MS / 1_000} s each: medians, and of pauses the longest. Flat is what differs by a tenth at most from the same where nobody else has a grant, ${PEOPLE.toLocaleString('en')}.`
