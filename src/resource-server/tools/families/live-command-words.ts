// What is said of a command to a live algorithm: type, symbol, side, quantity, order type and prices. Whatever else it holds is
// between its sender and the algorithm, and may be anything.
import type { Body } from '../../../quantconnect/fields.ts'
import { idIn, number, record, text } from '../../../quantconnect/fields.ts'
import { beginningOf } from '../../answers/reading.ts'
import { listed, term } from '../words.ts'
import { ORDER_TYPES } from './trading-answers.ts'

/** A command, as the beginning of a sentence. */
export function commandWords(command: Body): string {
  const fields = fieldsOf(command, READ)
  const type = typeOf(command)
  if (type === undefined) return itemized('A command of its own (on_command)', fields)
  return BUILT_IN.get(type.toLowerCase())?.(fields) ?? itemized(`Command ${type}`, fields)
}

/** Whether a command is an order. */
export const isOrder = (command: Body): boolean => typeOf(command)?.toLowerCase() === 'ordercommand'

/** The name of its class, which may come with namespace and assembly. What is no name of a class is no type. */
function typeOf({ $type }: Body): string | undefined {
  const [path = ''] = beginningOf(text($type) ?? '', 300).split(',')
  const name = path.split('.').at(-1)?.trim() ?? ''
  if (/^[A-Za-z_]\w{0,59}$/.test(name)) return name
  return $type === undefined || $type === null ? undefined : 'of a type that cannot be read'
}

/** Values by the plain names of their fields: LEAN takes `limitPrice`, `LimitPrice` and `limit_price` for the same. */
type Fields = ReadonlyMap<string, readonly unknown[]>

const READ = [
  'symbol',
  'ticker',
  'side',
  'direction',
  'quantity',
  'ordertype',
  'limitprice',
  'stopprice',
  'orderid',
  'status',
]
const READ_OF_SYMBOL = ['value', 'ticker', 'permtick', 'id']

const plain = (name: string): string =>
  beginningOf(name, 40)
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase()

function fieldsOf(object: Body, names: readonly string[]): Fields {
  const fields = new Map<string, unknown[]>()
  for (const [spelled, value] of Object.entries(object)) {
    const name = plain(spelled)
    if (!names.includes(name) || value === undefined || value === null || value === '') continue
    const others = fields.get(name)
    if (others) others.push(value)
    else fields.set(name, [value])
  }
  return fields
}

/** What some fields say, undefined when nothing. Which of several values the algorithm takes nobody knows, so all are said. */
function said(fields: Fields, names: readonly string[], read: (value: unknown) => string): string | undefined {
  const all = new Set(names.flatMap((name) => fields.get(name) ?? []).map(read))
  return [...all].filter(Boolean).slice(0, 3).join(' or ') || undefined
}

const amountWord = (value: unknown): string => `${number(value) ?? 'that is no number'}`
const idWord = (value: unknown): string => term(idIn(value) ?? 'unreadable')

/** A ticker, or what LEAN writes for a symbol. */
function symbolWord(value: unknown): string {
  const inner = fieldsOf(record(value), READ_OF_SYMBOL)
  const names = [value, ...READ_OF_SYMBOL.flatMap((name) => inner.get(name) ?? [])].map(idIn)
  const name = names.find((one) => one !== undefined)
  return name === undefined ? 'a symbol that cannot be read' : term(name)
}

function orderTypeWord(value: unknown): string {
  const given = idIn(value) ?? 'unreadable'
  const known = ORDER_TYPES.find((type, at) => at === number(value) || plain(type) === plain(given))
  return known ? `${known} order` : `order type ${term(given)}`
}

const SIDES = new Map([
  ['buy', 'buy'],
  ['long', 'buy'],
  ['sell', 'sell'],
  ['short', 'sell'],
])
const sideWord = (value: unknown): string => SIDES.get(plain(text(value) ?? '')) ?? ''

const symbolIn = (fields: Fields) => said(fields, ['symbol', 'ticker'], symbolWord)
const sideIn = (fields: Fields) => said(fields, ['side', 'direction'], sideWord)
const quantityIn = (fields: Fields) => said(fields, ['quantity'], amountWord)
const orderIn = (fields: Fields) => `order ${said(fields, ['orderid'], idWord) ?? 'without an id'}`
const after = (what: string, words: string | undefined) => words && `${what} ${words}`

const pricesIn = (fields: Fields) => [
  after('limit', said(fields, ['limitprice'], amountWord)),
  after('stop', said(fields, ['stopprice'], amountWord)),
]
const termsIn = (fields: Fields) => [said(fields, ['ordertype'], orderTypeWord), ...pricesIn(fields)]

/** What a command names that is not one of LEAN's. What its algorithm makes of that only the algorithm knows. */
function itemized(what: string, fields: Fields): string {
  const quantity = after('quantity', quantityIn(fields))
  const items = listed(after('symbol', symbolIn(fields)), after('side', sideIn(fields)), quantity, ...termsIn(fields))
  return items ? `${what}: ${items}` : what
}

/** An order. Its side is the sign of its quantity: LEAN asks nothing else. */
function orderWords(fields: Fields): string {
  const symbol = symbolIn(fields) ?? 'a symbol that is not named'
  const [quantity, side] = [quantityIn(fields), sideIn(fields)]
  const units = number(quantity)
  if (!units) {
    return listed(`Order of ${symbol}`, `quantity ${quantity ?? 'not given'}`, after('side', side), ...termsIn(fields))
  }
  const does = units < 0 ? 'sell' : 'buy'
  const contrary = side === does ? undefined : after('though its side says', side)
  return listed(`${units < 0 ? 'Sell' : 'Buy'} ${Math.abs(units)} ${symbol}`, contrary, ...termsIn(fields))
}

function updateWords(fields: Fields): string {
  const changes = listed(after('quantity', quantityIn(fields)), ...pricesIn(fields))
  return `Change ${orderIn(fields)}${changes && ` to ${changes}`}`
}

/** LEAN's own commands, by the names of their classes. */
const BUILT_IN: ReadonlyMap<string, (fields: Fields) => string> = new Map([
  ['ordercommand', orderWords],
  ['updateordercommand', updateWords],
  ['cancelordercommand', (fields) => `Cancel ${orderIn(fields)}`],
  ['liquidatecommand', (fields) => `Liquidate ${symbolIn(fields) ?? 'everything'}`],
  ['addsecuritycommand', (fields) => `Add security ${symbolIn(fields) ?? 'without a symbol'}`],
  ['quitcommand', () => 'Quit the algorithm'],
  [
    'algorithmstatuscommand',
    (fields) => `Set the algorithm’s status${said(fields, ['status'], (status) => ` to ${idWord(status)}`) ?? ''}`,
  ],
])
