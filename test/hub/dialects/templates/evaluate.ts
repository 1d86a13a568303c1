import { compileTemplate } from '../../../../hub/dialects/templates/compile-template.ts'
import { TemplateError } from '../../../../hub/dialects/templates/template-error.ts'
import type { TemplateValue } from '../../../../hub/dialects/templates/template-value.ts'
import { readTemplateJson } from '../../../../hub/dialects/templates/value-json.ts'

/** The text of a template for a payload, and for what a command brings. */
export function evaluate(source: string, payload = '', brought: Record<string, TemplateValue> = {}): string {
  const names = new Map(Object.entries({ value: payload, value_json: readTemplateJson(payload), ...brought }))
  return compileTemplate(source).render(names)
}

/** What is wrong with a template, in words; `null`: nothing. Whatever else is thrown is thrown on. */
export function wrongWith(source: string, payload = ''): string | null {
  try {
    evaluate(source, payload)
    return null
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}
