// The conversion to PEP 8: names of LEAN's API that Python code writes in camel case become what they are called now.
import { METHODS, PROPERTIES, snake } from './methods.ts'

const NAMES = new Set<string>([...METHODS, ...PROPERTIES])
/** Methods that an algorithm defines for LEAN to call. */
const HOOKS = new Set<string>(METHODS.filter((name) => name === 'Initialize' || name.startsWith('On')))
/** Members of enumerations: in Python, constants in capitals. */
const ENUMERATIONS =
  /\b(Resolution|Market|OrderStatus|OrderType|InsightDirection|MovingAverageType)\.([A-Z]\w{0,99})\b/g

/** Strings and comments stay as they are. A string that has no end reaches as far as it could: nobody looks there again. */
const PIECES = /("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*)/

const convertPiece = (code: string): string =>
  code
    .replace(ENUMERATIONS, (_, type: string, member: string) => `${type}.${snake(member).toUpperCase()}`)
    .replace(/(\.)([A-Z]\w*)/g, (whole, dot: string, name: string) => (NAMES.has(name) ? dot + snake(name) : whole))
    .replace(/\bdef ([A-Z]\w*)/g, (whole, name: string) => (HOOKS.has(name) ? `def ${snake(name)}` : whole))

export const toPep8 = (code: string): string =>
  code
    .split(PIECES)
    .map((piece, index) => (index % 2 === 0 ? convertPiece(piece) : piece))
    .join('')
