// What a person did, for the record: told from the news that came of it.
import type { PersonalAct } from '../audit/audit-log.ts'
import type { Event, NewsItem } from './news.ts'
import type { Profile } from './profile.ts'

/** What is a person's own act; the rest of the news is what others did, or what was found out. */
const WORDS: Readonly<Partial<Record<Event, string>>> = {
  'connection-added': 'Allowed a connection',
  'connection-joined': 'Connected again, with what was allowed before',
  'connection-widened': 'Allowed more, or for longer',
  'connection-narrowed': 'Allowed less, or for shorter',
  'connection-renamed': 'Gave another name',
  'connection-resumed': 'Let a connection go on',
  'connection-removed': 'Revoked a connection',
  'everything-stopped': 'Disconnected everything',
  'everything-suspended': 'Suspended everything',
  'everything-resumed': 'Ended the suspension of everything',
  'suspended-by-address': 'Suspended everything, by the address for emergencies',
  'connection-suspended': 'Suspended a connection',
  'pause-address-made': 'Made an address for emergencies',
  'passkey-added': 'Added a passkey',
  'passkey-counts': 'Let a passkey confirm',
  'passkey-resumed': 'Kept a passkey',
  'passkey-removed': 'Removed a passkey',
  'only-passkeys': 'Chose that only a passkey confirms',
  'token-too': 'Chose that the API token confirms as well',
  'token-replaced': 'Replaced the API token',
}

/** The person's acts that a change of their profile tells of. */
export const actsIn = (before: Profile, after: Profile): PersonalAct[] =>
  (after.news ?? []).filter((item) => !before.news?.some((known) => isSame(known, item))).flatMap(actOf)

const isSame = (one: NewsItem, other: NewsItem): boolean =>
  one.at === other.at && one.what === other.what && one.of === other.of

function actOf({ what, of, name, says }: NewsItem): PersonalAct[] {
  const words = WORDS[what as Event] // sound: what it does not know gives nothing
  if (words === undefined) return []
  const named = name === undefined ? words : `${words}: “${name}”`
  const isOfConnection = what.startsWith('connection-')
  return [
    {
      what: says === undefined ? named : `${named}. ${says}`,
      ...(isOfConnection ? { connection: of, client: name } : {}),
    },
  ]
}
