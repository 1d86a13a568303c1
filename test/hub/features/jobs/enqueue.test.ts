import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { JOB_KINDS } from '../../../../hub/core/engine-parts.ts'
import type { Context } from '../../../../hub/engine/context.ts'
import { type JobKind, jobKinds } from '../../../../hub/engine/job-kind.ts'
import { JOB_RUNNERS } from '../../../../hub/features/job-runners.ts'
import { enqueue, type NewJob } from '../../../../hub/features/jobs/enqueue.ts'
import { JOBS } from '../../../../shared/limits.ts'
import { type JobsHouse, openJobsHouse } from './jobs-house.ts'
import { AGAIN, DONE, type Note, once, repeated } from './test-kinds.ts'

const letter = repeated()
const job = (key: string, text = 'hello', more: Partial<NewJob<Note>> = {}) => ({ key, payload: { text }, ...more })
const put = (house: JobsHouse, ...args: Parameters<typeof job>) =>
  house.inEngine((context) => enqueue(context, letter, job(...args)))

describe('a job that is enqueued', () => {
  it('is there with the rows of the transaction that wanted it, and gone with them', () => {
    const house = openJobsHouse([letter])
    const want = (context: Context, fails: boolean) => {
      context.db.prepare("INSERT INTO hub_settings (key, value) VALUES ('wanted', '1')").run()
      enqueue(context, letter, job('anna'))
      if (fails) throw new Error('no')
    }
    expect(() => house.inEngine((context) => want(context, true))).toThrow('no')
    expect(house.states()).toEqual([])
    expect(house.effects).toEqual([])
    house.inEngine((context) => want(context, false))
    expect(house.states()).toEqual(['waiting'])
    expect(house.effects).toContainEqual({ kind: 'jobs_due' })
  })

  it('replaces what the waiting one of its key was to do, under a new idempotency key', () => {
    const house = openJobsHouse([letter])
    const first = put(house, 'anna', 'one')
    const before = house.row(first)
    put(house, 'paul', 'other')
    expect(put(house, 'anna', 'two')).toBe(first)
    expect(JSON.parse(house.row(first).payload)).toEqual({ text: 'two' })
    expect(house.row(first).idempotency_key).not.toBe(before.idempotency_key)
    expect(house.claim().map(({ payload }) => payload)).toEqual([{ text: 'two' }, { text: 'other' }])
  })

  it('leaves the one of its key that runs alone, and is run after it', () => {
    const house = openJobsHouse([letter])
    put(house, 'anna', 'one')
    const [first] = house.claim()
    put(house, 'anna', 'two')
    expect(house.claim()).toEqual([])
    if (first) house.ended(first, DONE)
    expect(house.claim()).toMatchObject([{ key: 'anna', payload: { text: 'two' } }])
  })

  it('does not cut a back-off short, however often it is replaced', () => {
    const house = openJobsHouse([letter])
    put(house, 'anna', 'one')
    const [first] = house.claim()
    if (first) house.ended(first, AGAIN)
    put(house, 'anna', 'two')
    put(house, 'anna', 'three')
    expect(house.claim()).toEqual([])
    house.tick(1_500)
    expect(house.claim()).toMatchObject([{ payload: { text: 'three' }, attempt: 1 }])
  })

  it('is refused once as many of its kind wait as may, and not the one that replaces', () => {
    const house = openJobsHouse([letter, once()])
    house.fill(letter.name, 'waiting', JOBS.waiting - 2)
    house.inEngine((context) => {
      for (const key of ['last', 'but one']) enqueue(context, letter, job(key))
      expect(() => enqueue(context, letter, job('too many'))).toThrow('wait already')
    })
    expect(() => put(house, 'one-more')).toThrow('10000 jobs of the kind "letter" wait already')
    put(house, 'k7', 'replaced')
    house.inEngine((context) => enqueue(context, once(), job('another kind')))
    expect(house.states()).toHaveLength(JOBS.waiting + 1)
  })

  it('is refused once what waits of its kind is as large as may be, also when it replaces', () => {
    const house = openJobsHouse([letter])
    const large = 'x'.repeat(JOBS.payloadBytes - 100)
    const many = Math.floor(JOBS.waitingBytes / JOBS.payloadBytes)
    house.inEngine((context) => {
      for (let at = 0; at < many; at += 1) enqueue(context, letter, job(`k${at}`, large))
      enqueue(context, letter, job('small'))
      expect(() => enqueue(context, letter, job('one more', large))).toThrow('bytes wait already')
    })
    expect(() => put(house, 'small', large)).toThrow('bytes wait already')
    put(house, 'k1', 'less')
    put(house, 'small', large)
  })

  it('is not counted when a part of the transaction is undone with it', () => {
    const house = openJobsHouse([letter])
    house.fill(letter.name, 'waiting', JOBS.waiting - 1)
    house.inEngine((context) => {
      const fault = context.attempt(() => {
        enqueue(context, letter, job('undone'))
        throw new Error('no')
      })
      expect(fault?.message).toBe('no')
      enqueue(context, letter, job('last'))
      expect(() => enqueue(context, letter, job('too many'))).toThrow('wait already')
    })
    expect(house.states()).toHaveLength(JOBS.waiting)
  })

  it('is refused with a payload that is too large or not of its kind, and with a key that is no key', () => {
    const house = openJobsHouse([letter])
    const wrong = { text: 'x', more: 1 } as Note
    expect(() => put(house, 'anna', 'x'.repeat(JOBS.payloadBytes))).toThrow('of 65536')
    expect(() => house.inEngine((context) => enqueue(context, letter, { key: 'a', payload: wrong }))).toThrow('more')
    expect(() => put(house, '')).toThrow('1 to 255 characters')
    expect(() => house.inEngine((context) => enqueue(context, once(), job('a')))).toThrow('in no registry')
    expect(house.states()).toEqual([])
  })
})

