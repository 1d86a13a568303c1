import type { NumberWords } from '../spoken-numbers.ts'

const ONES =
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'.split(
    ' ',
  )
const TENS = ' zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split(' ')

/** As it stands before another part: `ein` and not `eins`. */
function before(value: number): string {
  return value === 1 ? 'ein' : (ONES[value] ?? '')
}

function below100(value: number): string {
  const one = ONES[value]
  if (one !== undefined) return one
  const tens = TENS[Math.floor(value / 10)] ?? ''
  return value % 10 === 0 ? tens : `${before(value % 10)}und${tens}`
}

function* names(): Generator<readonly [string, number]> {
  for (const one of ['ein', 'eine', 'einen', 'einer', 'einem']) yield [one, 1]
  yield ['zwo', 2]
  for (let value = 0; value < 100; value++) yield [below100(value), value]
  for (let hundreds = 1; hundreds < 10; hundreds++)
    for (let value = 0; value < 100; value++)
      for (const count of hundreds === 1 ? ['ein', ''] : [before(hundreds)])
        for (const and of value === 0 ? [''] : [below100(value), `und${below100(value)}`])
          yield [`${count}hundert${and}`, hundreds * 100 + value]
  yield ['halbe', 0.5]
  yield ['eine halbe', 0.5]
  yield ['halben', 0.5]
  yield ['einer halben', 0.5]
  yield ['anderthalb', 1.5]
  yield ['eineinhalb', 1.5]
  yield ['einundeinhalb', 1.5]
  for (let value = 2; value < 25; value++) {
    yield [`${below100(value)}einhalb`, value + 0.5]
    yield [`${below100(value)} und ein halb`, value + 0.5]
  }
}

export const DE_NUMBERS: NumberWords = {
  names: [...names()],
  ...{ point: 'komma', minus: 'minus', decimals: /^\d{1,9}(?:[,.]\d{1,9})?$/ },
}
