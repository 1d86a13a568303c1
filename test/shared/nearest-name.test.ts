import { describe, expect, it } from 'vitest'
import { nearestName } from '../../shared/nearest-name.ts'

describe('the name that was probably meant', () => {
  it('is the one with the fewest letters that differ, and none where too many do', () => {
    expect(nearestName('kichen', ['hall', 'kitchen', 'kitten'])).toBe('kitchen')
    expect(nearestName('cellar', ['hall', 'kitchen'])).toBeNull()
  })

  it('is the only one of which it is a part', () => {
    expect(nearestName('ferienhaus', ['Home', 'Ferienhaus am See'])).toBe('Ferienhaus am See')
    expect(nearestName('lamp', ['Kitchen/lamp', 'Kitchen/lamp'])).toBe('Kitchen/lamp')
    expect(nearestName('lamp', ['Kitchen/lamp', 'Hall/lamp'])).toBeNull()
    expect(nearestName('am', ['Ferienhaus am See'])).toBeNull()
  })

  it('is not one with a character beyond the first 65,536 because of that', () => {
    expect(nearestName('kitchen', ['Halle 🛋️ am großen Fenster'])).toBeNull()
    expect(nearestName('sofa', ['🛋️🛋️🛋️'])).toBeNull()
    expect(nearestName('🛋 sofa', ['🛋 sofas', 'sofa'])).toBe('🛋 sofas')
  })
})
