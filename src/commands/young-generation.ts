// How V8's heap grows while a process starts.
import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the young generation as small as it is, and gives what lets it grow again. Nearly all that a start makes stays, so that V8
 * would enlarge the space for what does not stay to thirty times its size: some fifteen megabytes that an idle process never needs,
 * and never gives back. V8 reads this factor each time that it would grow.
 */
export function keepYoungSmall(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1')
  return () => setFlagsFromString('--semi-space-growth-factor=2')
}
