import { bytesWords, durationWords } from '../time-words.ts'

const trimmed = (value: number) => String(Number(value.toPrecision(6)))

/** The end of a name, and how a number of that name is read. */
const UNITS: readonly [end: string, words: (value: number) => string][] = [
  ['ms', durationWords],
  ['mono', durationWords],
  ['s', (value) => durationWords(value * 1_000)],
  ['bytes', bytesWords],
  ['mb', (value) => bytesWords(value * 1e6)],
  ['percent', (value) => `${trimmed(value)} %`],
  ['c', (value) => `${trimmed(value)} °C`],
  ['mhz', (value) => `${trimmed(value)} MHz`],
  ['mbps', (value) => `${trimmed(value)} Mbit/s`],
  ['dbm', (value) => `${trimmed(value)} dBm`],
]

/** Units that are no word of their own: `used_mb` is `used`, and `bytes` is `bytes`. */
const HIDDEN = /(?<=.)_(?:ms|s|mb|percent|c|mhz|mbps|dbm)$/

/** The name of a number without its unit, which stands beside the value. */
export function withoutUnit(name: string): string {
  return name.replace(HIDDEN, '')
}

/** How to read a number whose name ends with its unit, as every name of ours does; `undefined` where it does not. */
export function namedUnit(name: string): ((value: number) => string) | undefined {
  const plain = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
  return UNITS.find(([end]) => plain === end || plain.endsWith(`_${end}`))?.[1]
}
