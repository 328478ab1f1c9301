// A person with a client that may do everything.
import type { Account } from '../../support/accounts.ts'
import { connect, EVERYTHING } from '../../support/connection.ts'
import type { Tokens } from '../../support/raw-client.ts'
import { refresh } from '../../support/raw-client.ts'
import type { RawPerson } from '../../support/raw-person.ts'
import type { TestServer } from '../../support/server.ts'

export interface Person {
  readonly browser: RawPerson
  /** A new access token: the last one may have expired, since clocks are moved. */
  token(): Promise<string>
}

export async function connectPerson(server: TestServer, as: Account): Promise<Person> {
  const { person, client, tokens } = await connect(server, { ...EVERYTHING, as })
  let { refresh_token } = tokens
  return {
    browser: person,
    async token() {
      const renewed = (await (await refresh(server, client, refresh_token)).json()) as Tokens
      refresh_token = renewed.refresh_token
      return renewed.access_token
    },
  }
}
