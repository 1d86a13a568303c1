import { describe, expect, it } from 'vitest'
import { setupPage } from '../../cli/setup-link.ts'

const told = {
  link: 'https://192.168.1.5:8443/#setup=abc',
  others: ['https://10.0.0.5:8443/#setup=abc'],
  expires_at: Date.now() + 3_600_000,
  fingerprint: 'AA:BB:CC',
  warnings: ['The page answers on this machine alone.'],
}

describe('lares setup', () => {
  it('shows the link in a line of its own, what else leads there, and what is wrong', () => {
    const lines = setupPage(told, false).split('\n')
    expect(lines).toContain('  https://192.168.1.5:8443/#setup=abc')
    expect(lines).toContain('  or: https://10.0.0.5:8443/#setup=abc')
    expect(lines).toContain('The page answers on this machine alone.')
    expect(lines.join('\n')).toContain('It is good once, for 1 h.')
    expect(lines).toContain('  AA:BB:CC')
    expect(lines.join('\n')).not.toContain('█')
  })

  it('shows a code for a phone on a terminal', () => {
    expect(setupPage(told, true)).toContain('█')
  })
})
