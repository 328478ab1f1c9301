// Makes the pages nicer. They all work without it, except that only a script can ask a browser for a passkey.

// Moments in the reader's own zone and language.
const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' }) // with seconds and zone
// An end reads the same in every language, since the sentence around it is in one.
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })
const month = new Intl.DateTimeFormat('en-US', { month: 'short' })
const day = { format: (date) => `${date.getDate()} ${month.format(date)} ${date.getFullYear()}` }
const localise = (root) => {
  for (const time of root.querySelectorAll('time')) {
    const { as } = time.dataset
    const format = as === 'clock' ? clock : as === 'day' ? day : 'exact' in time.dataset ? exactly : when
    time.title = time.textContent
    time.textContent = format.format(new Date(time.dateTime))
  }
}
localise(document)

// What is only for readers without scripts.
for (const element of document.querySelectorAll('[data-without-script]')) element.hidden = true

// A button copies what stands before it.
for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent)
    button.firstChild.textContent = 'Copied'
    setTimeout(() => (button.firstChild.textContent = 'Copy'), 3_000)
  })
}

// What runs live is asked for when the page is there, and again and again while somebody looks.
const RENEWED_EVERY = 30_000
const running = document.querySelector('[data-running]')

const renewRunning = async () => {
  if (document.visibilityState !== 'visible') return
  try {
    const answer = await fetch('/account/running')
    const seen = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-running]')
    if (!seen) throw new Error('signed out')
    localise(seen)
    // Whoever is about to press a button must still have it under their hand.
    const pressed = document.activeElement?.closest('[data-running] form')?.getAttribute('action')
    running.replaceChildren(...seen.childNodes)
    if (pressed) running.querySelector(`form[action="${CSS.escape(pressed)}"] button`)?.focus()
  } catch {
    const problem = running.querySelector('[data-stale]') ?? document.createElement('p')
    problem.dataset.stale = ''
    problem.className = 'problem'
    problem.textContent = 'This cannot be renewed right now. It may be out of date: load the page again.'
    running.prepend(problem)
  }
}
if (running) {
  for (const element of running.querySelectorAll('[data-with-script]')) element.hidden = false
  if ('asks' in running.dataset) renewRunning()
  setInterval(renewRunning, RENEWED_EVERY)
  document.addEventListener('visibilitychange', renewRunning)
}

// A form of permissions says at once what it comes to, and so do its lines and its button. The server says it, as for a reader
// without scripts; here only the parts that changed are taken over. Should it not answer, the form is still right: the server
// looks at every box again, and what the button said travels along.
const UNKNOWN = {
  sentence: 'This sentence cannot be renewed right now. What is ticked counts.',
  end: 'ends as chosen',
  until: 'Ends as chosen',
  counts: 'as ticked',
  'money-says': 'as chosen',
  'brake-says': 'as chosen',
  difference: '',
  tools: 'tools as ticked',
  'tool-list': '',
}
for (const form of document.querySelectorAll('form[data-live]')) {
  let latest = new AbortController()
  const region = form.querySelector('#summary')
  const allow = form.querySelector('button[value=allow]')

  /** The button says at once what it does, before the server has put it into a sentence: nobody shall press one that says less. */
  const weigh = () => {
    if (!form.elements.shown) return
    const kinds = [...form.querySelectorAll('#boxes :checked')].map(
      (box) => box.closest('[data-weight]').dataset.weight,
    )
    const trades = form.elements.paper?.value === 'off' ? 'real' : 'paper'
    const weights = kinds.map((kind) => (kind === 'trades' ? trades : kind))
    const buttons = Object.entries(JSON.parse(form.elements.shown.dataset.buttons)) // from the mildest to the gravest
    const [weight, says] = buttons.findLast(([one]) => weights.includes(one)) ?? buttons[0]
    form.elements.shown.value = weight
    allow.textContent = says
    allow.className = `main ${weight}`
  }

  /** Takes over what a part says, but for a part that somebody is in: what they just did there is what it shows. */
  const take = (part, seen) => {
    const fresh = seen.querySelector(`[data-part="${part.dataset.part}"]`)
    if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes)
  }

  const preview = async () => {
    latest.abort()
    latest = new AbortController()
    // Also when another change comes before the answer: a preset that was chosen takes the place of the boxes until they are here.
    const { preset, rendered } = form.elements
    const alsoBoxes = preset.value !== 'custom' && preset.value !== rendered.value
    const body = new URLSearchParams(new FormData(form))
    body.set('decision', 'preview')
    try {
      const answer = await fetch(location.href, { method: 'POST', body, signal: latest.signal })
      const seen = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('form[data-live]')
      if (!answer.ok || !seen) throw new Error('no preview')
      localise(seen)
      if (alsoBoxes) {
        const boxes = seen.querySelector('#boxes')
        const folds = boxes.querySelectorAll('details')
        for (const [index, { open }] of form.querySelectorAll('#boxes details').entries()) folds[index].open ||= open
        form.querySelector('#boxes').replaceWith(boxes)
        rendered.value = seen.elements.rendered.value
      }
      for (const part of form.querySelectorAll('[data-part]')) take(part, seen)
      region.className = seen.querySelector('#summary').className
      weigh()
    } catch (error) {
      if (error.name === 'AbortError') return
      // Better no sentence and no end than those that are not true any more.
      region.className = 'summary'
      for (const part of form.querySelectorAll('[data-part]')) {
        if (part.dataset.part in UNKNOWN) part.textContent = UNKNOWN[part.dataset.part]
      }
    }
  }

  form.addEventListener('change', ({ target }) => {
    if (['scope', 'paper'].includes(target.name)) {
      form.querySelector('input[name=preset][value=custom]').checked = true
      form.elements.rendered.value = 'custom'
      weigh()
    }
    if (['preset', 'scope', 'paper', 'brake', 'expires'].includes(target.name)) preview()
  })
}

