// What a person allowed, held against one call. A rule that is added is added to this list; the dispatcher knows none of them.
import { paper } from './paper.ts'
import type { Rule } from './rule.ts'

/** All of them, in the order in which they are asked. The first reason counts. */
export const RULES: readonly Rule[] = [paper]
