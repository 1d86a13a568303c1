import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../../hub/dialects/templates/compile-template.ts'
import { roundHalfEven } from '../../../../hub/dialects/templates/rounding.ts'
import { TemplateError } from '../../../../hub/dialects/templates/template-error.ts'
import { TEMPLATE_LIMITS } from '../../../../hub/dialects/templates/template-limits.ts'
import { readTemplateJson } from '../../../../hub/dialects/templates/value-json.ts'

/** Pieces of which templates are made, and of which nonsense is. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      '{{-',
      '-}}',
      '{#',
      '#}',
      'if',
      'elif',
      'else',
      'endif',
      'set',
      'for',
      'is',
      'not',
      'in',
    ],
    ...[
      'and',
      'or',
      'value',
      'value_json',
      'value_json.a',
      'x',
      'true',
      'none',
      'defined',
      'number',
      'default',
      'float',
    ],
    ...['int', 'round', 'replace', 'join', 'tojson', 'truncate', 'format', 'split', 'get', '__proto__', 'constructor'],
    ...[
      '+',
      '-',
      '*',
      '**',
      '/',
      '//',
      '%',
      '~',
      '==',
      '<',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '.',
      '|',
      '=',
      ' ',
      '\n',
    ],
    ...['0', '1', '2.5', '1e9', '10000', "'a'", '"b"', "''", "'", '\\', 'é', '😀'],
  ),
  fc.string({ maxLength: 4 }),
)
const nonsense = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(' '))

const atom = fc.constantFrom(
  ...[
    'value',
    'value_json',
    'value_json.a',
    'value_json.b[0]',
    'value_json["c d"]',
    'x',
    '0',
    '1',
    '2.5',
    '1e300',
    '-3',
  ],
  ...["'a'", "'12.5'", "''", 'true', 'none', '[1, value]', "{'a': 1, none: value}", 'value_json.zz'],
)
const filter = fc.constantFrom(
  ...[
    'int',
    'float',
    'int(0)',
    'float(0)',
    'round',
    'round(2)',
    "round(1, 'ceil', 0)",
    'lower',
    'trim',
    'length',
    'abs',
  ],
  ...[
    "default('d')",
    'first',
    'last',
    "join('-')",
    'min',
    'max',
    'sum',
    'bool(false)',
    'multiply(3)',
    'add(1)',
    'string',
  ],
  ...[
    "replace('a', 'bb')",
    'tojson',
    'to_json',
    'from_json(none)',
    'truncate(5)',
    'list',
    'iif',
    'is_defined',
    'clamp(0, 5)',
  ],
)
const operator = fc.constantFrom('+', '-', '*', '/', '//', '%', '**', '~', '==', '<', 'in', 'and', 'or', 'not in')
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 6 },
    atom,
    fc.tuple(tie('expression'), filter).map(([one, by]) => `(${one}) | ${by}`),
    fc.tuple(tie('expression'), operator, tie('expression')).map(([one, sign, other]) => `(${one}) ${sign} (${other})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `${a} if ${b} else ${c}`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, key]) => `(${one})[${key}]`),
    tie('expression').map((one) => `not ${one}`),
  ),
}))
const template = expression.chain((one) =>
  fc.constantFrom(
    `{{ ${one} }}`,
    `{% if ${one} %}a{% else %}{{ ${one} }}{% endif %}`,
    `{% set x = ${one} %}{{ x }} {{ x ~ x }}`,
  ),
)
const payload = fc.oneof(fc.json(), fc.string(), fc.constantFrom('', 'ON', '21.50', '{"a":1.0,"b":[1],"c d":null}'))

/** What a template makes of a payload, or `null` where it fails as it may. Throws what is thrown otherwise. */
function outcome(source: string, value: string): string | null {
  try {
    return compileTemplate(source).render(
      new Map([
        ['value', value],
        ['value_json', readTemplateJson(value)],
      ]),
    )
  } catch (error) {
    if (error instanceof TemplateError) return null
    throw error
  }
}

describe('any template', () => {
  it('comes to a bounded text or to its own error, and to the same one again', () => {
    let texts = 0
    fc.assert(
      fc.property(template, payload, (source, value) => {
        const first = outcome(source, value)
        if (first !== null) texts++
        expect(first?.length ?? 0).toBeLessThanOrEqual(TEMPLATE_LIMITS.output)
        expect(outcome(source, value)).toBe(first)
      }),
      { numRuns: 3_000 },
    )
    expect(texts).toBeGreaterThan(500)
  })

  it('comes to an end though it is nonsense', () => {
    fc.assert(
      fc.property(nonsense, payload, (source, value) => {
        expect(outcome(source, value)).toBe(outcome(source, value))
      }),
      { numRuns: 3_000 },
    )
  })

  it('can be evaluated by many at a time, and remembers nothing of it', () => {
    const { render } = compileTemplate('{% if value_json.a is defined %}{% set x = value_json.a %}{% endif %}{{ x }}')
    const values = (json: string) => new Map([['value_json', readTemplateJson(json)]])
    expect([render(values('{"a":1}')), render(values('{}')), render(values('{"a":2}'))]).toEqual(['1', '', '2'])
  })
})

describe('rounding', () => {
  it('is at most half a digit away, and even between two', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (value) => {
        // Halves are exact, so this is between two whole numbers.
        const rounded = roundHalfEven(value + 0.5, 0)
        expect(Math.abs(rounded % 2)).toBe(0)
        expect(Math.abs(rounded - (value + 0.5))).toBe(0.5)
      }),
    )
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 8 }), (value, digits) => {
        expect(Math.abs(roundHalfEven(value, digits) - value)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-9)
      }),
    )
  })
})
