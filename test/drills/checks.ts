// When a failure is over: whether everything that was acknowledged still holds, one by one, and every process serves.
import type { Ledger } from './ledger.ts'
import type { Process, Service } from './service.ts'
import type { Worker, WorkerConnection } from './worker.ts'
import { refusalOf } from './worker.ts'

/** A code lives for a minute; one that was redeemed before that is refused whatever happened. */
const CODE_MS = 50_000

/** Looks at everything, and writes down what does not hold. */
export async function check(service: Service, workers: readonly Worker[], ledger: Ledger): Promise<void> {
  for (const process of service.processes) await checkProcess(process, workers[0], ledger)
  const perWorker = (look: (worker: Worker, ledger: Ledger) => Promise<void>) =>
    Promise.all(workers.map((worker) => look(worker, ledger)))
  await perWorker(checkRegistrations)
  await perWorker(checkConnections)
  await perWorker(checkPerson)
  await perWorker(checkCodes) // last: presenting a code again ends what it gave
}

/** Everything a client needs, on this process. */
async function checkProcess({ address }: Process, worker: Worker | undefined, ledger: Ledger): Promise<void> {
  if (!worker) return
  const { line } = worker
  const ready = await line.insist(() => line.send('/readyz', {}, address), 10)
  const connection = await worker.connect(await worker.register())
  const call = await worker.call(connection, address)
  const refreshed = await worker.refreshOnce(connection, address)
  const statuses = [ready, call, refreshed].map(({ status }) => status)
  if (statuses.some((status) => status !== 200)) ledger.lose('recovery', `a process serves ${statuses.join(', ')}`)
  else ledger.count('processes that serve')
  if (refreshed.status === 200) connection.tokens = JSON.parse(refreshed.text)
}

/** A client that is known gets another error for a wrong token than one that is not (RFC 6749 §5.2). */
async function checkRegistrations({ number, line, clients }: Worker, ledger: Ledger): Promise<void> {
  for (const { client_id } of clients) {
    const wrong = { grant_type: 'refresh_token', client_id, refresh_token: 'none' }
    const answer = await line.insist(() => line.form('/token', wrong))
    ledger.count('registrations checked')
    if (!/invalid_grant/.test(answer.text)) {
      ledger.lose('registration', `worker ${number}: its registration is answered ${refusalOf(answer)}`)
    }
  }
}

async function checkConnections(worker: Worker, ledger: Ledger): Promise<void> {
  for (const connection of worker.connections) {
    switch (connection.end) {
      case undefined:
        await checkConnection(worker, connection, 'living', ledger)
        break
      case 'revoked':
        await checkConnection(worker, connection, 'revoked', ledger)
        break
      case 'either':
        ledger.count('connections that the rules allowed to end')
        break
      case 'lost':
        ledger.count('living connections checked')
    }
  }
}

/** What a connection is answered by the rules, to a call and to a refresh, and what was lost when it is not. */
const RULES = {
  living: { call: 200, refresh: 200, lost: 'connection' },
  revoked: { call: 401, refresh: 400, lost: 'revocation' },
} as const

async function checkConnection(worker: Worker, connection: WorkerConnection, rule: keyof typeof RULES, ledger: Ledger) {
  const { number, line } = worker
  const call = await line.insist(() => worker.call(connection))
  const refreshed = await line.insist(() => worker.refreshOnce(connection))
  ledger.count(`${rule} connections checked`)
  const { call: expected, refresh, lost } = RULES[rule]
  if (call.status === expected && refreshed.status === refresh) return
  ledger.lose(lost, `worker ${number}: afterwards a call got ${refusalOf(call)}, a refresh ${refusalOf(refreshed)}`)
}

async function checkPerson({ number, line, person, clients }: Worker, ledger: Ledger): Promise<void> {
  const client = clients.at(-1)
  if (!client) return
  ledger.count('people checked')
  if (!(await line.insist(() => person.isStillSignedIn(client)))) {
    ledger.lose('sign-in', `worker ${number}: its person is asked to sign in again`)
  }
}

async function checkCodes({ number, line, codes }: Worker, ledger: Ledger): Promise<void> {
  for (const { parameters, at } of codes) {
    if (at < Date.now() - CODE_MS) continue
    const { status } = await line.insist(() => line.form('/token', parameters))
    ledger.count('redeemed codes presented again')
    if (status === 200) ledger.lose('code', `worker ${number}: a redeemed code was accepted again`)
  }
}
