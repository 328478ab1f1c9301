// What an account has here beside its connections: browsers that are signed in, passkeys, and what is new. Plain values;
// accounts.ts keeps them.
import * as z from 'zod'
import type { News } from './news.ts'
import { NewsItem, withAdded } from './news.ts'

/** A browser that is signed in. */
const Session = z.object({
  /** The library's name for it, which stays while its id changes. Not what the browser presents. */
  uid: z.string(),
  /** What the browser says it is, in a few words. */
  browser: z.string(),
  /** Since when; seconds since 1970. */
  since: z.number(),
  /** Until when it may add a first passkey as if it were part of signing in; seconds since 1970. */
  firstPasskeyUntil: z.number().optional(),
  /** When its person last looked at the account pages with it, within ten minutes; seconds since 1970. */
  usedAt: z.number().optional(),
  suspended: z.boolean().optional(),
})
export type BrowserSession = Readonly<z.infer<typeof Session>>

/** A passkey (WebAuthn), as authorization-server/passkeys/ makes and checks them. */
const Passkey = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.number(),
  transports: z.array(z.string()).optional(),
  name: z.string(),
  createdAt: z.number(),
  usedAt: z.number().optional(),
  /** Whether it was added without a proof, and none has named it since. It signs in, and proves nothing dangerous. */
  young: z.boolean().optional(),
  suspended: z.boolean().optional(),
})
export type StoredPasskey = Readonly<z.infer<typeof Passkey>>

export const Profile = z.looseObject({
  version: z.literal(1),
  sessions: z.array(Session),
  passkeys: z.array(Passkey),
  /** Whether nothing but a passkey proves that the person is here. */
  onlyPasskeys: z.boolean().optional(),
  news: z.array(NewsItem).optional(),
  /** Up to when the person has said that they have seen the news; milliseconds since 1970. */
  seenAt: z.number().optional(),
  /** When the person last suspended or ended everything; milliseconds since 1970. */
  stoppedAt: z.number().optional(),
  /** Since when everything is suspended, until the person lets it go on; milliseconds since 1970. */
  everythingSuspendedAt: z.number().optional(),
  /** The address that suspends everything: a hash of its secret, since when there is this one, and when it was used last; milliseconds since 1970. */
  pauseAddress: z.object({ hash: z.string(), madeAt: z.number(), usedAt: z.number().optional() }).optional(),
  /** When its person last put off deciding what goes on since the API token was replaced; milliseconds since 1970. */
  reviewPutOffAt: z.number().optional(),
  /** Since when QuantConnect refuses the stored API token, until it takes it again; milliseconds since 1970. */
  tokenRefusedAt: z.number().optional(),
  /** When QuantConnect last accepted the token as it was signed in with; seconds since 1970. */
  tokenAcceptedAt: z.number().optional(),
  /** Hashes of the cookies of browsers that have signed in, the newest first. */
  knownBrowsers: z.array(z.string()).optional(),
  /** A keyed hash of the API token that was removed when its person ended everything, to know it by when they come back. */
  endedToken: z.string().optional(),
})
export type Profile = Readonly<z.infer<typeof Profile>>

export const NO_PROFILE: Profile = { version: 1, sessions: [], passkeys: [] }

/** More than a person has browsers; the oldest goes. */
const SESSIONS_AT_MOST = 30
/** For so long a passkey that was added without a proof does no more than sign in, in seconds. */
const YOUNG_FOR = 24 * 60 * 60

export const withSession = (profile: Profile, session: BrowserSession): Profile => ({
  ...profile,
  sessions: [session, ...profile.sessions.filter(({ uid }) => uid !== session.uid)].slice(0, SESSIONS_AT_MOST),
})

/** Notes that a browser has signed in, by the hash of its cookie for that. */
export const withKnownBrowser = (profile: Profile, browser: string): Profile => ({
  ...profile,
  knownBrowsers: [browser, ...(profile.knownBrowsers ?? []).filter((known) => known !== browser)].slice(
    0,
    SESSIONS_AT_MOST,
  ),
})

/** A look at the pages is noted when the last one that was is older, in seconds. */
const NOTED_EVERY = 10 * 60

/** The profile with the look of a browser noted; undefined while one is that is young enough. `now` in seconds since 1970. */
export const withLook = (profile: Profile, uid: string, now: number): Profile | undefined => {
  const session = profile.sessions.find((one) => one.uid === uid)
  return session && (session.usedAt ?? session.since) < now - NOTED_EVERY
    ? { ...profile, sessions: profile.sessions.map((one) => (one.uid === uid ? { ...one, usedAt: now } : one)) }
    : undefined
}

/** Signs out every browser, and knows none of them any more. */
export const withoutBrowsers = ({ knownBrowsers: _known, ...profile }: Profile): Profile => ({
  ...profile,
  sessions: [],
})

export const withoutSessions = (profile: Profile, uids: readonly string[]): Profile => ({
  ...profile,
  sessions: profile.sessions.filter(({ uid }) => !uids.includes(uid)),
})

export const withPasskey = (
  profile: Profile,
  passkey: Omit<StoredPasskey, 'transports'> & { readonly transports?: readonly string[] | undefined },
): Profile => ({
  ...profile,
  passkeys: [
    ...profile.passkeys.filter(({ id }) => id !== passkey.id),
    { ...passkey, transports: [...(passkey.transports ?? [])] },
  ],
})

