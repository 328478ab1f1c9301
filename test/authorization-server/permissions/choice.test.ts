import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Ends } from '../../../src/authorization-server/permissions/choice.ts'
import { firstAllowance, offer, PRESETS, readAllowance } from '../../../src/authorization-server/permissions/choice.ts'
import type { StoredAllowance } from '../../../src/grants/allowance.ts'
import { allowanceOf } from '../../../src/grants/allowance.ts'
import type { Scope } from '../../../src/scopes.ts'
import { ALL_SCOPES, GROUPS, isHarmless, SCOPES } from '../../../src/scopes.ts'

const NOW = 1_800_000_000
const DAY = 24 * 60 * 60

type Fields = Readonly<Record<string, string | readonly string[]>>
const REQUESTED: readonly Scope[] = ['qc:files:read', 'qc:live:write']

/** What a form says, by the values of its fields; one that was given twice has a list. */
const read = (fields: Fields, grant?: StoredAllowance) =>
  readAllowance(formOf(fields), offer(REQUESTED, grant), 'requested', grant, NOW)

const formOf = (fields: Fields) => {
  const all = (name: string) => [fields[name] ?? []].flat()
  return {
    all,
    one(name: string) {
      const [only = '', ...others] = all(name)
      return others.length ? '' : only
    },
  }
}

describe('a form of permissions', () => {
  it('is decided by its boxes, in our order, and drops what is no permission', () => {
    const { scopes, unseen } = read({
      preset: 'custom',
      scope: ['qc:live:write', 'nonsense', 'qc:files:read', 'qc:live:write'],
    })
    assert.deepEqual([scopes, unseen], [['qc:files:read', 'qc:live:write'], false])
  })

  it('is decided by its boxes too where the preset is the one that the page had shown', () => {
    const shown = read({ preset: 'trader', rendered: 'trader', scope: ['qc:files:read'] })
    assert.deepEqual([shown.scopes, shown.unseen], [['qc:files:read'], false])
    assert.equal(read({ scope: ['qc:files:read'] }).unseen, false)
  })

  for (const preset of ['readonly', 'research', 'trader', 'admin'] as const) {
    it(`has to be seen first when ${preset} was chosen and another was shown`, () => {
      const answer = read({ preset, rendered: 'requested', scope: ['qc:admin:write'] })
      assert.deepEqual([answer.scopes, answer.unseen, answer.preset], [GROUPS[preset], true, preset])
    })
  }

  it('comes back to what was asked for, without what is dangerous', () => {
    const { scopes, unseen } = read({ preset: 'requested', rendered: 'admin', scope: [...ALL_SCOPES] })
    assert.deepEqual([scopes, unseen], [['qc:files:read'], true])
  })

  it('takes a preset that it does not know for none', () => {
    const { preset, unseen } = read({ preset: '__proto__', rendered: 'constructor' })
    assert.deepEqual([preset, unseen], ['custom', false])
  })

  it('is the person’s own choice where boxes or money are not those of the preset that stands there', () => {
    const presetOf = (preset: string, scope: readonly Scope[], paper?: string) =>
      read({ preset, rendered: preset, scope, ...(paper ? { paper } : {}) }).preset
    assert.equal(presetOf('readonly', GROUPS.readonly), 'readonly')
    assert.equal(presetOf('readonly', [...GROUPS.readonly, 'qc:live:write'], 'off'), 'custom')
    assert.equal(presetOf('research', GROUPS.readonly), 'custom')
    assert.deepEqual(
      [presetOf('live', GROUPS.trader, 'off'), presetOf('live', GROUPS.trader, 'on')],
      ['live', 'custom'],
    )
    const paper = GROUPS.trader.filter((scope) => !['qc:optimizations:write', 'qc:objects:write'].includes(scope))
    assert.deepEqual([presetOf('paper', paper, 'on'), presetOf('paper', paper, 'off')], ['paper', 'custom'])
    for (const money of ['on', 'off']) assert.equal(presetOf('trader', GROUPS.trader, money), 'trader')
  })
})

describe('which money a form of permissions allows', () => {
  const paperOf = (paper: Fields, scope: readonly Scope[] = ['qc:live:write']) =>
    read({ preset: 'custom', scope, ...paper }).paperOnly

  it('is real money only where exactly that was chosen', () => {
    assert.deepEqual([paperOf({ paper: 'on' }), paperOf({ paper: 'off' })], [true, false])
  })

  for (const [what, paper] of [
    ['absent', {}],
    ['empty', { paper: '' }],
    ['given twice', { paper: ['off', 'off'] }],
    ['something else', { paper: 'OFF' }],
  ] as const) {
    it(`is paper where the choice is ${what}`, () => assert.equal(paperOf(paper), true))
  }

  for (const scope of ALL_SCOPES) {
    const harmless = isHarmless(SCOPES[scope].risk)
    it(`is ${harmless ? 'paper' : 'real money'} where it was chosen for ${scope} alone`, () => {
      assert.equal(paperOf({ paper: 'off' }, [scope]), harmless)
    })
  }

  it('is paper where nothing is ticked, and where a preset without danger takes the place of the boxes', () => {
    assert.equal(paperOf({ paper: 'off' }, []), true)
    const posted = { preset: 'research', rendered: 'requested', scope: ['qc:live:write'], paper: 'off' }
    assert.equal(read(posted).paperOnly, true)
    assert.equal(read({ ...posted, preset: 'trader' }).paperOnly, false)
  })
})

