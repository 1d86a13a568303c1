import type { NumberWords } from '../spoken-numbers.ts'

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = ' ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

function below100(value: number): string {
  const one = ONES[value]
  if (one !== undefined) return one
  return `${TENS[Math.floor(value / 10)]}${value % 10 === 0 ? '' : ` ${ONES[value % 10]}`}`
}

function* names(): Generator<readonly [string, number]> {
  yield ['a', 1]
  yield ['an', 1]
  yield ['oh', 0]
  yield ['a couple of', 2]
  yield ['a dozen', 12]
  for (let value = 0; value < 100; value++) yield [below100(value), value]
  for (let value = 1; value < 10; value++) yield [`oh ${ONES[value]}`, value]
  for (let hundreds = 1; hundreds < 10; hundreds++)
    for (let value = 0; value < 100; value++)
      for (const count of hundreds === 1 ? ['one', 'a'] : [ONES[hundreds]])
        for (const and of value === 0 ? [''] : [` ${below100(value)}`, ` and ${below100(value)}`])
          yield [`${count} hundred${and}`, hundreds * 100 + value]
  yield ['half', 0.5]
  yield ['half a', 0.5]
  yield ['half an', 0.5]
  yield ['one and a half', 1.5]
  for (let value = 2; value < 25; value++) yield [`${below100(value)} and a half`, value + 0.5]
}

export const EN_NUMBERS: NumberWords = {
  names: [...names()],
  ...{ point: 'point', minus: 'minus', decimals: /^\d{1,9}(?:\.\d{1,9})?$/ },
}
