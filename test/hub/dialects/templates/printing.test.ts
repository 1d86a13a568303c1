import { describe, expect, it } from 'vitest'
import { evaluate, wrongWith } from './evaluate.ts'

const PAYLOAD =
  '{"a":1,"b":21.0,"s":"on","n":null,"t":true,"l":[3,1,2],"o":{"x":"y","k k":5},"big":12345678901234567890,"f":2.675,"st":"12.7","u":"ß€😀","neg":-3}'

/** What Jinja 3.1.6 on Python 3.11 prints, with the filters of Home Assistant 2026 in the place of its own. */
const PRINTED: readonly (readonly [string, string])[] = [
  ['{{ value_json.b }}', '21.0'],
  ['{{ value_json.a + 1 }}|{{ value_json.b * 2 }}|{{ value_json.a / 2 }}', '2|42.0|0.5'],
  ['{{ value_json.big }} {{ value_json.big|string|length }}', '12345678901234567890 20'],
  [
    "{{ value_json.f|round(2) }} {{ 2.5|round }} {{ 3.5|round(0) }} {{ 1.25|round(1) }} {{ 1.35|round(1) }} {{ 125.0|round(-1) }} {{ '3.14159'|round(3) }}",
    '2.67 2 4 1.2 1.4 120.0 3.142',
  ],
  [
    '{{ 1.0 }} {{ 1e16 }} {{ 1e-5 }} {{ 0.0001 }} {{ 123456789012345.6 }} {{ 1e22 }} {{ 1.5e300 }}',
    '1.0 1e+16 1e-05 0.0001 123456789012345.6 1e+22 1.5e+300',
  ],
  [
    '{{ value_json.l }} {{ value_json.o }} {{ value_json.u }} {{ [value_json.u, "it\'s", \'q"\', "a\'b\\"c", \'x\\ny\'] }}',
    "[3, 1, 2] {'x': 'y', 'k k': 5} ß€😀 ['ß€😀', \"it's\", 'q\"', 'a\\'b\"c', 'x\\ny']",
  ],
  [
    "{{ value_json.l|min }} {{ value_json.l|max }} {{ value_json.l|join(',') }} {{ value_json.l|first }} {{ value_json.l|last }} {{ value_json.l|sum }}",
    '1 3 3,1,2 3 2 6',
  ],
  [
    "{{ value_json.nope|default('d') }} {{ value_json.n|default('d') }} {{ value_json.n|default('d', true) }}",
    'd None d',
  ],
  ["{{ 'ON' if value_json.t else 'OFF' }} {{ value_json.t }} {{ value_json.n }}", 'ON True None'],
  [
    "{{ '0x1F'|int(0,16) }} {{ '1f'|int(base=16) }} {{ ' 42 '|int }} {{ 4.9|int }} {{ -4.9|int }} {{ true|int }}",
    '31 31 42 4 -4 1',
  ],
  ['{{ none|int(0) }} {{ none|float(0.5) }} {{ [1]|int(3) }}', '0 0.5 3'],
  ['{% if value_json.a == 1 %}one{% elif value_json.a == 2 %}two{% else %}more{% endif %}', 'one'],
  ['{%- set x = value_json.a * 10 -%} {{- x }} {{ x + value_json.l[0] -}}  z', '10 13z'],
  [
    "{{ {'on':'1','off':'0'}[value_json.s] }} {{ {None:None,'idle':'off'}[value_json.n] }} {{ {1:'low'}[value_json.a] }} {{ {1:'x'}[1.0] }}",
    '1 None low x',
  ],
  [
    "{{ value_json.s in ['on','ON'] }} {{ 'o' in value_json.s }} {{ 'a' in value_json }} {{ 'q' not in value_json }}",
    'True True True True',
  ],
  ["{{ value_json['o']['k k'] }} {{ value_json.o['x'] }} {{ value_json.l[-1] }} {{ value_json.l[9] }}|", '5 y 2 |'],
  ['{{ value_json.u|length }} {{ value_json.u[2] }} {{ value_json.u[1:] }}', '3 😀 €😀'],
  [
    "{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ none == none }} {{ [1] == [1.0] }} {{ {'a':1} == {'a':1} }}",
    'True False True True True True True True',
  ],
  ["{{ not value_json.a }} {{ value_json.a and 'yes' }} {{ 0 or 'no' }} {{ '' or none }}", 'False yes no None'],
  [
    '{{ 7//2 }} {{ -7//2 }} {{ -7%3 }} {{ 7%-3 }} {{ 7.5//2 }} {{ 2**3 }} {{ 2**-1 }} {{ 4/2 }} {{ 5.5 % 2 }} {{ -5.5 % 2 }}',
    '3 -4 2 -2 3.0 8 0.5 2.0 1.5 0.5',
  ],
  ['{{ -5|abs }} {{ -2**2 }} {{ 2**3**2 }} {{ - 3 + 2 }} {{ +4 }}', '5 4 64 -1 4'],
  ["{{ 'a' ~ 1 ~ 2.0 ~ none ~ true ~ x }}", 'a12.0NoneTrue'],
  ["{{ 'a' * 3 }} {{ [1] * 2 }} {{ 'a' + 'b' }} {{ [1] + [2] }}", 'aaa [1, 1] ab [1, 2]'],
  ['{{ 5 if false }}|{{ 5 if false else 6 if true else 7 }}', '|6'],
  [
    '{{ value_json|tojson }}',
    '{"a": 1, "b": 21.0, "big": 12345678901234567890, "f": 2.675, "l": [3, 1, 2], "n": null, "neg": -3, "o": {"k k": 5, "x": "y"}, "s": "on", "st": "12.7", "t": true, "u": "\\u00df\\u20ac\\ud83d\\ude00"}',
  ],
  [
    "{{ value_json.o|to_json }} {{ {'b':1,'a':2.0}|to_json }} {{ 'é'|to_json }}",
    '{"x":"y","k k":5} {"b":1,"a":2.0} "é"',
  ],
  [
    "{{ 'Hello World'|lower }} {{ 'Hello'|upper }} {{ 'hello wORLD-foo (bar)'|title }} {{ 'hELLO'|capitalize }}",
    'hello world HELLO Hello World-Foo (Bar) Hello',
  ],
  [
    "{{ ' x '|trim }}| {{ 'xxaxx'|trim('x') }} {{ 'aXbX'|replace('X','-') }} {{ 'aaaa'|replace('a','b',2) }} {{ 'ab'|replace('','-') }}",
    'x| a a-b- bbaa -a-b-',
  ],
  [
    "{{ 'abcdef ghi'|truncate(5) }} {{ 'abcdefghij klm'|truncate(8,false,'..',0) }} {{ 'abcdefghij'|truncate(4,True,'',0) }}",
    'abcdef ghi abcdef.. abcd',
  ],
  [
    "{{ 3 is number }} {{ 3.0 is integer }} {{ 3.0 is float}} {{ true is number }} {{ true is integer }} {{ 'a' is sequence }} {{ {} is sequence }} {{ x is iterable }} {{ none is none }} {{ 'a' is string }} {{ {} is mapping }} {{ 4 is even }} {{ 4 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(4) }}",
    'True False True True False True True True True True True True False True False',
  ],
  ["{{ '5' is is_number }} {{ '5'|is_number }} {{ is_number('x') }} {{ 'nan'|is_number }}", 'True True False False'],
  [
    "{{ float('2') }} {{ int('7') }} {{ float('x', 3) }} {{ min(1,2) }} {{ max([4,9]) }} {{ iif(value_json.t, 'A', 'B') }} {{ bool('on') }} {{ 'maybe'|bool(false) }}",
    '2.0 7 3 1 9 A True False',
  ],
  [
    "{{ value_json.a|multiply(2.55)|round(0) }} {{ '5'|add(2) }} {{ 10|multiply(0.1) }} {{ 5|multiply(2) }}",
    '3 7.0 1.0 10.0',
  ],
  [
    "{{ value.split(',')[0] }} {{ 'a b  c'.split() }} {{ 'k=v'.split('=')[1] }} {{ 'a,b,c'.split(',', 1) }}",
    `{"a":1 ['a', 'b', 'c'] v ['a', 'b,c']`,
  ],
  [
    "{{ value_json.get('a') }} {{ value_json.get('zz') }} {{ value_json.get('zz', 3) }} {{ 'Ab'.lower() }} {{ 'x.'.strip('.') }} {{ 'abc'.startswith('a') }}",
    '1 None 3 ab x True',
  ],
  ["{{ {'a': {'b': 1}} }} {{ {'a': {'b': {'c':2}}}['a']['b']['c'] }}", "{'a': {'b': 1}} 2"],
  ['{# comment #}x{#- y -#} z', 'xz'],
  ["a {{- 'b' -}} c", 'abc'],
  ["{{ \"tab\\there\" }} {{ '\\u00e9' }} {{ 'a\\qb' }} {{ 'x' 'y' }}", 'tab\there é a\\qb xy'],
  ["{{ x }}|{{ x ~ 'a' }}|{{ x|length }}|{{ x|upper }}|{{ x|join }}", '|a|0||'],
  ['{{ x is defined and x > 3 }}', 'False'],
  [
    "{{ value_json.n.x }}|{{ value_json.s.x }}|{{ value_json.l.x }}|{{ value_json.l.0 }}|{{ value_json.n['x'] }}",
    '|||3|',
  ],
  ['{{ value_json.__class__ }}|{{ value_json.constructor }}|', '||'],
  ['{{ 3|bitwise_and(6) }} {{ 3|bitwise_or(8) }} {{ 5|bitwise_xor(1) }} {{ 1|bitwise_and(1) > 0 }}', '2 11 4 True'],
  ["{{ [1,2,3][1:] }} {{ [1,2,3][:-1] }} {{ 'abc'[-2:] }} {{ (1,2)[0] }}", '[2, 3] [1, 2] bc 1'],
  ["{{ 'A' in ('A','B') }} {{ 1 is in [1] }} {{ 1 is eq 1 }} {{ 2 is gt 1 }}", 'True True True True'],
  [
    `{{ 12|string ~ 'x' }} {{ 1.0|string }} {{ '1'|from_json }} {{ '{"a":[1.0]}'|from_json }}`,
    "12x 1.0 1 {'a': [1.0]}",
  ],
  [
    "{{ 1000000.0 * 10 }} {{ 0.1 + 0.2 }} {{ 1/3 }} {{ 100|float }} {{ 1e3|int }} {{ -0.0 }} {{ 0.0 * -1 }} {{ 5|round(1) }} {{ '5'|round(1) }} {{ 5.55|round(1,'floor') }} {{ 5.51|round(1,'ceil') }} {{ 5.3|round(0,'half') }} {{ 5.3|round(1,'half') }}",
    '10000000.0 0.30000000000000004 0.3333333333333333 100.0 1000 -0.0 -0.0 5.0 5.0 5.5 5.6 5 5.5',
  ],
  ["{{ 'x'|round(1, default=0) }} {{ 'x'|round(default=3) }} {{ 'x'|round(1, 'common', 9) }}", '0 3 9'],
  ['{{ 1_000 }} {{ 0xff }} {{ 1.5e3 }}', '1000 255 1500.0'],
  ["{{ value_json.s | default('x') if value_json.a > 0 else 'None' | default('None') }}", 'on'],
  ['{{ value_json.a|clamp(2, 5) }}', '2.0'],
  [
    "{{ 'inf'|float }} {{ '-inf'|float }} {{ 'nan'|float }} {{ '1e400'|float }} {{ '1_0'|float }} {{ '.5'|float }} {{ '5.'|float }}",
    'inf -inf nan inf 10.0 0.5 5.0',
  ],
  [
    "{{ ['b','A','c']|min }} {{ ['b','A','c']|max }} {{ []|min }}| {{ 'hello'|list }} {{ {'a':1}|list }} {{ {'a':1}|first }}",
    "A c | ['h', 'e', 'l', 'l', 'o'] ['a'] a",
  ],
  ["{{ [none, true, 1.5, {'k': [1]}] }} {{ [x] }}", "[None, True, 1.5, {'k': [1]}] [Undefined]"],
  ["{{ value_json.a if value_json.a is number and value_json.a is not none else 'unknown' }}", '1'],
  ["{{ 1 if 'a' in value_json and value_json.a else 0 }} {{ not 1 == 2 }} {{ not (1 in [1]) }}", '1 True False'],
  ["{{ 'x' is lower }} {{ 'X' is upper }} {{ '1' is lower }}", 'True True False'],
  ["{{ 'abc'|length > 2 and 'abc'|first == 'a' }}", 'True'],
  ['{% if x %}a{% endif %}{% if not x %}b{% endif %}', 'b'],
  ['{% set y = 1 %}{% if true %}{% set y = 2 %}{% endif %}{{ y }}', '2'],
  ['plain text', 'plain text'],
  ['{{ value_json.l|length }} {{ value_json|length }}', '3 12'],
  [
    '{{ 3.0 // 2 }} {{ 10 // 2.5 }} {{ 2.0 ** 2 }} {{ 4 ** 0.5 }} {{ true + true }} {{ true * 2.5 }}',
    '1.0 4.0 4.0 2.0 2 2.5',
  ],
  [`{{ '%' ~ 5 }} {{ "a" if "a" == 'a' }} {{ 1 != 2 }} {{ 1 <= 1 >= 1 }}`, '%5 a True True'],
  ["{{ 10|int|string|int + 1 }} {{ '7'|int > 5 }} {{ value_json.st|float|round(0)|int }}", '11 True 13'],
  ["{{ 'true'|bool }} {{ 1|bool }} {{ 0.0|bool }} {{ none|bool(5) }}", 'True True False 5'],
  [
    `{{ 1.0|tojson }} {{ 1.5|to_json }} {{ none|to_json }} {{ true|to_json }} {{ '"'|to_json }} {{ [1,2]|tojson }}`,
    '1.0 1.5 null true "\\"" [1, 2]',
  ],
  ['{{ value_json.neg|abs }} {{ value_json.neg * -1 }} {{ -value_json.neg }} {{ 3 - -2 }}', '3 3 3 5'],
  [`{{ "}}" }} {{ '%}' }} {{ "{{" }}`, '}} %} {{'],
]

