import { describe, expect, it } from 'vitest'
import { logCommand } from '../../../edge/orders/log-command.ts'
import { encode } from '../../../shared/codec.ts'
import { DEVICE_LOG } from '../../../shared/limits.ts'

const line = (level: number, msg: string) => JSON.stringify({ level, time: 1, msg })
const lines = async (all: string[], params: object = {}) => {
  const { run } = logCommand({ recent: () => all })
  return ((await run(params, { deadline: 0 })) as { lines: string[] }).lines
}

describe('the log of an agent', () => {
  it('is said from the wanted level on, the newest of it, oldest first', async () => {
    const all = [line(20, 'a'), line(30, 'b'), line(40, 'c'), line(50, 'd'), line(30, 'e')]
    expect(await lines(all)).toEqual(all)
    expect(await lines(all, { level: 'warn' })).toEqual([all[2], all[3]])
    expect(await lines(all, { lines: 2 })).toEqual([all[3], all[4]])
    await expect(lines(all, { level: 'loud' })).rejects.toThrow('level')
  })

  it('fits into one message however long its lines are, and whatever is in them', async () => {
    const all = Array.from({ length: 400 }, (_, at) => line(30, `${at} ${'"\\\u0001ü'.repeat(900)}`))
    const said = await lines(all)
    expect(said.length).toBeGreaterThan(5)
    expect(said.at(-1)).toContain('399')
    for (const one of said) expect(one.length).toBeLessThanOrEqual(DEVICE_LOG.characters)
    expect(encode('result', { id: 'c'.repeat(20), ok: true, value: { lines: said } }).length).toBeLessThan(64 * 1024)
  })

  it('shows at every level what is no line of ours', async () => {
    expect(await lines(['(node:1) Warning'], { level: 'error' })).toEqual(['(node:1) Warning'])
  })
})
