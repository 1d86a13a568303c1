/**
 * A running hash over rows, so that two sides can tell whether they covered the same ones, whatever the batches were.
 * Two FNV-1a hashes of 32 bits with different starts over the low and high halves of each number. It tells an accident
 * from an agreement (a restored backup, a cloned card); it is no protection against somebody who wants to deceive.
 */
export interface Chain {
  a: number
  b: number
}

const PRIME = 16_777_619

export const CHAIN_START = '811c9dc59747b28c'

export function readChain(hex: string): Chain {
  return { a: Number.parseInt(hex.slice(0, 8), 16) >>> 0, b: Number.parseInt(hex.slice(8, 16), 16) >>> 0 }
}

export function writeChain({ a, b }: Chain): string {
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0')
}

/** Folds one integer in, up to 2^53. */
export function foldNumber(chain: Chain, value: number): void {
  const low = value | 0
  const high = Math.floor(value / 4_294_967_296) | 0
  chain.a = Math.imul(chain.a ^ low, PRIME)
  chain.a = Math.imul(chain.a ^ high, PRIME)
  chain.b = Math.imul(chain.b ^ (low >>> 16) ^ (low << 16), PRIME)
  chain.b = Math.imul(chain.b ^ high ^ chain.a, PRIME)
}

const float = new Float64Array(1)
const halves = new Uint32Array(float.buffer)

/** Folds any number in, by its bits. */
export function foldReal(chain: Chain, value: number): void {
  float[0] = value
  foldNumber(chain, (halves[0] as number) + (halves[1] as number) * 0x100000)
}

export function foldText(chain: Chain, value: string): void {
  for (let index = 0; index < value.length; index++) foldNumber(chain, value.charCodeAt(index))
}

/**
 * The change log's chain after central was pruned. A database that was put back to before the prune then has another one, and the
 * handshake notices although no row is missing there.
 */
export function prunedChain(hex: string, from: number): string {
  const chain = readChain(hex)
  foldText(chain, 'pruned')
  foldNumber(chain, from)
  return writeChain(chain)
}
