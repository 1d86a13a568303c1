import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHAIN_START, foldNumber, foldReal, foldText, readChain, writeChain } from '../../../hub/sync/chain.ts'

type Item = number | string | { real: number }

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.string(),
  fc.double({ noNaN: true }).map((real) => ({ real })),
)

function fold(start: string, items: Item[]): string {
  const chain = readChain(start)
  for (const one of items) {
    if (typeof one === 'number') foldNumber(chain, one)
    else if (typeof one === 'string') foldText(chain, one)
    else foldReal(chain, one.real)
  }
  return writeChain(chain)
}

describe('the chain over rows', () => {
  it('is the same wherever the fold was interrupted', () => {
    fc.assert(
      fc.property(fc.array(item), fc.nat(), (items, at) => {
        const cut = at % (items.length + 1)
        expect(fold(fold(CHAIN_START, items.slice(0, cut)), items.slice(cut))).toBe(fold(CHAIN_START, items))
      }),
    )
  })

  it('differs when one number differs, whichever it is and by whatever', () => {
    fc.assert(
      fc.property(
        fc.array(fc.maxSafeInteger(), { minLength: 1 }),
        fc.nat(),
        fc.maxSafeInteger(),
        (items, at, other) => {
          const index = at % items.length
          fc.pre(items[index] !== other)
          expect(fold(CHAIN_START, items.with(index, other))).not.toBe(fold(CHAIN_START, items))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('differs when one bit of a number differs, even in two rows at once', () => {
    const base = [7, 1_770_000_000_000, 8, 1_770_000_060_000]
    for (let bit = 0; bit < 52; bit++) {
      const flip = (value: number) => Number(BigInt(value) ^ (1n << BigInt(bit)))
      const once = base.with(1, flip(base[1] ?? 0))
      expect(fold(CHAIN_START, once)).not.toBe(fold(CHAIN_START, base))
      expect(fold(CHAIN_START, once.with(3, flip(base[3] ?? 0)))).not.toBe(fold(CHAIN_START, base))
    }
  })

  it('differs when rows changed places, or one is missing', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.maxSafeInteger(), { minLength: 2, maxLength: 20 }), (items) => {
        const [first, second, ...rest] = items as [number, number, ...number[]]
        const chain = fold(CHAIN_START, items)
        expect(fold(CHAIN_START, [second, first, ...rest])).not.toBe(chain)
        expect(fold(CHAIN_START, [first, ...rest])).not.toBe(chain)
      }),
    )
  })

  it('is written so that it can be read', () => {
    expect(writeChain(readChain(CHAIN_START))).toBe(CHAIN_START)
    expect(writeChain({ a: 0, b: -1 })).toBe('00000000ffffffff')
  })
})
