import { describe, expect, it } from 'vitest'
import { clauses } from '../../../hub/talk/clauses.ts'

async function cut(...pieces: string[]): Promise<string[]> {
  const found: string[] = []
  for await (const clause of clauses(pieces)) found.push(clause)
  return found
}

describe('a text that is spoken while it is written', () => {
  it.each([
    [['It is 21.5 degrees. The window is open!'], ['It is 21.5 degrees.', 'The window is open!']],
    [['Well, yes, of course, it rains.'], ['Well, yes, of course,', 'it rains.']],
    [
      ['Good evening, ', 'Anna. I ', 'am well.'],
      ['Good evening,', 'Anna.', 'I am well.'],
    ],
    [['He said "stop." Then he left.'], ['He said "stop."', 'Then he left.']],
    [['J. S. Bach wrote it. Nobody knows when.'], ['J. S. Bach wrote it.', 'Nobody knows when.']],
    [['One\nTwo'], ['One', 'Two']],
    [['  ', ''], []],
    [['…'], ['…']],
  ])('%j is cut into %j', async (pieces, expected) => {
    expect(await cut(...pieces)).toEqual(expected)
  })

  it('is given out as soon as a clause is certain to be over, and not before', async () => {
    const given: string[] = []
    const written = async function* () {
      yield 'The first sentence.'
      expect(given).toEqual([])
      yield ' '
      expect(given).toEqual(['The first sentence.'])
      yield 'The second.'
    }
    for await (const clause of clauses(written())) given.push(clause)
    expect(given).toEqual(['The first sentence.', 'The second.'])
  })

  it('loses nothing, whatever it is and however it comes', async () => {
    const text = `${'word '.repeat(300)}and ${'x'.repeat(500)}, the end`
    for (const size of [1, 7, 250, 10_000]) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
      const found = await cut(...pieces)
      expect(found.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      expect(Math.max(...found.map(({ length }) => length))).toBeLessThanOrEqual(size < 250 ? 227 : 10_000)
    }
  })
})