// Passkeys (WebAuthn). What asks for one, a form or a part of one, shows only where this browser can do it for this very host:
// a passkey is bound to a name, so there is none for a bare address.
const able = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON && 'toJSON' in PublicKeyCredential.prototype

/**
 * Offers passkeys in the list that opens at the field of the user id (conditional mediation), when somebody comes to it with a
 * finger, a mouse or the Tab key, until they type there. Not to a program that fills it in: that has decided how to sign in.
 */
async function offerInField(options, take) {
  const field = document.querySelector('input[autocomplete~=webauthn]')
  if (!field || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  let offered = false
  const offer = ({ type, key }) => {
    if (offered || (type === 'keyup' && key !== 'Tab')) return
    offered = true
    const ends = new AbortController()
    const end = () => ends.abort()
    field.addEventListener('input', end, { once: true })
    document.querySelector('[data-ask]')?.addEventListener('click', end, { once: true })
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
    navigator.credentials.get({ mediation: 'conditional', signal: ends.signal, publicKey }).then(take, () => {})
  }
  field.addEventListener('pointerdown', offer)
  field.addEventListener('keyup', offer)
}

for (const part of document.querySelectorAll('[data-passkey]')) {
  const form = part.closest('form')
  const options = JSON.parse(part.dataset.options)
  const creates = part.dataset.passkey === 'create'
  const host = options.rpId ?? options.rp.id
  if (!able || location.hostname !== host || /^[\d.]+$|^\[/.test(host)) continue
  part.classList.add('able')
  const answer = form.elements.passkey
  const button = part.querySelector('[data-ask]')
  const problem = part.querySelector('[role=alert]')

  /** Sends the form; where it has other things in it too, with a decision of its own and whatever else is filled in. */
  const send = (decision) => {
    if (!decision) return form.requestSubmit()
    const field = Object.assign(document.createElement('input'), { type: 'hidden', name: 'decision', value: decision })
    form.noValidate = true
    form.append(field)
    form.requestSubmit()
    field.remove()
    form.noValidate = false
  }

  const ask = async () => {
    if (button.disabled || (part === form && !form.reportValidity())) return
    button.disabled = true
    problem.hidden = true
    try {
      const credential = creates
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
      answer.value = JSON.stringify(credential.toJSON())
      send(part.dataset.decision)
      answer.value = '' // an answer is good once; whoever comes back with the back button is asked again
    } catch (error) {
      if (error.name === 'InvalidStateError')
        problem.textContent = 'This device has a passkey for this account already.'
      problem.hidden = false
    }
    button.disabled = false
  }
  button.addEventListener('click', ask)
  if ('conditional' in part.dataset)
    offerInField(options, (credential) => {
      answer.value = JSON.stringify(credential.toJSON())
      form.requestSubmit()
    })
  form.addEventListener('submit', (event) => {
    if (answer.value || part !== form) return
    event.preventDefault() // Enter in a field of the form
    ask()
  })
}

// A double press sends a form once: the browser would follow the second answer only, and find the visit over that the first
// one had ended. After a while a form whose answer does not come may be sent again.
let waiting // for an answer that takes a while: what says so, and what it said before
let sentAt = Number.NEGATIVE_INFINITY
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented) return
  if (event.timeStamp - sentAt < 10_000) return event.preventDefault()
  sentAt = event.timeStamp
  const { submitter } = event
  if (submitter?.dataset.waits) {
    waiting = { button: submitter, says: submitter.textContent }
    submitter.textContent = submitter.dataset.waits
    submitter.setAttribute('aria-busy', 'true')
  }
})
addEventListener('pageshow', () => {
  if (waiting) waiting.button.textContent = waiting.says
  waiting?.button.removeAttribute('aria-busy')
  sentAt = Number.NEGATIVE_INFINITY // back on a page that the browser had kept
})
