import { describe, expect, it } from 'vitest'
import { readParam } from '../../web/answer/read-param.ts'
import type { CommandShape } from '../../web/answer/schema.ts'
import { typedCommand } from '../../web/answer/typed-command.ts'

const rename: CommandShape = {
  ...{ area: 'devices', verb: 'rename', summary: '', needs: 'configure', needs_person: false },
  ...{ changes: true, dangerous: false, examples: [], params: {}, result: {} },
  positional: ['device', 'name'],
  secret_params: ['password'],
}

describe('a command of the console as it is typed', () => {
  it('has what has a place by its place, and the rest by its name', () => {
    expect(typedCommand(rename, { device: 'Kitchen Pi', name: 'Pantry', full_name: 'A B' })).toBe(
      "lares devices rename 'Kitchen Pi' Pantry --full-name 'A B'",
    )
  })

  it('leaves no place empty before one that is given', () => {
    expect(typedCommand(rename, { name: "Anna's" })).toBe(String.raw`lares devices rename --name 'Anna'\''s'`)
  })

  it('never shows a secret', () => {
    expect(typedCommand(rename, { device: 'x', password: 'hunter2' })).toBe('lares devices rename x')
  })
})

describe('what is typed for a param', () => {
  it('is nothing where it is empty, so that the hub takes its default', () => {
    expect(readParam('limit', '  ', { type: 'integer' })).toBeUndefined()
  })

  it('is read as what it has to be', () => {
    expect(readParam('all', 'true', { type: 'boolean' })).toBe(true)
    expect(readParam('limit', '20', { type: 'integer' })).toBe(20)
    expect(readParam('from', 'yesterday', { anyOf: [{ type: 'integer' }, { type: 'string' }] })).toBe('yesterday')
    expect(readParam('from', '1700000000000', { anyOf: [{ type: 'integer' }, { type: 'string' }] })).toBe(1.7e12)
    expect(readParam('name', '42', { type: 'string' })).toBe('42')
    expect(readParam('houses', 'home, cabin', { type: 'array' })).toEqual(['home', 'cabin'])
    expect(readParam('rights', '[{"right":"see"}]', { type: 'array' })).toEqual([{ right: 'see' }])
  })

  it('is refused with its name where it cannot be', () => {
    expect(() => readParam('limit', 'many', { type: 'integer' })).toThrow('limit is a number, not “many”')
    expect(() => readParam('rights', '[{', { type: 'array' })).toThrow('rights is not JSON')
  })
})
