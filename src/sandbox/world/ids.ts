// Ids that look like chance and never are: they follow from the account and a count, so that a step which is run again
// gives the same ones.
import { createHash } from 'node:crypto'
import type { World } from './world.ts'

export const hash = (seed: string): string => createHash('sha256').update(seed).digest('hex')

export const hexId = (world: World): string => {
  world.serial += 1
  return hash(`${world.userId}/${world.serial}`).slice(0, 32)
}

/** An integer id. Its first digit comes from the account, so that the two never share a number; 7919 and ten are coprime. */
export const numberId = (world: World, digits: number): number => {
  world.serial += 1
  const range = 10 ** (digits - 1)
  return Number(world.userId.at(-1)) * range + ((world.serial * 7919) % range)
}