/** Where Jinja fails. */
const FAILING = [
  '{{ value_json.nope is defined }} {{ value_json.o.x is defined }} {{ value_json.nope.x is defined }}',
  "{{ value_json.st|int }} {{ value_json.st|float }} {{ 'x'|int(5) }} {{ 'x'|float(1) }} {{ 'x'|int }} ",
  '{{ none|int }}',
  "{{ 'a' + 1 }}",
  '{{ 1 / 0 }}',
  '{{ x|float(0) }}',
  '{{ x + 1 }}',
  '{{ x.y }}',
  "{{ 'x'|round(1) }}",
  '{{ 5 ~ 5 * 2 }} {{ 1 + 1 ~ 2 }} {{ 2 * 3 ~ 4 }}',
  '{{ value|int }}',
  "{{ 1 in 'abc' }}",
  '{{ 1 in 5 }}',
  '{{ {[1]:2} }}',
]

describe('a template', () => {
  it.each(PRINTED)('%s prints what Jinja prints', (source, printed) => {
    expect(evaluate(source, PAYLOAD)).toBe(printed)
  })

  it.each(FAILING)('%s fails where Jinja fails', (source) => {
    expect(wrongWith(source, PAYLOAD)).toMatch(/ \((?:line \d+, )?character \d+\)$/)
  })
})
