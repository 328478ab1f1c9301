// What an account has here beside its connections: browsers that are signed in, passkeys, and when its person last looked.
// Plain values; accounts.ts keeps them.
import { z } from 'zod'

/** A browser that is signed in. */
const Session = z.object({
  /** The library's name for it, which stays while its id changes. Not what the browser presents. */
  uid: z.string(),
  /** What the browser says it is, in a few words. */
  browser: z.string(),
  /** Since when; seconds since 1970. */
  since: z.number(),
  /** When someone at it last showed who they are; seconds since 1970. */
  shownAt: z.number().optional(),
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
  suspended: z.boolean().optional(),
})
export type StoredPasskey = Readonly<z.infer<typeof Passkey>>

export const Profile = z.looseObject({
  version: z.literal(1),
  sessions: z.array(Session),
  passkeys: z.array(Passkey),
  /** When the person last looked at the account page, and when they had before; milliseconds since 1970. */
  looked: z.object({ at: z.number(), before: z.number().optional() }).optional(),
  /** When the person last stopped everything; milliseconds since 1970. */
  stoppedAt: z.number().optional(),
  /** When QuantConnect last accepted the token as it was signed in with; seconds since 1970. */
  tokenAcceptedAt: z.number().optional(),
})
export type Profile = Readonly<z.infer<typeof Profile>>

export const NO_PROFILE: Profile = { version: 1, sessions: [], passkeys: [] }

/** For so long after someone has shown who they are they need not do it again, in seconds. */
const FRESH = 5 * 60
/** By so much two processes may differ about what time it is, in seconds. */
const CLOCKS_APART = 60

/** More than a person has browsers; the oldest goes. */
const SESSIONS_AT_MOST = 30
/** A page that is loaded again within so many milliseconds is the same look. */
const ONE_LOOK = 15 * 60 * 1000

export const withSession = (profile: Profile, session: BrowserSession): Profile => ({
  ...profile,
  sessions: [session, ...profile.sessions.filter(({ uid }) => uid !== session.uid)].slice(0, SESSIONS_AT_MOST),
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

export const withoutPasskey = (profile: Profile, id: string): Profile => ({
  ...profile,
  passkeys: profile.passkeys.filter((passkey) => passkey.id !== id),
})

/** Nobody from before may do anything until the person has looked. */
export const withEverythingSuspended = (profile: Profile): Profile => ({
  ...profile,
  sessions: profile.sessions.map((session) => ({ ...session, suspended: true })),
  passkeys: profile.passkeys.map((passkey) => ({ ...passkey, suspended: true })),
})

/** After the person has looked: what they keep works again, the rest of what was suspended is gone. */
export const withOnlyKept = (profile: Profile, kept: readonly string[]): Profile => ({
  ...profile,
  sessions: profile.sessions.filter((one) => !one.suspended || kept.includes(one.uid)).map(released),
  passkeys: profile.passkeys.filter((one) => !one.suspended || kept.includes(one.id)).map(released),
})
const released = <T extends { suspended?: boolean | undefined }>({ suspended: _suspended, ...rest }: T) => rest

export const isSessionOf = ({ sessions }: Profile, uid: string | undefined): boolean =>
  sessions.some((session) => session.uid === uid && !session.suspended)

/** Notes that someone at a browser has just shown who they are. */
export const withProof = (profile: Profile, uid: string, now: number): Profile => ({
  ...profile,
  sessions: profile.sessions.map((session) => (session.uid === uid ? { ...session, shownAt: now } : session)),
})

/** Whether someone at a browser has shown within the last minutes who they are. Times are seconds since 1970. */
export function isFresh({ sessions }: Profile, uid: string, now: number): boolean {
  const shownAt = sessions.find((session) => session.uid === uid && !session.suspended)?.shownAt ?? 0
  return shownAt > now - FRESH && shownAt < now + CLOCKS_APART
}

/** Notes a look. `looked.before` is since when there is news. */
export const withLook = (profile: Profile, now: number): Profile => {
  const { at, before } = profile.looked ?? {}
  const same = at !== undefined && now - at < ONE_LOOK
  return {
    ...profile,
    looked: { at: now, ...(same ? (before === undefined ? {} : { before }) : at === undefined ? {} : { before: at }) },
  }
}
