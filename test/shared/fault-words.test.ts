import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeIssues } from '../../shared/codec.ts'

const schema = z.strictObject({
  limit: z.int().min(1).max(5_000).optional(),
  share: z.number().gt(0).lt(1).optional(),
  name: z.string().min(1).max(3),
  items: z.array(z.number()).min(1).max(2).optional(),
  secret: z.string().min(2, 'is shorter than a secret').optional(),
})

function said(value: object): string {
  const { error } = schema.safeParse({ name: 'Ann', ...value })
  return error ? describeIssues(error) : ''
}

describe('a fault of a value', () => {
  it.each([
    [{ limit: 0 }, 'limit: must be at least 1'],
    [{ limit: 5_001 }, 'limit: must be at most 5000'],
    [{ share: 0 }, 'share: must be more than 0'],
    [{ share: 1 }, 'share: must be less than 1'],
    [{ name: '' }, 'name: is empty'],
    [{ name: 'Anna' }, 'name: must have at most 3 characters'],
    [{ name: undefined }, 'name: is missing'],
    [{ items: [] }, 'items: is empty'],
    [{ items: [1, 2, 3] }, 'items: must have at most 2 items'],
    [{ secret: 's' }, 'secret: is shorter than a secret'],
    [{ limit: 'x' }, 'limit: Invalid input: expected number, received string'],
  ])('of %j is said in words', (value, words) => {
    expect(said(value)).toBe(words)
  })
})
