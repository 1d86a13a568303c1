import { expect, it } from 'vitest'
import { BoundedDriver } from '../../../edge/outputs/bounded-driver.ts'
import { ManualClock } from '../../../shared/clock.ts'

it('a driver that hangs is given up after five seconds, asked nothing meanwhile, and opened anew when it is free', async () => {
  const clock = new ManualClock()
  const hang = Promise.withResolvers<void>()
  const done: string[] = []
  let opened = 0
  const driver = new BoundedDriver({
    name: 'pump',
    clock,
    async open() {
      opened += 1
      const number = opened
      return {
        async set(level) {
          done.push(`${number} set ${level}`)
          if (number === 1 && level === 1) await hang.promise
        },
        close: async () => void done.push(`${number} closed`),
      }
    },
  })
  await driver.set(0)
  const hanging = expect(driver.set(1)).rejects.toThrow('the output pump did not answer within 5 s')
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(5_000)
  await hanging
  await expect(driver.set(0)).rejects.toMatchObject({ code: 'device_busy', message: 'the output pump still hangs' })
  expect(done).toEqual(['1 set 0', '1 set 1'])
  hang.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  await driver.set(0)
  expect(done.slice(2)).toEqual(['1 closed', '2 set 0'])
})
