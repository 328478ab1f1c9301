// What a person sees before they decide: what it comes to, when it ends and both buttons, together and wherever the page stands;
// a button that says how grave the choice is; and one folded line for whatever else can be said.
import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { GROUPS } from '../../../src/scopes.ts'
import { proofHeading } from '../../support/account-page.ts'
import type { ConsentVisit } from '../../support/consent-page.ts'
import {
  allowButton,
  choose,
  choosePreset,
  DAY,
  endOn,
  fold,
  paperOnly,
  realMoney,
  scopeCheckbox,
  scopeParameter,
  useConsentPage,
} from '../../support/consent-page.ts'
import type { Registration } from '../../support/raw-client.ts'
import { countGrants, grantOf } from '../../support/stored.ts'

const RESEARCH = scopeParameter(...GROUPS.research)
const LOOK = scopeParameter('qc:projects:read')
const MORE = scopeParameter('qc:projects:read', 'qc:files:write', 'qc:live:write')

/** Each preset by what its radio button says, which on a narrow screen is its name alone. */
const PRESETS = {
  requested: /^What it asks for/,
  readonly: /^Look/,
  research: /^Research/,
  paper: /^Paper(?! trading)/,
  live: /^Live/,
  trader: /^Trader/,
  admin: /^Everything/,
} as const
type Preset = keyof typeof PRESETS

const WIDE = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
const NARROW = { width: 320, height: 640 }
/** A screen of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10). */
const LOW = { width: 320, height: 256 }

/** As long a name as a sentence takes. */
const LONGEST = 'Marktbeobachtungsassiste'

/** Not the zone of the server, so that a time of here and one of there never read the same. */
const ZONE = 'Asia/Kolkata'

