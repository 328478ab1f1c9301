// The few colours and the type that every picture shares.
import { LABEL_SIZE } from './layout.ts'

export const FONT = 'Arimo'
export const INK = '#1f2933'
export const MUTED = '#5b6673'
export const AXIS = '#9aa5b1'
export const GRID = '#e8ebef'
export const PAPER = '#ffffff'

/** Text of legends and axes. */
export const labelStyle = (color: string) => ({ color, fontSize: LABEL_SIZE, fontFamily: FONT })
