import { type SourcePlace, TemplateError } from './template-error.ts'
import { TEMPLATE_LIMITS } from './template-limits.ts'
import type { TemplateValue } from './template-value.ts'

/** One evaluation of a template: what its names stand for, and what it has looked at so far. */
export class Evaluation {
  readonly slots: TemplateValue[]
  #steps = 0

  constructor(slots: TemplateValue[]) {
    this.slots = slots
  }

  /** Notes that so many members were looked at. Throws when the evaluation has looked at too many. */
  look(count: number, place: SourcePlace): void {
    this.#steps += count
    if (this.#steps > TEMPLATE_LIMITS.steps)
      throw new TemplateError(
        `the template looks at more than ${TEMPLATE_LIMITS.steps} members or pieces of text`,
        place,
      )
  }

  /** The same for a text, in pieces of 64 characters. */
  lookThrough(text: string, place: SourcePlace): void {
    this.look(1 + (text.length >> 6), place)
  }
}

/** A part of a template, ready to be evaluated. */
export type TemplatePart = (run: Evaluation) => TemplateValue

/** A text that a template made, as a part of one of this length. Throws when that is longer than a text may get. */
export function boundedText(text: string, place: SourcePlace, length = text.length): string {
  checkLength(length, place)
  return text
}

/** Before a text of this length is made. */
export function checkLength(length: number, place: SourcePlace): void {
  if (length > TEMPLATE_LIMITS.output)
    throw new TemplateError(`the template makes a text of more than ${TEMPLATE_LIMITS.output} characters`, place)
}