describe('the presets that trade', () => {
  const paperless = GROUPS.trader.filter((scope) => !['qc:optimizations:write', 'qc:objects:write'].includes(scope))
  const HARMLESS: readonly Scope[] = ['qc:files:read', 'qc:backtests:write']
  const TRADES: readonly Scope[] = ['qc:files:read', 'qc:live:write']
  /** What comes of a preset that takes the place of these boxes. */
  const instead = (preset: string, scope: readonly Scope[], more: Fields = {}) =>
    read({ preset, rendered: 'custom', scope, ...more })

  it('are Trader for Live, and for Paper all of it but what spends and what overwrites', () => {
    assert.deepEqual(instead('live', HARMLESS).scopes, GROUPS.trader)
    assert.deepEqual(instead('paper', HARMLESS).scopes, paperless)
    assert.equal(paperless.length, GROUPS.trader.length - 2)
  })

  for (const [preset, paperOnly] of [
    ['paper', true],
    ['live', false],
  ] as const) {
    it(`${preset} is ${paperOnly ? 'paper' : 'real money'} where it takes the place of other boxes, whatever the form said`, () => {
      for (const scope of [[], HARMLESS, TRADES, ALL_SCOPES]) {
        for (const paper of [{}, { paper: 'on' }, { paper: 'off' }, { paper: ['off', 'on'] }, { paper: 'maybe' }]) {
          const answer = instead(preset, scope, paper)
          assert.deepEqual([answer.unseen, answer.paperOnly], [true, paperOnly], JSON.stringify([scope, paper]))
        }
      }
    })
  }

  it('are decided by their boxes once they were shown: Live on paper, and Paper with real money', () => {
    for (const [preset, paper, paperOnly] of [
      ['live', 'on', true],
      ['paper', 'off', false],
    ] as const) {
      const answer = read({ preset, rendered: preset, scope: TRADES, paper })
      assert.deepEqual([answer.unseen, answer.scopes, answer.paperOnly], [false, TRADES, paperOnly])
    }
  })

  for (const preset of ['trader', 'admin']) {
    it(`${preset} stays with real money where the boxes before it traded with it`, () => {
      assert.equal(instead(preset, TRADES, { paper: 'off' }).paperOnly, false)
      assert.equal(instead(preset, TRADES, { paper: 'on' }).paperOnly, true)
    })

    it(`${preset} begins on paper where the real money before it came with Live, which the arrow keys pass`, () => {
      const passed = read({ preset, rendered: 'live', scope: GROUPS.trader, paper: 'off' })
      assert.deepEqual([passed.unseen, passed.paperOnly], [true, true])
    })

    it(`${preset} begins on paper where nothing traded before it, though the form says real money`, () => {
      for (const scope of [[], HARMLESS, ['qc:optimizations:write', 'qc:projects:delete', 'qc:admin:write']] as const) {
        assert.equal(instead(preset, scope, { paper: 'off' }).paperOnly, true, scope.join(' '))
      }
    })
  }

  it('are on paper, as everything is, where no money was chosen; but for Live, which is a choice of it', () => {
    for (const preset of PRESETS) {
      assert.equal(instead(preset, ALL_SCOPES).paperOnly, preset !== 'live', preset)
      assert.equal(read({ preset, rendered: preset, scope: ALL_SCOPES }).paperOnly, true, preset)
    }
  })

  it('arm no real money beside boxes that have nothing to use it with', () => {
    for (const preset of ['requested', 'readonly', 'research']) {
      assert.equal(instead(preset, TRADES, { paper: 'off' }).paperOnly, true, preset)
    }
  })

  it('leave the end as it was chosen, and where none was as it is: 30 days for a new connection', () => {
    const living: StoredAllowance = { scopes: TRADES, endless: true, expiresAt: NOW + 7 }
    for (const preset of PRESETS) {
      const endsOf = (more: Fields, grant?: StoredAllowance) =>
        read({ preset, rendered: 'custom', scope: TRADES, ...more }, grant).ends
      for (const expires of ['1h', '1d', '30d', 'never']) {
        assert.deepEqual([endsOf({ expires }), endsOf({ expires }, living)], [expires, expires], preset)
      }
      assert.deepEqual([endsOf({}), endsOf({}, living), endsOf({ expires: 'keep' }, living)], ['30d', 'keep', 'keep'])
    }
  })
})