describe('the decision on the consent page', () => {
  const { server, browser, program, open, arrive, allow, press, exchange } = useConsentPage()
  let page: Page
  /** The same without scripts. */
  let plain: Page
  let complaints: string[]
  /** A program that may look at projects. */
  let connected: Registration
  before(async () => {
    ;({ page, complaints } = await browser.newPerson({ viewport: WIDE, timezoneId: ZONE }))
    ;({ page: plain } = await browser.newPerson({ viewport: WIDE, timezoneId: ZONE, javaScriptEnabled: false }))
    const visit = await arrive(page, LOOK)
    connected = visit.client
    await allow(page, visit)
    await arrive(plain, LOOK) // signs in
  })
  afterEach(() => assert.deepEqual(complaints.splice(0), []))

  const button = (name: string, on = page) => on.getByRole('button', { name, exact: true })
  /** The button that allows, whatever it says. */
  const pressAllow = (on: Page) => press(on, 'Allow')

  for (const size of [WIDE, PHONE, NARROW]) {
    const { width, height } = size

    describe(`on a screen of ${width} by ${height}: sentence, end and both buttons, wherever the page stands,`, () => {
      before(() => page.setViewportSize(size))

      it('are in view at once and in this order on a first visit, whatever is chosen', async () => {
        await open(page, RESEARCH)
        for (const preset of Object.keys(PRESETS) as Preset[]) {
          await pick(page, preset)
          await inView(page, preset)
        }
      })

      it('are in view at once and in this order when a connection asks for more', async () => {
        await open(page, MORE, connected)
        await page.getByRole('heading', { name: /asks for more of/ }).waitFor()
        await inView(page, 'for more')
      })

      it('are in view at once and in this order when a connection comes back', async () => {
        await open(page, LOOK, connected)
        await page.getByText('it asks for nothing new').waitFor()
        await inView(page, 'again')
      })
    })
  }

  it('has room for the longest sentence of a preset on the narrowest screen', async () => {
    await page.setViewportSize(NARROW)
    await openUnbraked()
    await inView(page, 'live, without a brake')
  })

  it('keeps the end and the buttons in view where a choice of one’s own makes the sentence longer still', async () => {
    await page.setViewportSize(NARROW)
    await openUnbraked()
    await pick(page, 'admin')
    await unfoldBoxes(page)
    // What is neither all nor nearly all is told one by one.
    for (const one of ['projects', 'files', 'optimizations', 'live'] as const)
      await scopeCheckbox(page, `qc:${one}:read`).uncheck()
    await scopeCheckbox(page, 'qc:files:delete').uncheck()
    await paperOnly(page).check()
    await page
      .locator('#summary p')
      .first()
      .filter({ hasText: /delete projects.*trade with real money/ })
      .waitFor()
    const { faults, share } = await seen(page)
    assert.deepEqual(faults.atTop, ['sentence is cut off'], 'there is no room for it')
    assert.ok(share <= 0.4)
  })

  it('is on every screen from 560 pixels of height up, and in the flow of one that is lower', async () => {
    const position = () => page.evaluate(`getComputedStyle(document.querySelector('.bar')).position`)
    await open(page, RESEARCH, await program({ client_name: LONGEST }))
    await page.setViewportSize({ width: 320, height: 560 })
    assert.equal(await position(), 'sticky')
    for (const preset of ['readonly', 'research', 'paper', 'live', 'admin'] as const) {
      await pick(page, preset)
      await inView(page, preset)
    }
    await page.setViewportSize({ width: 1280, height: 559 })
    assert.equal(await position(), 'static')
  })

  it('shows which preset is chosen in the colours of a system too (forced colours; WCAG 2.2, 1.4.11)', async () => {
    await page.setViewportSize(NARROW)
    await open(page, RESEARCH)
    await page.emulateMedia({ forcedColors: 'active' })
    const outlines = () =>
      page.evaluate(
        `[...document.querySelectorAll('.presets .preset')].map((one) => getComputedStyle(one).outlineStyle)`,
      )
    await pick(page, 'live')
    assert.deepEqual(((await outlines()) as string[]).slice(0, 5), ['none', 'none', 'none', 'none', 'solid'])
    await page.emulateMedia({ forcedColors: null })
  })

  /** A program of that name, allowed to trade with real money as often as it likes. */
  async function openUnbraked(): Promise<void> {
    await open(page, RESEARCH, await program({ client_name: LONGEST }))
    await pick(page, 'live')
    await fold(page, /^When it repeats itself/).click()
    await choose(page, /^Let it/)
    await page.locator('#summary p').first().filter({ hasText: 'No brake stops it' }).waitFor()
  }

  for (const [who, client_name] of [
    ['a program of which nothing is known', 'Notebook'],
    ['one that looks like another', 'Сlaude'],
  ] as const)
    it(`fits on one screen of a telephone, with who asks, the presets and the lines above it: ${who}`, async () => {
      await page.setViewportSize(PHONE)
      await open(page, RESEARCH, await program({ client_name }))
      assert.equal(await page.getByText('Look twice').count(), client_name === 'Notebook' ? 0 : 1)
      // A bar that sticks is on the screen in any case, so it is asked where it would be if it did not.
      const { top, end } = (await page.evaluate(`(() => {
      scrollTo(0, 0)
      const bar = document.querySelector('.bar')
      const { top } = bar.getBoundingClientRect()
      bar.style.position = 'static'
      const { bottom: end } = bar.getBoundingClientRect()
      bar.style.position = ''
      return { top, end }
    })()`)) as { top: number; end: number }
      assert.ok(end <= PHONE.height, `it ends at ${end}`)
      const above = {
        'who asks': page.locator('dt:text-is("Who asks") + dd'),
        'the presets': page.getByRole('group', { name: 'What may it do?' }),
        'the line May': page.getByText(/^May: /),
        'the line Until': page.getByText(/^Until /),
        'who reads it': page.getByText('goes to the maker of the assistant'),
      }
      for (const [what, part] of Object.entries(above)) {
        const box = await part.boundingBox()
        assert.ok(box && box.height > 0 && box.y >= 0 && box.y + box.height <= top, `${what} is not above`)
      }
    })

  describe('on a low screen, as at 400 % (WCAG 2.2, 1.4.10),', () => {
    before(() => page.setViewportSize(LOW))

    /** The bar takes its turn with the rest of the page, and is on one screen when it has come. */
    async function inFlow(state: string): Promise<void> {
      const { position, covered, faults } = (await page.evaluate(`(() => {
        const bar = document.querySelector('.bar')
        bar.scrollIntoView({ block: 'end' })
        const over = bar.getBoundingClientRect()
        const covered = [...document.querySelectorAll('h1, dd, label, summary, button, a, p')].filter((one) => {
          const { top, bottom, left, right } = one.getBoundingClientRect()
          const meets = top < over.bottom && bottom > over.top && left < over.right && right > over.left
          return meets && !bar.contains(one) && one.checkVisibility()
        })
        return {
          position: getComputedStyle(bar).position,
          covered: covered.map((one) => one.textContent),
          faults: ${DECISION}.faults(),
        }
      })()`)) as { position: string; covered: string[]; faults: string[] }
      assert.deepEqual({ position, covered, faults }, { position: 'static', covered: [], faults: [] }, state)
    }

    it('is a part of the page that covers nothing, and is in view as a whole once it is reached', async () => {
      await open(page, RESEARCH)
      for (const preset of ['readonly', 'live', 'admin'] as const) {
        await pick(page, preset)
        await inFlow(preset)
      }
    })

    it('is so too when a connection asks for more, and when it comes back', async () => {
      await open(page, MORE, connected)
      await page.getByRole('heading', { name: /asks for more of/ }).waitFor()
      await inFlow('for more')
      await open(page, LOOK, connected)
      await page.getByText('it asks for nothing new').waitFor()
      await inFlow('again')
    })
  })

  describe('is made with a button that', () => {
    before(() => page.setViewportSize(WIDE))

    /** The button says this, and the form tells the server that it did. */
    async function says(words: string, shown: string): Promise<void> {
      await button(words).waitFor()
      assert.equal(await allowButton(page).count(), 1)
      assert.equal(await page.locator('input[name=shown]').inputValue(), shown)
    }

    it('says the gravest thing that is allowed, and can be read in light and dark; real money has its own colour and shape', async () => {
      const looks = new Map<string, Look>()
      const saysLegibly = async (words: string, shown: string) => {
        await says(words, shown)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const look = await lookOf(page)
          const contrast = contrastOf(look)
          assert.ok(contrast >= 4.5, `“${words}” in the ${colorScheme}: ${contrast.toFixed(2)}`) // WCAG 2.2, 1.4.3
          looks.set(`${shown}, ${colorScheme}`, look)
        }
      }
      await open(page, RESEARCH)
      await saysLegibly('Allow building and backtesting', 'build')
      for (const [preset, words, shown] of [
        ['readonly', 'Allow looking', 'look'],
        ['research', 'Allow building and backtesting', 'build'],
        ['paper', 'Allow trading on paper', 'paper'],
        ['live', 'Allow trading with real money', 'real'],
        ['requested', 'Allow building and backtesting', 'build'],
        ['trader', 'Allow trading on paper', 'paper'], // nobody chose real money since
        ['admin', 'Allow running your account', 'administer'],
      ] as const) {
        await pick(page, preset)
        await saysLegibly(words, shown)
      }

      await pick(page, 'readonly')
      await choose(page, /^My own choice/)
      await unfoldBoxes(page)
      for (const [scope, words, shown] of [
        ['qc:optimizations:write', 'Allow spending credit', 'spend'],
        ['qc:projects:delete', 'Allow deleting', 'delete'],
      ] as const) {
        await scopeCheckbox(page, scope).check()
        await saysLegibly(words, shown)
        await scopeCheckbox(page, scope).uncheck()
        await says('Allow looking', 'look')
      }

      assert.equal(looks.size, 14)
      for (const colorScheme of ['light', 'dark']) {
        const [look, real] = [looks.get(`look, ${colorScheme}`), looks.get(`real, ${colorScheme}`)]
        assert.notEqual(real?.background, look?.background)
        assert.notEqual(real?.radius, look?.radius)
      }
      await page.emulateMedia({ colorScheme: null })
    })

    it('has said the least when the form tells of a button that nobody knows', async () => {
      const tell = (shown: string) => page.evaluate(`document.querySelector('input[name=shown]').value = '${shown}'`)
      const visit = await open(page, RESEARCH)
      const before = await countGrants(server)
      await tell('constructor')
      await pressAllow(page)
      await page.getByRole('alert').getByText(saidLess('Allow looking', 'Allow building and backtesting')).waitFor()
      assert.equal(await countGrants(server), before)
      assert.equal((await allow(page, visit)).scope, RESEARCH)

      const mild = await open(page, LOOK)
      await tell('nothing')
      assert.equal((await allow(page, mild)).scope, LOOK)
    })
  })

  describe('asks which money', () => {
    before(() => page.setViewportSize(WIDE))
    const money = () => page.locator('input[name=paper]')
    const gone = () => money().first().waitFor({ state: 'detached' })

    it('only where something trades: not at first, on paper for Paper and real for Live', async () => {
      await open(page, RESEARCH)
      assert.equal(await money().count(), 0)
      await pick(page, 'paper')
      await paperOnly(page).waitFor()
      assert.ok(await paperOnly(page).isChecked())
      await pick(page, 'live')
      assert.ok(await realMoney(page).isChecked())
    })

    it('beginning on paper for a box that is ticked by hand, and again once all that trades was unticked', async () => {
      await open(page, RESEARCH)
      await unfoldBoxes(page)
      await scopeCheckbox(page, 'qc:live:write').check()
      await paperOnly(page).waitFor()
      assert.ok(await paperOnly(page).isChecked())
      await scopeCheckbox(page, 'qc:live:execute').check()
      await realMoney(page).check()
      await button('Allow trading with real money').waitFor()
      await scopeCheckbox(page, 'qc:live:write').uncheck()
      await scopeCheckbox(page, 'qc:live:execute').uncheck()
      await gone()
      await scopeCheckbox(page, 'qc:live:execute').check()
      await paperOnly(page).waitFor()
      assert.ok(await paperOnly(page).isChecked())
      await button('Allow trading on paper').waitFor()
    })

    it('no more once all that trades is unticked, though what spends or deletes stays, and begins on paper anew', async () => {
      await open(page, RESEARCH)
      await pick(page, 'live')
      await unfoldBoxes(page)
      await scopeCheckbox(page, 'qc:live:write').uncheck()
      await scopeCheckbox(page, 'qc:live:execute').uncheck()
      await button('Allow deleting').waitFor()
      await gone()
      await scopeCheckbox(page, 'qc:live:write').check()
      await paperOnly(page).waitFor()
      assert.ok(await paperOnly(page).isChecked())
      await button('Allow trading on paper').waitFor()
    })

    it('no more where Look was chosen after Live, and what is then allowed is on paper', async () => {
      const visit = await open(page, RESEARCH)
      await pick(page, 'live')
      assert.ok(await realMoney(page).isChecked())
      await pick(page, 'readonly')
      await gone()
      const tokens = await allow(page, visit)
      assert.equal((await grantOf(server, tokens.access_token))?.paperOnly, true)
    })
  })

  for (const [how, on] of [
    ['with scripts', () => page],
    ['without scripts', () => plain],
  ] as const) {
    describe(`leaves all but the presets folded, ${how}:`, () => {
      before(() => page.setViewportSize(WIDE))
      const boxesInView = () => on().locator('input[name=scope]').filter({ visible: true }).count()
      /** What the form comes to is shown at once by a script, and else when the person asks. */
      const preview = async () => void (on() === plain && (await press(plain, 'Preview')))

      it('one line counts the boxes, and opens on their kinds, each of which opens by itself', async () => {
        await open(on(), RESEARCH)
        assert.equal(await boxesInView(), 0)
        assert.equal(await fold(on(), /^May:/).innerText(), 'May: look 9/9 · build 5/5')
        await fold(on(), /^May:/).click()
        assert.equal(await boxesInView(), 0)
        const kinds = on()
          .locator('summary')
          .filter({ hasText: /^\d+ of \d+ / })
          .filter({ visible: true })
        assert.deepEqual(await kinds.allInnerTexts(), ['9 of 9 look', '5 of 5 build'])
        await fold(on(), /^9 of 9 look$/).click()
        assert.equal(await boxesInView(), 9)
        await fold(on(), /^5 of 5 build$/).click()
        assert.equal(await boxesInView(), 14)
        await fold(on(), /^9 of 9 look$/).click()
        assert.equal(await boxesInView(), 5)
      })

      it('one line says until when: a time of day where that is near, and that there is no end', async () => {
        await open(on(), RESEARCH)
        await fold(on(), /^Until /).click()
        await choose(on(), /^one hour/)
        await preview()
        const near = on() === plain ? /^until \d{2}:\d{2} UTC$/ : /^until \d{2}:\d{2}$/
        await endOn(on()).filter({ hasText: near }).waitFor()
        const zone = on() === plain ? 'UTC' : ZONE
        const moment = new Date((await endOn(on()).locator('time').getAttribute('datetime')) ?? '')
        const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: zone }).format(moment)
        assert.ok((await endOn(on()).innerText()).startsWith(`until ${clock}`))
        assert.match(await fold(on(), /^Until /).innerText(), new RegExp(`^Until ${clock}`))

        if (on() === plain) await fold(plain, /^Until /).click()
        await choose(on(), /^until I end it/)
        await preview()
        await endOn(on())
          .filter({ hasText: /^until you end it$/ })
          .waitFor()
      })
    })
  }

  it('renews the counts in place when a box is unticked', async () => {
    await open(page, RESEARCH)
    await page.evaluate('window.sameAsBefore = true')
    await unfoldBoxes(page)
    await scopeCheckbox(page, 'qc:account:read').uncheck()
    await scopeCheckbox(page, 'qc:compile:execute').uncheck()
    await page.getByText('May: look 8/9 · build 4/5', { exact: true }).waitFor()
    await fold(page, /^8 of 9 look$/).waitFor()
    await fold(page, /^4 of 5 build$/).waitFor()
    assert.equal(await page.evaluate('window.sameAsBefore'), true)
  })

  it('says of a connection that asks for more what it has and what that would add, and has the box to tick in view', async () => {
    await open(page, MORE, connected)
    assert.match(
      await page.getByText(/^It has:/).innerText(),
      /It has: look at projects\. It\s+asks for: write code ✓ · start live algorithms \(tick it yourself\)/,
    )
    assert.ok(await scopeCheckbox(page, 'qc:live:write').isVisible())
    assert.equal(await scopeCheckbox(page, 'qc:live:write').isChecked(), false)
  })

  describe('without scripts is seen before it counts:', () => {
    let connections: number
    const asked = async (scope: string): Promise<ConsentVisit> => {
      const visit = await open(plain, scope)
      connections = await countGrants(server)
      return visit
    }

    it('the button of the page before shows the boxes of another preset, and names the button to press then', async () => {
      await asked(RESEARCH)
      await choose(plain, PRESETS.live)
      await button('Allow building and backtesting', plain).click()
      await button('Allow trading with real money', plain).waitFor()
      assert.equal(
        await plain.getByRole('status').innerText(),
        'These are the boxes of “Live”. Look at them, then press “Allow trading with real money”.',
      )
      assert.equal(await countGrants(server), connections)
    })

    it('a button that said less than what was ticked grants nothing, says so, and grants when it is pressed again', async () => {
      const visit = await asked(LOOK)
      await fold(plain, /^May:/).click()
      await fold(plain, /^Allow more than it asks for/).click()
      await fold(plain, /^0 of 5 build$/).click()
      await scopeCheckbox(plain, 'qc:projects:write').check()
      await button('Allow looking', plain).click()
      await button('Allow building and backtesting', plain).waitFor()
      assert.equal(
        await plain.getByRole('alert').filter({ visible: true }).innerText(),
        saidLess('Allow looking', 'Allow building and backtesting'),
      )
      assert.equal(await countGrants(server), connections)
      await button('Allow building and backtesting', plain).click()
      assert.equal((await exchange(plain, visit)).scope, scopeParameter('qc:projects:read', 'qc:projects:write'))
    })

    it('where it needs a proof, the page that asks for it says the same', async () => {
      await asked(LOOK)
      await unfoldBoxes(plain)
      await scopeCheckbox(plain, 'qc:projects:delete').check()
      await button('Allow looking', plain).click()
      await proofHeading(plain).waitFor()
      assert.ok(await plain.getByText(saidLess('Allow looking', 'Allow deleting')).isVisible())
      assert.equal(await countGrants(server), connections)
    })
  })

  it('never hides the control that has the focus (WCAG 2.2, 2.4.11), and is what Tab comes to last in the form', async () => {
    await page.setViewportSize(PHONE)
    await open(page, RESEARCH)
    const folded = await walk(page, 'Tab')
    const last = folded.filter(({ inBar }) => inBar).map(({ says }) => says)
    assert.match(last.join(', '), /^\d+ tools, Allow building and backtesting, Deny$/)

    const unfolded = await walk(page, 'Tab', [/^May:/, /^9 of 9 look$/])
    assert.equal(unfolded.length - folded.length, 13) // two kinds, what it does not ask for, names, and nine boxes
    assert.equal((await walk(page, 'Shift+Tab')).length, unfolded.length)
  })

  // Moves the clock by months, and so comes last.
  it('says the end as a day, a month of three letters and a year in whichever month that is', async () => {
    const now = new Date()
    const middleOfAugust = Date.UTC(now.getUTCFullYear() + (now.getUTCMonth() < 7 ? 0 : 1), 7, 15)
    await server.advance((middleOfAugust - now.getTime()) / 1000)
    for (const one of [page, plain]) {
      await arrive(one, RESEARCH)
      assert.match(await endOn(one).innerText(), DAY)
    }
  })
})

