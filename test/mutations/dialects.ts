import type { Mutation } from './mutation.ts'

const REFUSED = 'test/hub/dialects/templates/refused-templates.test.ts'
const PRINTING = 'test/hub/dialects/templates/printing.test.ts'

/** What others publish: read, and never run. */
export const DIALECTS: readonly Mutation[] = [
  {
    without: 'own members alone being members',
    file: 'hub/dialects/templates/template-value.ts',
    text: ' && Object.hasOwn(value, key) ? value[key] : undefined',
    becomes: ' ? value[key] : undefined',
    test: { file: REFUSED, name: 'gets nothing but own members' },
  },
  {
    without: 'a bound on the parts of a template',
    file: 'hub/dialects/templates/parser.ts',
    text: 'if (++this.#nodes > TEMPLATE_LIMITS.nodes)',
    becomes: 'if (++this.#nodes < 0)',
    test: { file: REFUSED, name: 'is refused in bounded time' },
  },
  {
    without: 'a bound on what is nested in a template',
    file: 'hub/dialects/templates/parser.ts',
    text: 'if (++this.#depth > TEMPLATE_LIMITS.depth)',
    becomes: 'if (++this.#depth < 0)',
    test: { file: REFUSED, name: 'is refused in bounded time' },
  },
  {
    without: 'a bound on what an evaluation looks at',
    file: 'hub/dialects/templates/evaluation.ts',
    text: 'if (this.#steps > TEMPLATE_LIMITS.steps)',
    becomes: 'if (this.#steps < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on the texts that a template makes',
    file: 'hub/dialects/templates/evaluation.ts',
    text: 'if (length > TEMPLATE_LIMITS.output)',
    becomes: 'if (length < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on the members of lists that a template makes',
    file: 'hub/dialects/templates/operators.ts',
    text: 'if (count > TEMPLATE_LIMITS.steps)',
    becomes: 'if (count < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on how deep JSON is nested',
    file: 'hub/dialects/templates/value-json.ts',
    text: '    if (isNestedDeeper(text, TEMPLATE_LIMITS.dataDepth)) return undefined\n',
    becomes: '',
    test: { file: REFUSED, name: 'levels deep as at no JSON' },
  },
  {
    without: 'calling nothing but what is on the lists',
    file: 'hub/dialects/templates/postfixes.ts',
    text: "    else if (parser.isSign('(')) throw parser.error('what is called here is no function')\n",
    becomes: '',
    test: { file: REFUSED, name: 'is refused with the construct and its place' },
  },
  {
    without: 'rounding what is between two to the even one',
    file: 'hub/dialects/templates/rounding.ts',
    text: 'const rounded = isBetween && isOdd ?',
    becomes: 'const rounded = isBetween && !isOdd && isOdd ?',
    test: { file: PRINTING, name: 'prints what Jinja prints' },
  },
  {
    without: 'telling 21.0 from 21',
    file: 'hub/dialects/templates/value-json.ts',
    text: 'return NOT_KEPT.test(text) ? JSON.parse(text, keepNotation) : JSON.parse(text)',
    becomes: 'return JSON.parse(text)',
    test: { file: PRINTING, name: 'prints what Jinja prints' },
  },
]
