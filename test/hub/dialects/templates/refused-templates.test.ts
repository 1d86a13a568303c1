import { describe, expect, it } from 'vitest'
import { wrongWith } from './evaluate.ts'

const DEEP = 10_000

describe('a template that needs more', () => {
  it.each([
    [
      '{% for x in value_json %}{{ x }}{% endfor %}',
      '"{% for %}" is not known here: there are "if" and "set", and no loops (character 4)',
    ],
    [
      '{% macro m() %}{% endmacro %}',
      '"{% macro %}" is not known here: there are "if" and "set", and no loops (character 4)',
    ],
    ["{{ states('sensor.x') }}", 'the function "states" asks the house of a Home Assistant (character 4)'],
    ['{{ states.sensor.x }}', '"states" is known to a template of Home Assistant alone (character 4)'],
    ['{{ this.state }}', '"this" is known to a template of Home Assistant alone (character 4)'],
    ['{{ now() }}', 'the function "now" needs a clock and a time zone (character 4)'],
    ['{{ value | timestamp_custom }}', 'the filter "timestamp_custom" needs a clock and a time zone (character 12)'],
    [
      "{{ value | regex_replace('a+','b') }}",
      'the filter "regex_replace" looks for a pattern, which can take any time (character 12)',
    ],
    ["{{ value is match('a+') }}", 'the test "match" looks for a pattern, which can take any time (character 13)'],
    ["{{ value_json | map(attribute='x') | list }}", 'the filter "map" goes through a list (character 17)'],
    ['{{ range(10) }}', 'the function "range" goes through a list (character 4)'],
    ['{{ namespace(x=1) }}', 'the function "namespace" goes through a list (character 4)'],
    [
      '{{ value_json.items.__globals__() }}',
      'the method "__globals__" is not one of those that are known here (character 21)',
    ],
    ['{{ value.format(1) }}', 'the method "format" is not one of those that are known here (character 10)'],
    ['{{ value.split(",")() }}', 'what is called here is no function (character 20)'],
    ['{{ value | nonsense }}', 'the filter "nonsense" is not one of those that are known here (character 12)'],
    ['{{ value | round(1, 2, 3, 4) }}', '"round" takes less than 4 arguments (character 27)'],
    ['{{ value | round(digits=1) }}', '"round" has no argument "digits" (character 18)'],
    ['{{ value | replace("a") }}', '"replace" wants old and new (character 12)'],
    ['{{ value | default(*value_json) }}', 'a call spreads no list here (character 20)'],
    ['{{ [1, 2][::2] }}', 'a part of a list or text has no step here (character 12)'],
    ['{% set a, b = 1 %}', '"set" gives one name one value here (character 9)'],
    ['{% set a %}x{% endset %}', '"set" gives one name one value here (character 10)'],
  ])('is refused with the construct and its place: %s', (source, words) => {
    expect(wrongWith(source, '{}')).toBe(words)
  })

  it.each([
    ['{{ value', '"{{" has no "}}" (character 1)'],
    ['{{ }}', 'a value is wanted before the end (character 4)'],
    ['{{ value + }}', 'a value is wanted before the end (character 12)'],
    ['{{ value value }}', '"}}" is wanted here (character 10)'],
    ['{{ (value }}', '"{{" has no "}}" (character 1)'],
    ['{{ "value }}', '""" means nothing here (character 4)'],
    ['{{ a is defined if b else c }}', '"if" stands behind a test: brackets say what is meant (character 17)'],
    ['{{ a is number in [true] }}', '"in" stands behind a test: brackets say what is meant (character 16)'],
    ['{{ a ? b : c }}', '"?" means nothing here (character 6)'],
    ['{% if value %}x', '"{%" is wanted here (character 16)'],
    ['{% if value %}x{% else %}y{% elif z %}{% endif %}', '"elif" stands behind "else" (character 35)'],
    ['x{% endif %}', '"endif" ends nothing here (character 2)'],
    ['{# value', 'a comment does not end (character 1)'],
    ['line one\n{{ line.two( }}', '"{{" has no "}}" (line 2, character 1)'],
  ])('is refused where it cannot be read: %s', (source, words) => {
    expect(wrongWith(source)).toBe(words)
  })
})

