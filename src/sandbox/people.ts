// Who can be invited to a project: the people of the sandbox, and two more who exist only to be invited.
import { SANDBOX_ACCOUNTS } from './accounts.ts'

export interface Person {
  readonly uid: number
  readonly publicId: string
  readonly name: string
  readonly email: string
}

export const PEOPLE: readonly Person[] = [
  ...SANDBOX_ACCOUNTS.map(({ userId, publicId, name, email }) => ({ uid: Number(userId), publicId, name, email })),
  { uid: 100003, publicId: 'ca401000a2b3c4d5e6f708192a3b4c5d', name: 'Carol Sandbox', email: 'c***@example.org' },
  { uid: 100004, publicId: 'da7e0000f00d5e6f708192a3b4c5d6e7', name: 'Dave Sandbox', email: 'd***@example.org' },
]
