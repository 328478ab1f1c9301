// Rosters in the embedded store: a row for each member. Counting reads a roster's part of an index from end to end, which
// takes two to four milliseconds when it has 25,000 members.
import type { DatabaseSync } from 'node:sqlite'
import type { Membership, Placed, RosterSizes } from './store.ts'

/** What a store promises of rosters, at once. */
export interface SqliteRosters {
  join(key: string, member: string, membership: Membership, most: number): boolean
  leave(key: string, member: string): void
  sizes(key: string, group: string): RosterSizes
  firstOfLargest(key: string, before: number): Placed | undefined
}

/** `atOnce` does all of it or nothing, with nobody in between. */
export function createSqliteRosters(db: DatabaseSync, atOnce: <T>(act: () => T) => T): SqliteRosters {
  db.exec(`
    CREATE TABLE IF NOT EXISTS members (
      key TEXT NOT NULL, member TEXT NOT NULL, "group" TEXT NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
      UNIQUE (key, member)
    );
    CREATE INDEX IF NOT EXISTS members_by_group ON members (key, "group", at, expires_at);
    CREATE INDEX IF NOT EXISTS members_by_expiry ON members (expires_at);
  `)
  const prolong = db.prepare(
    'UPDATE members SET expires_at = $end WHERE key = $key AND member = $member AND expires_at > $now RETURNING 1',
  )
  const count = db.prepare('SELECT COUNT(*) AS size FROM members WHERE key = ? AND expires_at > ?')
  const insert = db.prepare(
    'INSERT OR REPLACE INTO members (key, member, "group", at, expires_at) VALUES (?, ?, ?, ?, ?)',
  )
  const drop = db.prepare('DELETE FROM members WHERE key = ? AND member = ?')
  const GROUPS = `
    SELECT "group", COUNT(*) AS size, MIN(at) AS first
    FROM members WHERE key = $key AND expires_at > $now GROUP BY "group"`
  const measure = db.prepare(`
    SELECT TOTAL(size) AS "all", TOTAL(size) FILTER (WHERE "group" = $group) AS own, IFNULL(MAX(size), 0) AS largest
    FROM (${GROUPS})`)
  const first = db.prepare(`
    SELECT member, "group", size
    FROM (SELECT * FROM (${GROUPS}) WHERE first < $before ORDER BY size DESC LIMIT 1) JOIN members USING ("group")
    WHERE key = $key AND expires_at > $now ORDER BY at, member LIMIT 1`)

  function join(key: string, member: string, { group, at, ttl }: Membership, most: number): boolean {
    const now = Date.now()
    const end = now + Math.ceil(ttl * 1000)
    return atOnce(() => {
      if (prolong.get({ key, member, end, now })) return true
      if (Number(count.get(key, now)?.size) >= most) return false
      insert.run(key, member, group, at, end)
      return true
    })
  }

  return {
    join,
    leave: (key, member) => void drop.run(key, member),
    sizes(key, group) {
      const { all, own, largest } = measure.get({ key, now: Date.now(), group }) ?? {}
      return { all: Number(all), own: Number(own), largest: Number(largest) }
    },
    firstOfLargest(key, before) {
      const row = first.get({ key, now: Date.now(), before })
      return row && { member: String(row.member), group: String(row.group), size: Number(row.size) }
    },
  }
}
