import { afterEach, describe, expect, it } from 'vitest'
import { type HouseWithCentral, houseWithCentral } from './house-with-central.ts'

let house: HouseWithCentral | null = null
afterEach(() => house?.kill())

describe('a pump in a test', () => {
  it('tries again as soon after the twentieth failure as after the first, so that a slow server fails no test', async () => {
    house = houseWithCentral('postgres://site:secret@127.0.0.1:1/lares')
    house.restart()
    const { pump } = house
    await house.until('central was tried twenty times', () => pump.state.failures >= 20)
    expect(pump.state.lastError).toContain('does not listen')
  })
})