const saidLess = (pressed: string, chosen: string): string =>
  `The button that you pressed said “${pressed}”. What you chose is more: “${chosen}”.`

/** Opens the line of the boxes, and whatever is folded in it. */
const unfoldBoxes = (page: Page): Promise<void> =>
  page.evaluate('for (const one of document.querySelectorAll(".may, #boxes details")) one.open = true')

/** Chooses a preset, from behind "More" where it is there. */
async function pick(page: Page, preset: Preset): Promise<void> {
  const radio = page.getByRole('radio', { name: PRESETS[preset], includeHidden: true })
  if (!(await radio.isVisible())) await fold(page, /^More/).click()
  await choosePreset(page, preset, PRESETS[preset])
}

/**
 * What is wrong with how the decision is seen, as the page stands. Written as text, like all that runs in the page: our types
 * are those of a server.
 */
const DECISION = `({
  faults() {
    const region = document.querySelector('[aria-label="In short"]')
    const called = (name) => [...document.querySelectorAll('button')].find((one) => name.test(one.textContent))
    const parts = Object.entries({
      sentence: region.querySelector('p'),
      end: region.querySelector('[data-part=end]'),
      Allow: called(/^Allow /),
      Deny: called(/^Deny$/),
    })
    const faultOf = (part) => {
      const { top, bottom, left, right } = part.getBoundingClientRect()
      if (right <= left || bottom <= top) return 'is not there'
      if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth) return 'is beyond the screen'
      for (let box = part.parentElement; box; box = box.parentElement) {
        const edge = box.getBoundingClientRect()
        if (getComputedStyle(box).overflowY !== 'visible' && (top < edge.top || bottom > edge.bottom)) return 'is cut off'
      }
      // The end stays at the bottom of what scrolls, and would lie on the last line of a sentence that has no room.
      if (part.tagName === 'P' && !part.contains(document.elementFromPoint(left + 2, bottom - 2))) return 'is cut off'
      return part.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2)) ? '' : 'is covered'
    }
    return [
      ...parts.filter(([, part]) => faultOf(part)).map(([name, part]) => name + ' ' + faultOf(part)),
      ...parts.slice(1).flatMap(([name, part], before) =>
        parts[before][1].compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING ? [] : name + ' comes too early'),
    ]
  },
})`

