// What clients of 2025 are told in other words than the SDK has for both eras.
import type { Transport } from '@modelcontextprotocol/server'
import { ProtocolErrorCode } from '@modelcontextprotocol/server'
import { record } from '../quantconnect/fields.ts'
import { ValidatingServer } from './params.ts'

type Message = Parameters<Transport['send']>[0]

/** A resource that is not there has a code of its own until 2025-11-25 (Resources, Error Handling); the SDK sends the later one. */
function asIn2025(message: Message): Message {
  if (!('error' in message) || message.error.code !== ProtocolErrorCode.InvalidParams) return message
  if (record(message.error.data).uri === undefined) return message
  return { ...message, error: { ...message.error, code: ProtocolErrorCode.ResourceNotFound } }
}

/** A server for one request of a client that began with `initialize`. */
export class ServerOf2025 extends ValidatingServer {
  override connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport)
    transport.send = (message, options) => send(asIn2025(message), options)
    return super.connect(transport)
  }
}
