// What a refresh costs, beside one of oidc-provider as it comes. Each uses the refresh token that the one before it brought.
import { ALL_SCOPES } from '../../../src/scopes.ts'
import type { Bench } from '../rest/rows.ts'
import { connectPeople } from './people.ts'
import type { Measured } from './process.ts'
import { listening, startProduct, startScript } from './process.ts'
import type { Asked } from './rounds.ts'
import { measureRounds } from './rounds.ts'

const PEOPLE = 1_000
/** A program is one client for all who run it. oidc-provider keeps a hundred of them ready. */
const PROGRAMS = 64
const TIMES = { warmUpMs: 5_000, ms: 1_500, rotates: true }
/** So that each person comes from a network of their own, and no limit keeps anybody short. */
const TRUSTED_PROXIES = '127.0.0.1'

/** The peer comes first. */
export async function measureRefreshes(bench: Refreshing): Promise<Measured[]> {
  const { asked, stop } = await startRefreshed(bench)
  try {
    return await measureRounds(bench.load, asked, TIMES)
  } finally {
    await stop()
  }
}

type Refreshing = Pick<Bench, 'load' | 'program' | 'env' | 'redis'>

/** Starts all of them, with what they are asked. */
export async function startRefreshed({ program, env, redis }: Refreshing) {
  const counts = [PEOPLE, PROGRAMS].map(String)
  const peer = await listening<{ port: number; refreshTokens: string[] }>(
    startScript('bare-provider', ALL_SCOPES.join(' '), ...counts),
  )
  const requests = peer.refreshTokens.map((token, i) => refreshText(peer.port, `client-${i % PROGRAMS}`, token, i))
  const asked: Asked[] = [{ ...peer, name: 'oidc-provider', requests }]
  await redis.nodes[0]?.ask('FLUSHALL') // a server with keys of its own would not begin with what is there
  const products = {
    Redis: await startProduct(program, { ...env, TRUSTED_PROXIES, REDIS_URL: redis.url }),
    SQLite: await startProduct(program, { ...env, TRUSTED_PROXIES }),
  }
  for (const [name, product] of Object.entries(products)) {
    const { pid, port } = product
    const people = await connectPeople(product, PEOPLE, PROGRAMS)
    const requests = people.map(({ clientId, refreshToken }, i) => refreshText(port, clientId, refreshToken, i))
    asked.push({ name, pid, port, requests })
  }
  const stop = async () => {
    peer.stop()
    for (const product of Object.values(products)) await product.stop()
  }
  return { asked, stop }
}

/** A whole request, headers and all. The body ends with what the next one replaces. */
export function refreshText(port: number, clientId: string, refreshToken: string, person: number): string {
  const body = `grant_type=refresh_token&client_id=${clientId}&refresh_token=${refreshToken}`
  return tokenRequestText(port, body, person)
}

/** A request to the token endpoint. */
export function tokenRequestText(port: number, body: string, person: number): string {
  const headers = [
    `host: localhost:${port}`,
    `x-forwarded-for: 10.${person >> 8}.${person & 255}.1`,
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
  ]
  return `POST /token HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`
}