describe('a hostile template', () => {
  it.each([
    ['of more than 100,000 characters', 'x'.repeat(100_001), 'more than 100000 characters'],
    ['of 100,000 opening braces', '{'.repeat(100_000), 'has no "}}"'],
    ['of 50,000 openings with a blank', '{{ '.repeat(33_000), 'has no "}}"'],
    ['of 50,000 comments that open', '{#'.repeat(50_000), 'does not end'],
    ['of 10,000 nested brackets', `{{ ${'('.repeat(DEEP)}1${')'.repeat(DEEP)} }}`, 'nested deeper than 64 levels'],
    ['of 10,000 nested lists', `{{ ${'['.repeat(DEEP)}${']'.repeat(DEEP)} }}`, 'nested deeper than 64 levels'],
    ['of 10,000 nested objects', `{{ ${'{1:'.repeat(DEEP)}1${'}'.repeat(DEEP)} }}`, 'nested deeper than 64 levels'],
    ['of 10,000 negations', `{{ ${'not '.repeat(DEEP)}1 }}`, 'nested deeper than 64 levels'],
    ['of 10,000 signs', `{{ ${'-'.repeat(DEEP)}1 }}`, 'nested deeper than 64 levels'],
    ['of 4,000 nested blocks', `${'{% if 1 %}'.repeat(4_000)}x${'{% endif %}'.repeat(4_000)}`, 'nested deeper than 64'],
    ['of 5,000 conditions in a line', `{{ ${'1 if 1 else '.repeat(5_000)}1 }}`, 'nested deeper than 64 levels'],
    ['of 20,000 terms', `{{ 1${'+1'.repeat(20_000)} }}`, 'more than 2000 parts'],
    ['of 19,000 filters', `{{ value${'|trim'.repeat(19_000)} }}`, 'more than 2000 parts'],
    ['of 20,000 members', `{{ value${'.a'.repeat(20_000)} }}`, 'more than 2000 parts'],
    ['of 20,000 pieces', '{{1}}'.repeat(20_000), 'more than 2000 parts'],
    ['with a text that does not end', `{{ '${"\\'".repeat(40_000)} }}`, 'means nothing here'],
    ['of 30,000 empty texts', `{{ ${"''".repeat(30_000)} `, 'has no "}}"'],
  ])('is refused in bounded time: %s', (_what, source, words) => {
    expect(wrongWith(source)).toContain(words)
  })

  it.each([
    ["{{ 'a' * 10**9 }}", 'the template makes a text of more than 16384 characters (character 8)'],
    ["{{ 10**9 * 'a' }}", 'the template makes a text of more than 16384 characters (character 10)'],
    ['{{ [1] * 10**5 }}', 'a list gets more than 10000 members (character 8)'],
    ['{{ 10**308 * 10 }}', 'the template calculates with whole numbers beyond 2^53 (character 6)'],
    ['{{ 9**9**9**9 }}', 'the template calculates with whole numbers beyond 2^53 (character 8)'],
    ['{{ 1.5 | round(400) }}', 'round takes at most 308 digits and not 400 (character 10)'],
    [
      "{{ 'aaaaaaaa' | replace('a', value) }}",
      'the template makes a text of more than 16384 characters (character 17)',
    ],
    ["{{ value | replace('', value) }}", 'the template makes a text of more than 16384 characters (character 12)'],
    ['{{ value ~ value ~ value }}', 'the template makes a text of more than 16384 characters (character 4)'],
    ['{{ value }}{{ value }}{{ value }}', 'the template makes a text of more than 16384 characters (character 1)'],
    [
      '{{ [value, value, value] | join(value) }}',
      'the template makes a text of more than 16384 characters (character 28)',
    ],
    ['{{ [value, value, value] }}', 'the template makes a text of more than 16384 characters (character 1)'],
    ['{{ [value, value, value] | tojson }}', 'the template makes a text of more than 16384 characters (character 28)'],
    ["{{ '%99.99f%99.99f' | format(1e20, value) }}", 'a field wants a number and not a text (character 23)'],
    ["{{ 'x' | truncate(-5) }}", 'truncate is to leave less than its end is long (character 10)'],
    [
      `{% set l = [1] * 9000 %}{{ l in [l, l] }}{{ l in [0, l] }}`,
      'the template looks at more than 10000 members or pieces of text (character 47)',
    ],
    [`{{ value ${'|upper|lower'.repeat(20)} }}`, null],
  ])('is stopped: %s', (source, words) => {
    expect(wrongWith(source, 'x'.repeat(8_000))).toBe(words)
  })

  it.each(['__proto__', 'constructor', '__class__', 'prototype', 'toString', 'hasOwnProperty', 'length'])(
    'gets nothing but own members: %s',
    (name) => {
      for (const value of ['value_json', 'value', 'value_json.list', '(1)', 'none', 'true'])
        expect([name, wrongWith(`{{ 1 / (${value}.${name} is defined) }}`, '{"list":[]}')]).toEqual([
          name,
          expect.stringContaining('divides by zero'),
        ])
      expect(wrongWith(`{{ value_json['${name}']['${name}'] }}`, '{}')).toContain('there is nothing that could have')
    },
  )

  it('gets an own member that is called so', () => {
    expect(wrongWith('{{ 1 / (value_json.__proto__ is defined) }}', '{"__proto__":1}')).toBeNull()
  })

  it.each([40, 100_000])('looks at JSON that is nested %i levels deep as at no JSON', (levels) => {
    const deep = `${'['.repeat(levels)}1${']'.repeat(levels)}`
    expect(wrongWith('{{ 1 / (value_json is defined) }}', deep)).toContain('divides by zero')
    expect(wrongWith('{{ 1 / (value_json is defined) }}', deep.replace('1', '1.0'))).toContain('divides by zero')
  })
})
