// Grants of people who never come, written into a server's store in bulk: copies of those that are there, under keys of their own.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { WatchedProduct } from './watched.ts'

/** What there is of each: the two records that a call reads. */
const KINDS = ['grant', 'credentials'] as const
const DAYS_MS = 30 * 24 * 60 * 60 * 1_000
/** Copies that are written in one go. Others want to write, too. */
const AT_ONCE = 20_000

/** Fills the store of a server with so many grants. There has to be one. */
export async function fill(server: WatchedProduct, many: number): Promise<void> {
  if (server.redis) await fillRedis(server.redis, many)
  else fillSqlite(join(server.folder, 'data', 'qcgate.sqlite'), many)
}

/** Gives the text that it copied, since to look for one takes long once there are many. */
const COPY = `
  local kind, from, to, text = unpack(ARGV)
  text = text or redis.call('GET', redis.call('KEYS', 'qcgate:' .. kind .. ':{*')[1])
  for at = from, to - 1 do
    local id = redis.sha1hex(kind .. at):sub(1, 22)
    redis.call('SET', 'qcgate:' .. kind .. ':{' .. id .. '}', text, 'PX', ${DAYS_MS})
  end
  return text`

async function fillRedis({ nodes }: NonNullable<WatchedProduct['redis']>, many: number): Promise<void> {
  for (const kind of KINDS) {
    let text: unknown
    for (let from = 0; from < many; from += AT_ONCE) {
      const to = Math.min(from + AT_ONCE, many)
      text = await nodes[0]?.ask('EVAL', COPY, 0, kind, from, to, ...(text === undefined ? [] : [String(text)]))
    }
  }
}

function fillSqlite(file: string, many: number): void {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA synchronous = OFF')
    const insert = db.prepare('INSERT INTO entries (key, value, expires_at) VALUES (?, ?, ?)')
    const expiresAt = Date.now() + DAYS_MS
    for (const kind of KINDS) {
      const found = db.prepare(`SELECT value FROM entries WHERE key LIKE '${kind}:{%' LIMIT 1`).get()
      const text = String(found?.value)
      for (let from = 0; from < many; from += AT_ONCE) {
        db.exec('BEGIN IMMEDIATE')
        for (let at = from; at < Math.min(from + AT_ONCE, many); at += 1) {
          insert.run(`${kind}:{${idAt(at / many)}}`, text, expiresAt)
        }
        db.exec('COMMIT')
      }
    }
  } finally {
    db.close()
  }
}

const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const DIGITS = 5

/** An id as those of accounts are, at a place in their order: in order they are quickly written, and lie between the others. */
function idAt(share: number): string {
  let rest = share
  let id = ''
  for (let digit = 0; digit < DIGITS; digit += 1) {
    rest *= ALPHABET.length
    id += ALPHABET[Math.floor(rest)]
    rest -= Math.floor(rest)
  }
  return id + randomBytes(16).toString('base64url').slice(DIGITS)
}
