import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../../../hub/features/users/passwords.ts'

describe('a password', () => {
  it('is found to fit its own hash and no other, whatever stands there', async () => {
    const hash = await hashPassword('long enough to be one')
    expect(await verifyPassword('long enough to be one', hash)).toBe(true)
    expect(await verifyPassword('long enough to be One', hash)).toBe(false)
    expect(await verifyPassword('long enough to be one', await hashPassword('long enough to be one'))).toBe(true)
    for (const other of [null, '', '$argon2id$v=19$m=8,t=1,p=1$YQ$YQ', hash.slice(0, -1), `${hash}A`])
      expect(await verifyPassword('long enough to be one', other)).toBe(false)
  })

  it('takes as long to compare where there is none', async () => {
    const hash = await hashPassword('long enough to be one')
    const took = async (against: string | null) => {
      const began = process.hrtime.bigint()
      for (let at = 0; at < 5; at += 1) await verifyPassword('wrong', against)
      return Number(process.hrtime.bigint() - began)
    }
    await took(hash)
    const [some, none] = [await took(hash), await took(null)]
    expect(none).toBeGreaterThan(some / 4)
    expect(none).toBeLessThan(some * 4)
  })
})
