// Listening, and ending (graceful shutdown): what is under way when a process is told to end is neither cut off too early
// nor waited for too long.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Composition } from './compose.ts'
import type { Config } from './config.ts'
import { ConfigurationError, isLoopback } from './config.ts'
import type { Log } from './observability/log.ts'

/** How long ordinary requests and streams may take to end, in milliseconds. */
const GRACE = 5_000
/** How long calls that may have consequences may take, from the signal on: twice what QuantConnect may take for one. */
const GRACE_FOR_CONSEQUENCES = 60_000
/** How long the answers of such calls may take to be written. */
const GRACE_AFTERWARDS = 1_000
/** A Ctrl-C reaches this process, and again by way of the program that started it: one press, when it comes within this time. */
const ONE_PRESS = 1_000

/** Listens, until a signal ends the process. Throws `ConfigurationError` when it cannot. */
export async function listen(config: Config, composition: Composition, log: Log): Promise<void> {
  const connections: ReturnType<typeof watchConnections>[] = []
  const servers = await bind(config, () => {
    const server = createServer(composition.app)
    connections.push(watchConnections(server))
    return server
  })

  const { callsUnderWay } = composition
  let told: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP') log.level = 'silent' // the terminal that would show the log is gone, and writing to it would block
    if (told === undefined) {
      told = performance.now()
      void end(signal)
    } else if (signal !== 'SIGTERM' && performance.now() - told > ONE_PRESS) {
      tellWhatIsLost()
      process.exit(130) // asked again: whoever sits there does not want to wait
    }
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onSignal)

  async function end(signal: NodeJS.Signals) {
    const closed = Promise.all(servers.map((server) => once(server, 'close')))
    const timeIsUp = pause(GRACE_FOR_CONSEQUENCES)
    for (const server of servers) server.close()
    for (const each of connections) each.closeSpare()
    // Somebody at a terminal waits for nothing but consequences; whatever restarts processes can be more patient.
    if (signal === 'SIGTERM') await Promise.race([closed, pause(GRACE)])
    if (callsUnderWay.list().length) {
      log.info({ calls: callsUnderWay.list().length }, 'waiting for calls that may have consequences')
      // Their callers shall hear the outcome too, so connections stay open until then.
      await Promise.race([callsUnderWay.allEnded(), timeIsUp])
      await Promise.race([closed, pause(GRACE_AFTERWARDS)])
    }
    for (const server of servers) server.closeAllConnections()
    await closed
    await Promise.race([callsUnderWay.allEnded(), timeIsUp]) // one may have been at the gate until now
    tellWhatIsLost()
    await composition.close()
    process.exit(0)
  }

  function tellWhatIsLost() {
    const calls = callsUnderWay.list()
    if (calls.length) log.error({ calls }, 'ended before calls were recorded')
  }
}

/**
 * Connections of a server that shall end: new requests on them say that they are the last. Browsers and HTTP clients open
 * spare connections, which count as busy until a request has come; nobody waits for one.
 */
function watchConnections(server: Server) {
  const spare = new Set<Socket>()
  server.on('connection', (socket) => {
    spare.add(socket)
    socket.once('close', () => spare.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    spare.delete(socket)
    if (!server.listening) response.setHeader('Connection', 'close')
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
  return {
    closeSpare() {
      server.closeIdleConnections()
      for (const socket of spare) socket.destroy()
    },
  }
}

/**
 * Where to listen: at HOST, and where PUBLIC_URL is on this machine also at both addresses that `localhost` may mean, which
 * differs from program to program.
 */
export function addressesOf({ host, issuer }: Config): string[] {
  if (host === '::') return [host] // all there are, of both kinds
  if (host !== 'localhost' && !isLoopback(new URL(issuer).hostname)) return [host]
  if (host === '0.0.0.0') return [host, '::1']
  return [...new Set([...(host === 'localhost' ? [] : [host]), '127.0.0.1', '::1'])]
}

/** What a machine without addresses of that kind says. */
const NO_SUCH_KIND = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']

/** A server for each address, with one port. Another program at one of them would be taken for this one, so that stops the start. */
async function bind(config: Config, newServer: () => Server): Promise<Server[]> {
  const { host, port } = config
  const servers: Server[] = []
  for (const address of addressesOf(config)) {
    const server = newServer()
    try {
      await once(server.listen(port, address), 'listening')
      servers.push(server)
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      if (address === '::1' && host !== '::1' && NO_SUCH_KIND.includes(code)) continue
      const taken = code === 'EADDRINUSE' || code === 'EACCES'
      throw new ConfigurationError(
        taken
          ? `PORT=${port}: ${message}; use a free port above 1023, such as 3001`
          : `HOST=${host}: ${message}; use an address of this machine, such as 127.0.0.1 or 0.0.0.0`,
      )
    }
  }
  return servers
}