/** Notes that a passkey was used, and nothing else of it: meanwhile it may have been suspended or removed. */
export const withUse = (profile: Profile, used: Pick<StoredPasskey, 'id' | 'counter' | 'usedAt'>): Profile => ({
  ...profile,
  passkeys: profile.passkeys.map((passkey) =>
    passkey.id === used.id ? { ...passkey, counter: used.counter, usedAt: used.usedAt } : passkey,
  ),
})

export const withoutPasskey = (profile: Profile, id: string): Profile => ({
  ...profile,
  passkeys: profile.passkeys.filter((passkey) => passkey.id !== id),
})

/** Nobody from before may do anything until the person has looked. */
export const withEverythingSuspended = ({ reviewPutOffAt: _before, ...profile }: Profile): Profile => ({
  ...profile,
  sessions: profile.sessions.map((session) => ({ ...session, suspended: true })),
  passkeys: profile.passkeys.map((passkey) => ({ ...passkey, suspended: true })),
})

/** After the person has looked: what they keep works again, what they end is gone, and the rest waits as it did. */
export function withReviewed(profile: Profile, kept: readonly string[], ended: readonly string[]): Profile {
  const decided = <T extends { suspended?: boolean | undefined }>(all: readonly T[], idOf: (one: T) => string): T[] =>
    all
      .filter((one) => !one.suspended || !ended.includes(idOf(one)))
      .map((one) => (kept.includes(idOf(one)) ? released(one) : one))
  return {
    ...profile,
    sessions: decided(profile.sessions, ({ uid }) => uid),
    passkeys: decided(profile.passkeys, ({ id }) => id),
  }
}
const released = <T extends { suspended?: boolean | undefined }>({ suspended: _suspended, ...rest }: T) => rest as T // sound: only what may be absent is

/** The browser with this session, while it is signed in and not suspended. */
export const sessionIn = ({ sessions }: Profile, uid: string | undefined): BrowserSession | undefined =>
  sessions.find((session) => session.uid === uid && !session.suspended)

/** Whether what was decided at a time (milliseconds since 1970) in a browser still counts: nobody stopped or signed out since. */
export function countsStill(profile: Profile, uid: string, at: number): boolean {
  const session = sessionIn(profile, uid)
  return session !== undefined && at >= session.since * 1000 && at > (profile.stoppedAt ?? 0)
}

export const isSessionOf = (profile: Profile, uid: string | undefined): boolean => sessionIn(profile, uid) !== undefined

/** Whether this browser may add the first passkey of its account without a further proof. `now` in seconds since 1970. */
export const mayAddFirstPasskey = (profile: Profile, uid: string, now: number): boolean =>
  !profile.passkeys.length && (sessionIn(profile, uid)?.firstPasskeyUntil ?? 0) > now

/** A page that offered a first passkey was answered, in one browser; or one was added, in any. */
export const withoutOffer = (profile: Profile, uid?: string): Profile => ({
  ...profile,
  sessions: profile.sessions.map((session) => {
    const { firstPasskeyUntil: _until, ...rest } = session
    return (uid ?? session.uid) === session.uid ? rest : session
  }),
})
/** Whether there is an offer to end. */
export const hasOffer = ({ sessions }: Profile, uid: string): boolean =>
  sessions.some((session) => session.uid === uid && session.firstPasskeyUntil !== undefined)

/** What a passkey is good for: everything, signing in alone, or that until a proof names it. */
export type PasskeyStanding = 'full' | 'young' | 'ripe'

/** `now` in seconds since 1970. */
export function standingOf({ young, createdAt }: StoredPasskey, now: number): PasskeyStanding {
  if (!young) return 'full'
  return now >= createdAt + YOUNG_FOR ? 'ripe' : 'young'
}

/** The passkeys of a standing that are not suspended. */
export const passkeysOf = (
  { passkeys }: { readonly passkeys: readonly StoredPasskey[] },
  standing: PasskeyStanding,
  now: number,
): readonly StoredPasskey[] => passkeys.filter((passkey) => !passkey.suspended && standingOf(passkey, now) === standing)

/** After a proof that named them, these passkeys prove as much as any. */
export const withFull = (profile: Profile, ids: readonly string[]): Profile => ({
  ...profile,
  passkeys: profile.passkeys.map((passkey) => {
    const { young: _young, ...full } = passkey
    return ids.includes(passkey.id) ? full : passkey
  }),
})

/** Adds news; `now` in milliseconds since 1970. */
export const withNews = (profile: Profile, added: readonly News[], now: number): Profile =>
  added.length
    ? {
        ...profile,
        news: withAdded(
          profile,
          added.map((item) => ({ ...item, at: now })),
          now,
        ),
      }
    : profile

/** Adds a passkey, and tells of it; whoever was offered a first one is offered none any more. `now` in milliseconds since 1970. */
export const withNewPasskey = (profile: Profile, passkey: StoredPasskey, now: number): Profile =>
  withNews(
    withoutOffer(withPasskey(profile, passkey)),
    [{ what: 'passkey-added', of: passkey.id, name: passkey.name }],
    now,
  )

/** The person has seen the news up to a time, in milliseconds since 1970. */
export const withSeen = (profile: Profile, upTo: number): Profile => ({
  ...profile,
  seenAt: Math.max(profile.seenAt ?? 0, upTo),
})
