import { describe, expect, it } from 'vitest'
import { setHubTime } from '../../web/hub/house-time.ts'
import { de } from '../../web/words/de.ts'
import { en } from '../../web/words/en.ts'
import { bytesWords, numberWords } from '../../web/words/numbers.ts'
import { agoWords, spanWords } from '../../web/words/times.ts'
import { readSources } from '../source-tree.ts'

/** Every text of a language by its path; what takes something is called with something. */
function texts(words: object, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([name, value]): [string, string][] => {
    const here = `${path}.${name}`
    if (typeof value === 'function') return [[here, String(value(3, 4))]]
    return typeof value === 'object' && value !== null ? texts(value, here) : [[here, String(value)]]
  })
}

/** The same in both languages. */
const SAME =
  /^\.(name|times\.(units|in)|menu\.system|lists\.homeassistant\.title|device\.(agent|id)|events\.severity|join\.kinds|readings\.span)|\.empty$/

describe('the words of the page', () => {
  it('have in German the paths that they have in English, so that none is missing where a table is looked up', () => {
    expect(texts(de).map(([path]) => path)).toEqual(texts(en).map(([path]) => path))
  })

  it('are all said somewhere', () => {
    const code = readSources(['web/**/*.{ts,tsx}'])
      .filter(({ path }) => !/words\/(en|de)(-[a-z]+)?\.ts$/.test(path))
      .map((source) => source.code)
      .join('\n')
    // What stands in a table is looked up by the name of its table.
    const said = (path: string) =>
      path
        .split('.')
        .slice(2)
        .some((name) => new RegExp(`\\b${name}\\b`).test(code))
    const unsaid = texts(en).filter(([path]) => path.split('.').length > 2 && !said(path))
    expect(unsaid).toEqual([])
  })

  it('are translated', () => {
    const german = new Map(texts(de))
    const left = texts(en).filter(([path, text]) => german.get(path) === text && !SAME.test(path))
    expect(left).toEqual([])
  })
})

describe('numbers and spans', () => {
  it('have as many digits as say something', () => {
    expect([0, 21.456, 0.01234, 1234.5, -3.5].map(numberWords)).toEqual(['0', '21.46', '0.0123', '1,235', '-3.5'])
    expect([500, 1_400, 82_300_000_000].map(bytesWords)).toEqual(['500\u202fB', '1.4\u202fkB', '82.3\u202fGB'])
    expect([0, 250, 12_400, 240_000, 7_500_000, 277_200_000].map(spanWords)).toEqual([
      ...['0 ms', '250 ms', '12 s', '4 min', '2 h 5 min', '3 d 5 h'],
    ])
  })

  it('go by the hub, however wrong the clock of the browser is', () => {
    const tomorrow = Date.now() + 86_400_000
    setHubTime(tomorrow)
    expect(agoWords(tomorrow - 5_000)).toBe('5 s ago')
    setHubTime(Date.now())
  })
})