describe('which button a form of permissions says was pressed', () => {
  const BUILDS = { preset: 'custom', scope: ['qc:files:read', 'qc:backtests:write'] }

  it('counts where it said less than what is chosen', () => {
    assert.equal(read({ ...BUILDS, shown: 'look' }).pressedTooMild, 'look')
    assert.equal(read({ ...BUILDS, shown: 'nonsense' }).pressedTooMild, 'look')
    for (const shown of ['build', 'real']) assert.equal('pressedTooMild' in read({ ...BUILDS, shown }), false, shown)
  })

  it('is not compared where it is absent, and said the least where it is given twice', () => {
    for (const shown of [[], '']) assert.equal('pressedTooMild' in read({ ...BUILDS, shown }), false)
    for (const shown of [
      ['look', 'look'],
      ['administer', 'administer'],
    ])
      assert.equal(read({ ...BUILDS, shown }).pressedTooMild, 'look')
  })

  it('is compared with the money that comes of the form, and not with the one that it names', () => {
    const trades = { preset: 'custom', scope: ['qc:live:write'], shown: 'paper' }
    assert.equal(read({ ...trades, paper: 'off' }).pressedTooMild, 'paper')
    for (const paper of ['on', [], ['off', 'off']]) {
      assert.equal('pressedTooMild' in read({ ...trades, paper }), false, JSON.stringify(paper))
    }
  })
})

describe('how long a form of permissions allows it', () => {
  const GRANT: StoredAllowance = { scopes: ['qc:live:write'], endless: false, expiresAt: NOW + 7 }
  const ENDLESS: StoredAllowance = { ...GRANT, endless: true }
  const lifeIn = (expires: Fields, grant?: StoredAllowance) => {
    const { ends, endless, expiresAt } = read({ scope: ['qc:files:read'], ...expires }, grant)
    return [ends, endless, expiresAt - NOW] as const
  }

  for (const [expires, endless, seconds] of [
    ['1h', false, 3600],
    ['1d', false, DAY],
    ['30d', false, 30 * DAY],
    ['never', true, 90 * DAY],
  ] as const) {
    it(`is counted from now for ${expires}, for a new connection and a living one`, () => {
      for (const grant of [undefined, GRANT, ENDLESS]) {
        assert.deepEqual(lifeIn({ expires }, grant), [expires, endless, seconds])
      }
    })
  }

  const UNSAID: readonly Fields[] = [{}, { expires: '' }, { expires: 'toString' }, { expires: ['1h', 'never'] }]

  it('stays as it is for a living one: where that was chosen, and where nothing we know was', () => {
    for (const expires of [{ expires: 'keep' }, ...UNSAID]) {
      assert.deepEqual(lifeIn(expires, GRANT), ['keep', false, 7])
      assert.deepEqual(lifeIn(expires, ENDLESS), ['keep', true, 7])
      assert.deepEqual(lifeIn(expires, { scopes: [], expiresAt: NOW + 7 }), ['keep', false, 7])
    }
  })

  it('is 30 days for a new one where nothing we know was chosen: there is nothing to keep', () => {
    for (const expires of [{ expires: 'keep' }, ...UNSAID]) {
      assert.deepEqual(lifeIn(expires), ['30d', false, 30 * DAY])
    }
  })
})

describe('what a page of permissions shows first', () => {
  const shown = (grant?: StoredAllowance, requested: readonly Scope[] = []) =>
    firstAllowance(offer(requested, grant), grant, NOW)
  const paperOf = (scopes: Scope[], paperOnly?: boolean) =>
    shown({ scopes, expiresAt: NOW + 7, ...(paperOnly === undefined ? {} : { paperOnly }) }).paperOnly

  it('is what was asked for and is harmless, and what is allowed', () => {
    assert.deepEqual(shown(undefined, REQUESTED).scopes, ['qc:files:read'])
    assert.deepEqual(shown({ scopes: ['qc:live:write'], expiresAt: NOW + 7 }, REQUESTED).scopes, REQUESTED)
  })

  it('is paper, unless the connection may touch real money already', () => {
    assert.equal(shown(undefined, ['qc:live:write']).paperOnly, true)
    assert.deepEqual([paperOf(['qc:live:write'], true), paperOf(['qc:live:write'], false)], [true, false])
    assert.equal(paperOf(['qc:live:write']), false) // from before there was a choice
    assert.equal(paperOf(['qc:ai:read'], false), true) // it has nothing to touch it with yet
  })

  it('is 30 days from now for a new connection, and for a living one the end that it has', () => {
    const lifeOf = (grant?: StoredAllowance): [Ends, boolean, number] => {
      const { ends, endless, expiresAt } = shown(grant)
      return [ends, endless, expiresAt - NOW]
    }
    assert.deepEqual(lifeOf(), ['30d', false, 30 * DAY])
    for (const endless of [true, false]) {
      assert.deepEqual(lifeOf({ scopes: [], endless, expiresAt: NOW + 7 }), ['keep', endless, 7])
    }
  })

  it('changes nothing when it is sent back as it is', () => {
    for (const paperOnly of [true, false]) {
      const grant = { scopes: ['qc:files:read', 'qc:live:write'] as const, paperOnly, expiresAt: NOW + 7 }
      const { scopes, ends } = shown(grant)
      const sent = read({ preset: 'custom', scope: scopes, paper: paperOnly ? 'on' : 'off', expires: ends }, grant)
      assert.deepEqual(allowanceOf(sent), allowanceOf(grant))
    }
  })
})
