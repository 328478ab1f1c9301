import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewsItem } from '../../src/accounts/news.ts'
import { EVENTS, newsOf, withAdded } from '../../src/accounts/news.ts'

const DAY = 24 * 60 * 60 * 1000
const NOW = 1_800_000_000_000
/** Who drives a browser may say that these were seen; what concerns the ways to prove stays all the same. */
const STAY = [
  'passkey-added',
  'passkey-counts',
  'passkey-resumed',
  'passkey-removed',
  'only-passkeys',
  'token-too',
  'token-replaced',
] as const satisfies readonly NewsItem['what'][]
const isAmong = (kinds: readonly string[], what: string): boolean => kinds.includes(what)

const item = (what: NewsItem['what'], at = NOW, more: Partial<NewsItem> = {}): NewsItem => ({ at, what, ...more })
const kinds = (news: readonly NewsItem[]) => news.map(({ what }) => what)

describe('what is new with an account', () => {
  it('is nothing at first', () => {
    assert.deepEqual(newsOf({}, NOW), [])
  })

  it('is told the newest first, however it is kept', () => {
    const news = [2, 3, 1].map((at) => item('connection-added', at, { name: `${at}` }))
    assert.deepEqual(
      newsOf({ news }, NOW).map(({ at }) => at),
      [3, 2, 1],
    )
  })

  it('is what came after the time up to which it was seen', () => {
    const news = [
      item('connection-added', NOW - 1),
      item('connection-widened', NOW),
      item('connection-joined', NOW + 1),
    ]
    assert.deepEqual(kinds(newsOf({ news, seenAt: NOW }, NOW + 2)), ['connection-joined'])
    assert.equal(newsOf({ news }, NOW + 100 * DAY).length, 3, 'what nobody has seen stays')
  })

  for (const what of EVENTS) {
    const stays = isAmong(STAY, what)
    it(`${stays ? 'includes' : 'leaves out'} ${what} that was seen, for seven days`, () => {
      const shownAfter = (time: number) => newsOf({ news: [item(what)], seenAt: NOW + DAY }, NOW + time).length
      assert.deepEqual([0, 7 * DAY - 1, 7 * DAY].map(shownAfter), stays ? [1, 1, 0] : [0, 0, 0])
    })
  }

  it('includes those after seven days too while nobody has seen them', () => {
    for (const what of STAY) assert.equal(newsOf({ news: [item(what)], seenAt: NOW - 1 }, NOW + 8 * DAY).length, 1)
  })
})

describe('what is added to the news', () => {
  it('stands beside what nobody has seen, and what was seen goes', () => {
    const news = [item('connection-added', 1), item('connection-removed', 3)]
    assert.deepEqual(kinds(withAdded({ news, seenAt: 2 }, [item('everything-stopped')], NOW)).toSorted(), [
      'connection-removed',
      'everything-stopped',
    ])
  })

  it('keeps what stays for seven days, whatever was seen', () => {
    const before = { news: [item('passkey-added', NOW - DAY), item('token-replaced', NOW - 8 * DAY)], seenAt: NOW }
    assert.deepEqual(kinds(withAdded(before, [item('connection-added')], NOW)).toSorted(), [
      'connection-added',
      'passkey-added',
    ])
  })

  it('takes the place of what came before of its kind and thing, and of nothing else', () => {
    const others = [item('connection-widened', 1, { of: 'other' }), item('connection-joined', 1, { of: 'it' })]
    const before = item('connection-widened', 1, { of: 'it', name: 'It', says: 'It can look.' })
    const next = item('connection-widened', NOW, { of: 'it', name: 'It again', says: 'It can trade.', grave: true })
    const news = withAdded({ news: [before, ...others] }, [next], NOW)
    assert.equal(news.length, 3)
    for (const one of [next, ...others]) assert.ok(news.includes(one), one.of)
  })

  it('takes the place of what came before where it is about no single thing', () => {
    const stopped = (at: number) => item('everything-stopped', at)
    assert.deepEqual(withAdded({ news: [stopped(1)] }, [stopped(2)], NOW), [stopped(2)])
  })

  it('does not take the place of what was graver, whatever it calls itself', () => {
    const grave = item('connection-widened', 1, { of: 'it', name: 'It', grave: true })
    const news = withAdded({ news: [grave] }, [item('connection-widened', NOW, { of: 'it', name: 'It' })], NOW)
    assert.deepEqual([news.length, news[0]], [2, grave])
    const other = withAdded(
      { news: [grave] },
      [item('connection-widened', NOW, { of: 'its copy', name: 'It', grave: true })],
      NOW,
    )
    assert.equal(other.length, 2)
  })

  /** So many of a kind, one after the other, each with a name of its own. */
  const oneByOne = (count: number, what: NewsItem['what'], first: readonly NewsItem[], grave?: boolean) =>
    Array.from({ length: count }, (_, n) => n + 1).reduce<readonly NewsItem[]>(
      (news, at) =>
        withAdded(
          { news },
          [item(what, at, { of: `${at}`, name: `${at}`, ...(grave === undefined ? {} : { grave }) })],
          NOW,
        ),
      first,
    )

  it('is bounded: of a thousand the sixty newest stay', () => {
    const news = oneByOne(1000, 'connection-joined', [])
    assert.equal(news.length, 60)
    assert.deepEqual([news[0]?.name, news.at(-1)?.name], ['1000', '941'])
    assert.equal(oneByOne(1000, 'connection-added', [], true).length, 60)
    const atOnce = Array.from({ length: 1000 }, (_, n) => item('connection-joined', n, { of: `${n}` }))
    assert.equal(withAdded({}, atOnce, NOW).length, 60)
  })

  it('does not push out what is grave, nor what concerns passkeys and the token, if it is a thousand harmless ones', () => {
    const grave = item('connection-added', 1, { name: 'grave', grave: true })
    const heavy = [grave, ...STAY.map((what) => item(what, 1))]
    for (const harmless of [undefined, false]) {
      const news = oneByOne(1000, 'connection-joined', heavy, harmless)
      assert.equal(news.length, 60)
      for (const one of heavy) assert.ok(news.includes(one), one.what)
    }
  })

  it('pushes out what is harmless before what is grave, if that is older', () => {
    const harmless = oneByOne(60, 'connection-joined', [])
    const grave = item('connection-widened', 1, { name: 'grave', grave: true })
    const news = withAdded({ news: harmless }, [grave], NOW)
    assert.deepEqual([news.length, news[0], news.some(({ name }) => name === '1')], [60, grave, false])
  })
})
