import { describe, expect, it } from 'vitest'
import { functionLengths } from './function-lengths.ts'
import { program } from './program.ts'

/** With its signature; a function within another one counts for itself, and for the outer one. */
const LINES = 80

describe('a function', () => {
  it(`has at most ${LINES} lines`, () => {
    const long = program
      .filter(({ text }) => text.split('\n').length > LINES)
      .flatMap((file) =>
        functionLengths(file)
          .filter(({ lines }) => lines > LINES)
          .map(({ name, lines }) => `${file.path}: ${name} has ${lines} lines`),
      )
    expect(long).toEqual([])
  })

  it('is found whatever it is, and measured with what stands in it', () => {
    const text = [
      'declare function elsewhere(): void',
      'export function outer(first: string,',
      '  second: string) {',
      '  const inner = () => {',
      '    return first + second',
      '  }',
      '  return [1].map(function () {',
      '    return inner()',
      '  })',
      '}',
      'export class Lamp {',
      '  #level = 0',
      '  constructor() {',
      '    this.#level = 1',
      '  }',
      '  get level(): number {',
      '    return this.#level }',
      '  async #switch(): Promise<void> {',
      '  }',
      '  read = async <T,>(value: T) =>',
      '    value',
      '}',
      'export const handlers = { birth() {',
      '}, will: () => {} }',
    ].join('\n')
    expect(functionLengths({ path: 'lamp.ts', text })).toEqual([
      { name: 'outer', lines: 9 },
      { name: 'inner', lines: 3 },
      { name: 'line 7', lines: 3 },
      { name: 'constructor', lines: 3 },
      { name: 'level', lines: 2 },
      { name: '#switch', lines: 2 },
      { name: 'read', lines: 2 },
      { name: 'birth', lines: 2 },
      { name: 'will', lines: 1 },
    ])
  })
})