/** Sees all of the decision at once, with the page at its top and at its bottom, and room for the rest. */
async function inView(page: Page, state: string): Promise<void> {
  const { faults, share } = await seen(page)
  assert.deepEqual(faults, { atTop: [], atBottom: [] }, state)
  assert.ok(share <= 0.4, `${state}: it takes ${Math.round(share * 100)} % of the screen`)
  assert.match(await endOn(page).innerText(), DAY, state)
}

/** What is wrong with it at the top and at the bottom of the page, and how much of the screen it takes. */
const seen = async (page: Page) =>
  (await page.evaluate(`(() => {
    const { faults } = ${DECISION}
    scrollTo(0, 0)
    const atTop = faults()
    scrollTo(0, document.documentElement.scrollHeight)
    const atBottom = faults()
    const share = document.querySelector('.bar').getBoundingClientRect().height / innerHeight
    return { faults: { atTop, atBottom }, share }
  })()`)) as { faults: { atTop: string[]; atBottom: string[] }; share: number }

/** How a button looks. */
interface Look {
  readonly color: string
  readonly background: string
  readonly radius: string
}

const lookOf = (page: Page): Promise<Look> =>
  page.evaluate(`(() => {
    const { color, backgroundColor: background, borderTopLeftRadius: radius } =
      getComputedStyle(document.querySelector('button[name=decision][value=allow]'))
    return { color, background, radius }
  })()`)