describe('a kind of job', () => {
  const tree = z.strictObject({
    name: z.string(),
    get below() {
      return z.array(tree)
    },
  })
  const secretTree = z.strictObject({
    password: z.string(),
    get below(): z.ZodType {
      return z.array(secretTree)
    },
  })
  const looseTree = z.looseObject({
    get below(): z.ZodType {
      return z.array(looseTree)
    },
  })
  const withPayload = (payload: z.ZodType): JobKind => ({ ...repeated(), payload }) as JobKind

  it.each([
    ['a secret', z.strictObject({ to: z.strictObject({ apiToken: z.string() }) })],
    ['a secret in a list', z.strictObject({ all: z.array(z.strictObject({ password: z.string() })) })],
    ['a secret by another name', z.union([z.strictObject({ api_key: z.string() }), z.null()])],
    ['fields that are not named', z.looseObject({ to: z.string() })],
    ['fields of any name', z.strictObject({ headers: z.record(z.string(), z.string()) })],
    ['what is not known', z.unknown()],
    ['a field that may be anything', z.strictObject({ to: z.any() })],
    ['a list of anything', z.strictObject({ all: z.array(z.unknown()) })],
    ['what is described elsewhere', z.strictObject({ to: z.unknown().meta({ $ref: '#/$defs/elsewhere' }) })],
    ['any JSON', z.strictObject({ body: z.json() })],
    ['a secret in what refers to itself', z.strictObject({ tree: secretTree })],
    ['fields of any name in what refers to itself', looseTree],
  ])('may not have %s in its payload', (_what, payload) => {
    expect(() => jobKinds([withPayload(payload)])).toThrow(/its payload/)
  })

  it('may have what refers to itself in its payload where that has no secret', () => {
    expect(() => jobKinds([withPayload(tree)])).not.toThrow()
    expect(() =>
      jobKinds([withPayload(z.strictObject({ tree, is: z.enum(['a', 'b']), one: z.literal(1) }))]),
    ).not.toThrow()
  })

  it('has a name of its own', () => {
    expect(() => jobKinds([repeated(), repeated()])).toThrow('its name is taken')
    expect(() => jobKinds([repeated({ name: 'A letter' })])).toThrow('a-z')
  })

  it('of the hub is declared rightly, and has something that runs it', () => {
    expect([...jobKinds(JOB_KINDS).keys()].sort()).toEqual([...JOB_RUNNERS.keys()].sort())
  })
})
