// What an endpoint is here: a function from an account's world, the arguments and the time to an answer. It may change
// the world it is given, and it touches nothing else, because a lost race runs it again on a fresh world.
import type { Beside, World } from './world/world.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** Becomes `{success: true, ...answer}`. An endpoint whose real answers lack `success` returns it as undefined. */
export type EndpointAnswer = Readonly<Record<string, unknown>>

/** An answer that sends a person elsewhere (HTTP 302), to a path on this sandbox. */
export class Redirect {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

/** A request that is understood and turned down. QuantConnect says so with HTTP 200, `success: false` and a reason. */
export class ApiError extends Error {
  readonly status: number

  constructor(reason: string, status = 200) {
    super(reason)
    this.status = status
  }
}

export interface Surroundings {
  /** Where a browser reaches this sandbox, without a path. */
  readonly origin: string
  /** Written in the same step as the world. */
  readonly beside: Beside
}

export type Handler = (world: World, args: Arguments, now: number, around: Surroundings) => EndpointAnswer | Redirect

/** The endpoints of one family, by path below `/api/v2`. */
export type Family = Readonly<Record<string, Handler>>

/** Milliseconds as QuantConnect writes times, in UTC. */
export const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ')

// Query strings and form data know only text, so a number or a truth may arrive as its spelling.

export function integerIn(args: Arguments, name: string): number | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new ApiError(`Invalid argument: ${name}`)
  return number
}

export function textIn(args: Arguments, name: string): string | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new ApiError(`Invalid argument: ${name}`)
  return value
}

export const flagIn = (args: Arguments, name: string): boolean => args[name] === true || args[name] === 'true'
