// The form says which button its page showed. What is graver than that button said is not done by that press: the person sees
// what they chose beside the button that says it, or shows who they are on a page that names both.
import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { PRESETS } from '../../src/authorization-server/permissions/choice.ts'
import type { Weight } from '../../src/authorization-server/permissions/weight.ts'
import { BUTTONS } from '../../src/authorization-server/permissions/weight.ts'
import { ALL_SCOPES, GROUPS } from '../../src/scopes.ts'
import { grantIdOf } from '../support/access-token.ts'
import { connectAs, useSignedIn } from '../support/connection.ts'
import type { AuthorizationRequest, Registration } from '../support/raw-client.ts'
import { authorizationRequest, redeem, register } from '../support/raw-client.ts'
import type { Place } from '../support/raw-person.ts'
import { actOf, RawPerson } from '../support/raw-person.ts'
import { useServer } from '../support/server.ts'
import { countGrants, grantOf } from '../support/stored.ts'

const LOOKS = ['qc:projects:read']
const BUILDS = [...LOOKS, 'qc:backtests:write']
const TRADES = [...LOOKS, 'qc:live:write', 'qc:live:execute']
const ALL = ALL_SCOPES.join(' ')
const LARGEST = 50_000

/** A visit of a program, and the page that its person is on. */
interface Visit {
  readonly client: Registration
  readonly request: AuthorizationRequest
  readonly page: Place
}
type Fields = Readonly<Record<string, string | readonly string[]>>

const pageName = ({ html }: Place) => /<body data-page="([\w-]+)">/.exec(html)?.[1]
const code = ({ url }: Place) => url.searchParams.get('code')
const saidLess = (pressed: Weight, chosen: Weight) =>
  `The button that you pressed said “${BUTTONS[pressed]}”. What you chose is more: “${BUTTONS[chosen]}”.`
const alertOf = ({ html }: Place) => /role="alert">([^<]*)</.exec(html)?.[1]
/** What the page says of its own button, in its form and on the button. */
const shownOn = ({ html }: Place) => /name="shown" value="([^"]+)"/.exec(html)?.[1] ?? ''
const buttonOf = ({ html }: Place) => /name="decision" value="allow">([^<]+)</.exec(html)?.[1]

/** What a browser would send of the page as it stands, beside what every form sends unseen. */
function asItStands({ html }: Place): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  for (const [, name = '', value = ''] of html.matchAll(
    /<input type="(?:radio|checkbox)" name="(\w+)" value="([^"]*)" checked/g,
  )) {
    fields[name] = [...(fields[name] ?? []), value]
  }
  return fields
}