/** The contrast of text and what is behind it (WCAG 2.2, contrast ratio and relative luminance). */
function contrastOf({ color, background }: Look): number {
  const [light = 0, dark = 0] = [luminanceOf(color), luminanceOf(background)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminanceOf(color: string): number {
  const [, red, green, blue] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color) ?? assert.fail(`${color} is not opaque`)
  const part = (channel = '') => {
    const share = Number(channel) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
}

/** A control that has the focus. */
interface Focused {
  readonly says: string
  readonly inBar: boolean
  /** Where nobody sees it: wholly behind the bar, or beyond the screen. */
  readonly hidden: boolean
}

/** From one end of the page to the other with the keyboard, unfolding these on the way. Fails where the focus is not seen. */
async function walk(page: Page, key: 'Tab' | 'Shift+Tab', unfold: readonly RegExp[] = []): Promise<Focused[]> {
  const passed: Focused[] = []
  for (;;) {
    assert.ok(passed.length < 100, 'there is no end')
    await page.keyboard.press(key)
    const one = (await page.evaluate(`(() => {
      const control = document.activeElement
      if (control === document.body) return // the browser's own controls come in between
      const bar = document.querySelector('.bar')
      const inBar = bar.contains(control)
      const [{ top, bottom, left, right }, over] = [control.getBoundingClientRect(), bar.getBoundingClientRect()]
      const behind = top >= over.top && bottom <= over.bottom && left >= over.left && right <= over.right
      const says = (control.labels?.[0] ?? control).innerText
      return { says, inBar, hidden: (behind && !inBar) || bottom <= 0 || top >= innerHeight }
    })()`)) as Focused | undefined
    if (!one) return passed
    assert.ok(!one.hidden, `nobody sees the focus on “${one.says}”`)
    passed.push(one)
    if (unfold.some((says) => says.test(one.says))) await page.keyboard.press('Enter')
  }
}
