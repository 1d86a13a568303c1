import { describe, expect, it } from 'vitest'
import { Matcher } from '../../../hub/language/matcher.ts'
import { RuleBook, readTemplate, SentenceError } from '../../../hub/language/template.ts'

const wrong = (template: string, rules = {}) => {
  try {
    readTemplate(template, new RuleBook(rules))
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(SentenceError)
    return (error as Error).message
  }
}

describe('a template that cannot be read', () => {
  it('says where in it what is wrong', () => {
    expect(wrong('turn (on|off')).toBe('the template "turn (on|off" at 13: ")" is missing')
    expect(wrong('turn on)')).toBe('the template "turn on)" at 8: ")" closes nothing')
    expect(wrong('turn []')).toContain('at 7: nothing stands here')
    expect(wrong('the {Room}')).toContain('a list is {name}, {name:slot} or {*:slot}')
    expect(wrong('the {room')).toContain('"}" is missing')
    expect(wrong('<nobody> knows')).toContain('there is no rule <nobody>')
    expect(wrong('the[room] light{s}')).toContain('leave a space before lists and rules')
  })

  it('says which rules need each other', () => {
    expect(wrong('<a>', { a: 'x <b>', b: '[<a>] y' })).toContain('the rule needs itself: a → b → a')
  })

  it('is refused where it is too deep, too long, or one word in too many spellings', () => {
    expect(wrong(`${'('.repeat(2_000)}`)).toContain('more than 12 brackets within each other')
    expect(wrong('a '.repeat(2_000))).toContain('it is longer than 2000 letters')
    expect(wrong(`x${'[a|b|c]'.repeat(9)}`)).toContain('one word in more than 64 spellings')
  })

  it('is refused where it says nothing, or can be said in too many ways', () => {
    const make = (template: string, rules = {}) =>
      new Matcher({ sentences: { x: [template] }, rules, fillers: [] }).compile()
    expect(() => make('[please] [now]')).toThrow('everything in it may be left out')
    const many = Array.from({ length: 200 }, () => '[<ten>]').join(' ')
    expect(() => make(`x ${many}`, { ten: 'a|b|c|d|e|f|g|h|i|j' })).toThrow(SentenceError)
  })
})