describe('the button that a form says its page showed', () => {
  const server = useServer()
  const person = useSignedIn(server) // in an earlier visit: what is dangerous asks who is there

  describe('a consent page whose button said less than what is chosen', () => {
    const request = async (scope: string) => {
      const client = await register(server)
      return { client, request: authorizationRequest(server, client, { scope }) }
    }
    async function visit(scope = BUILDS.join(' ')): Promise<Visit> {
      const asked = await request(scope)
      return { ...asked, page: await person.open(asked.request.url) }
    }
    const allow = (page: Place, fields: Fields, as = person) => as.submit(page, { decision: 'allow', ...fields })

    /** An answer that must grant nothing, and shows the consent page again. */
    async function comesAgain(answer: () => Promise<Place>): Promise<Place> {
      const held = await countGrants(server)
      const place = await answer()
      assert.deepEqual([place.status, pageName(place), code(place)], [200, 'consent', null])
      assert.equal(await countGrants(server), held)
      return place
    }
    /** The grant that an answer led to. */
    async function grantedBy({ client, request }: Visit, place: Place) {
      assert.ok(code(place), `${place.status} ${alertOf(place)}`)
      const { access_token } = await redeem(server, client, request, place)
      return (await grantOf(server, access_token)) ?? assert.fail('nothing was granted')
    }

    describe('where nobody has to prove anything', () => {
      it('comes again with both buttons in words, and with the one that says it: that one grants', async () => {
        const asked = await visit()
        const page = await comesAgain(() => allow(asked.page, { scope: BUILDS, shown: 'look' }))
        assert.equal(alertOf(page), saidLess('look', 'build'))
        assert.deepEqual([shownOn(page), buttonOf(page)], ['build', BUTTONS.build])
        const { scopes } = await grantedBy(asked, await allow(page, { ...asItStands(page), shown: shownOn(page) }))
        assert.deepEqual(scopes, BUILDS)
      })

      it('comes again as often as the mild button is pressed', async () => {
        let { page } = await visit()
        for (const _ of [1, 2])
          page = await comesAgain(() => allow(page, { ...asItStands(page), scope: BUILDS, shown: 'look' }))
      })

      it('comes again for paper trading too, which signing in has just allowed', async () => {
        const someone = new RawPerson(server)
        const asked = await request(TRADES.join(' '))
        const page = await someone.submit(await someone.open(asked.request.url), { account: 'sandbox' })
        const chosen = { scope: TRADES, paper: 'on', brake: 'on', expires: '1h' }
        const again = await comesAgain(() => allow(page, { ...chosen, shown: 'build' }, someone))
        assert.equal(alertOf(again), saidLess('build', 'paper'))
        assert.deepEqual([shownOn(again), buttonOf(again)], ['paper', BUTTONS.paper])
        const stands = asItStands(again)
        assert.deepEqual(stands, {
          preset: ['custom'],
          scope: TRADES,
          paper: ['on'],
          expires: ['1h'],
          brake: ['on'],
        })
        const grant = await grantedBy({ ...asked, page }, await allow(again, { ...stands, shown: 'paper' }, someone))
        assert.deepEqual([grant.scopes, grant.paperOnly, grant.endless], [TRADES, true, false])
        assert.ok(grant.expiresAt < grant.createdAt + 2 * 60 * 60, 'not the hour that was chosen')
      })

      it('loses nothing that was chosen, and what is sent again is that', async () => {
        const asked = await visit('qc:projects:read')
        const chosen = { preset: 'custom', scope: BUILDS, expires: 'never' }
        const page = await comesAgain(() => allow(asked.page, { ...chosen, paper: 'on', brake: 'off', shown: 'look' }))
        const stands = asItStands(page)
        assert.deepEqual(stands, { preset: ['custom'], scope: BUILDS, expires: ['never'] })
        const grant = await grantedBy(asked, await allow(page, { ...stands, shown: shownOn(page) }))
        assert.deepEqual([grant.scopes, grant.endless], [BUILDS, true])
      })

      for (const shown of ['build', 'spend', 'delete', 'paper', 'real', 'administer']) {
        it(`does not come again where the button said ${shown}: it is granted at once`, async () => {
          const asked = await visit()
          const { scopes } = await grantedBy(asked, await allow(asked.page, { scope: BUILDS, shown }))
          assert.deepEqual(scopes, BUILDS)
        })
      }

      it('comes again where the form names two buttons: what cannot be read said the least', async () => {
        const asked = await visit()
        const again = await allow(asked.page, { scope: BUILDS, shown: ['administer', 'administer'] })
        assert.deepEqual([again.status, pageName(again)], [200, 'consent'])
      })

      for (const [what, fields] of [
        ['is absent, as of a program that fills in forms', {}],
        ['is empty', { shown: '' }],
      ] as const) {
        it(`does not come again where shown ${what}: nothing is compared`, async () => {
          const asked = await visit()
          assert.ok(code(await allow(asked.page, { scope: BUILDS, ...fields })))
        })
      }

      for (const shown of ['nothing', 'LOOK', '__proto__', 'toString', 'a'.repeat(5_000)]) {
        it(`takes “${shown.slice(0, 20)}” for the mildest button`, async () => {
          const page = await comesAgain(async () => allow((await visit()).page, { scope: BUILDS, shown }))
          assert.equal(alertOf(page), saidLess('look', 'build'))
          assert.ok(code(await allow((await visit()).page, { scope: LOOKS, shown })))
        })
      }
    })

    describe('where the person has to prove that they are here', () => {
      /** Something dangerous with everything chosen, in a visit without a sign-in. */
      const REAL = { preset: 'custom', scope: TRADES, paper: 'off', brake: 'off', expires: '1h' }

      it('does not come again: the page that asks for the proof names both buttons, and the proof grants', async () => {
        const asked = await visit(TRADES.join(' '))
        const held = await countGrants(server)
        const proof = await allow(asked.page, { ...REAL, shown: 'look' })
        assert.deepEqual([proof.status, pageName(proof)], [200, 'proof'])
        assert.ok(proof.html.includes(`<p class="problem">${saidLess('look', 'real')}</p>`))
        assert.equal(await countGrants(server), held)
        const { scopes, paperOnly, brake, endless } = await grantedBy(asked, await person.prove(proof))
        assert.deepEqual([scopes, paperOnly, brake, endless], [TRADES, false, false, false])
      })

      it('names no button on that page where it said enough, or where nothing is compared', async () => {
        for (const shown of ['real', 'administer', []]) {
          const proof = await allow((await visit()).page, { ...REAL, shown })
          assert.ok(actOf(proof))
          assert.doesNotMatch(proof.html, /The button that you pressed/)
        }
      })

      it('shows the right button to whoever goes back from there, with all that they chose', async () => {
        const { page } = await visit(TRADES.join(' '))
        const { html, url } = await allow(page, { ...REAL, shown: 'look' })
        const form = /<form method="post">(?:(?!<\/form>)[\s\S])*value="preview">Back</.exec(html)?.[0] ?? ''
        const back = [...form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']): [string, string] => [name, value],
        )
        const again = await person.open(url.href, new URLSearchParams([...back, ['decision', 'preview']]))
        assert.deepEqual([pageName(again), alertOf(again), shownOn(again)], ['consent', undefined, 'real'])
        const { preset, scope, paper, brake, expires } = asItStands(again)
        assert.deepEqual([preset, scope, paper, brake, expires], [['custom'], TRADES, ['off'], ['off'], ['1h']])
      })
    })

    describe('is not compared', () => {
      it('with a no', async () => {
        const { page } = await visit()
        const { url } = await person.submit(page, { decision: 'deny', scope: ALL_SCOPES, shown: 'look' })
        assert.equal(url.searchParams.get('error'), 'access_denied')
      })

      it('with a connection of its own, which has a button of its own', async () => {
        const asked = await visit()
        const answer = await person.submit(asked.page, { decision: 'separate', scope: ALL_SCOPES, shown: 'look' })
        assert.deepEqual((await grantedBy(asked, answer)).scopes, BUILDS)
      })
    })
  })

  describe('what the consent page shows before it counts', () => {
    let visitor: RawPerson
    let page: Place
    const open = async (scope = ALL) => {
      const policies = ['policy_uri', 'tos_uri'].map((name) => [name, `https://client.example/${'a'.repeat(150)}`])
      const client = await register(server, { client_name: 'A'.repeat(60), ...Object.fromEntries(policies) })
      return visitor.open(authorizationRequest(server, client, { scope }).url)
    }
    before(async () => {
      visitor = new RawPerson(server)
      await visitor.arrive(authorizationRequest(server, await register(server)).url)
    })
    beforeEach(async () => {
      page = await open()
    })

    async function grantsNothing(fields: Fields): Promise<Place> {
      const held = await countGrants(server)
      const place = await visitor.submit(page, fields)
      assert.deepEqual([place.status, pageName(place), code(place)], [200, 'consent', null])
      assert.equal(await countGrants(server), held)
      return place
    }

    it('is the boxes of another preset: it says so, what to press, and keeps the end and the brake', async () => {
      const chosen = { preset: 'live', scope: LOOKS, expires: 'never', brake: 'off', shown: 'look' }
      const again = await grantsNothing({ ...chosen, decision: 'allow' })
      assert.match(
        again.html,
        /role="status">These are the boxes of “Live”\. Look at them, then press “Allow trading with real money”\.</,
      )
      assert.equal(alertOf(again), undefined)
      assert.deepEqual([shownOn(again), buttonOf(again)], ['real', 'Allow trading with real money'])
      const { scope, paper, expires, brake } = asItStands(again)
      assert.deepEqual(new Set(scope), new Set(GROUPS.trader))
      assert.deepEqual([paper, expires, brake], [['off'], ['never'], ['off']])
    })

    for (const [preset, name, button] of [
      ['readonly', 'Look', 'Allow looking'],
      ['research', 'Research', 'Allow building and backtesting'],
      ['paper', 'Paper', 'Allow trading on paper'],
      ['trader', 'Trader', 'Allow trading on paper'],
      ['admin', 'Everything', 'Allow running your account'],
    ] as const) {
      it(`is the boxes of “${name}”, to be pressed as “${button}”`, async () => {
        const again = await grantsNothing({ preset, scope: LOOKS, decision: 'allow', shown: 'administer' })
        assert.ok(again.html.includes(`These are the boxes of “${name}”. Look at them, then press “${button}”.`))
        assert.equal(buttonOf(again), button)
      })
    }

    it('is whatever is asked for by Preview, which grants nothing', async () => {
      for (const fields of [
        { scope: LOOKS },
        { scope: LOOKS, shown: 'look' },
        { scope: BUILDS, shown: 'look' },
        { scope: TRADES, shown: 'real', paper: 'off' },
        { scope: ALL_SCOPES, shown: 'administer', connection: 'new' },
        { scope: [] },
        { preset: 'live', scope: LOOKS, shown: 'real' },
        { preset: 'custom', scope: ALL_SCOPES },
      ]) {
        const again = await grantsNothing({ ...fields, decision: 'preview' })
        assert.equal(alertOf(again), undefined, JSON.stringify(fields))
      }
    })

    for (const preset of PRESETS) {
      it(`is below 50 kB, with the offer of a passkey and all that a client can say of itself: ${preset}`, async () => {
        const decision = ['requested', 'custom'].includes(preset) ? 'preview' : 'allow' // where the boxes decide, at once
        for (const scope of [ALL, 'qc:projects:read']) {
          page = await open(scope)
          assert.match(page.html, /aria-label="Passkey"/)
          const { html } = await grantsNothing({ preset, scope: ALL_SCOPES, paper: 'off', brake: 'off', decision })
          assert.ok(Buffer.byteLength(html) < LARGEST, `${Buffer.byteLength(html)}`)
        }
      })
    }
  })

  describe('the page of a connection, where its form tells of a button', () => {
    it('comes again and changes nothing where that said less, and loses nothing that was chosen', async () => {
      const { tokens } = await connectAs(person, { parameters: { scope: LOOKS.join(' ') }, allow: LOOKS })
      const address = `${server.origin}/account/connections/${grantIdOf(tokens.access_token)}`
      const granted = await grantOf(server, tokens.access_token)
      const chosen = { preset: 'custom', scope: TRADES, paper: 'off', brake: 'off', expires: '1d', name: 'My desk' }
      for (const shown of ['look', 'paper', 'nonsense']) {
        const again = await person.submit(await person.open(address), { ...chosen, decision: 'allow', shown })
        assert.deepEqual([again.status, pageName(again), actOf(again)], [200, 'connection', undefined], shown)
        assert.match(again.html, /role="alert">The button that you pressed said/)
        const { preset, scope, paper, brake, expires } = asItStands(again)
        assert.deepEqual([preset, scope, paper, brake, expires], [['custom'], TRADES, ['off'], ['off'], ['1d']])
        assert.match(again.html, /name="name"[^>]* value="My desk"/)
        assert.deepEqual(await grantOf(server, tokens.access_token), granted)
      }
    })

    it('saves at once where it said enough, or where nothing is compared', async () => {
      const { tokens } = await connectAs(person, { parameters: { scope: LOOKS.join(' ') }, allow: LOOKS })
      const address = `${server.origin}/account/connections/${grantIdOf(tokens.access_token)}`
      for (const [scope, shown] of [
        [BUILDS, 'build'],
        [LOOKS, 'look'],
        [BUILDS, []],
        [LOOKS, ['real', 'real']], // the least is enough for it
      ] as const) {
        const chosen = { preset: 'custom', scope, decision: 'allow', shown }
        const { url } = await person.submit(await person.open(address), chosen)
        assert.match(url.search, /^\?saved/, JSON.stringify(shown))
        assert.deepEqual((await grantOf(server, tokens.access_token))?.scopes, scope)
      }
    })
  })
})
