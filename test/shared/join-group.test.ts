import { describe, expect, it } from 'vitest'
import { howToJoinGroup } from '../../shared/join-group.ts'

describe('how an account gets what a group may', () => {
  it('is a command for one with a name', () => {
    expect(howToJoinGroup('gpio', 'lares')).toBe(
      'Add its account to the group: sudo usermod -aG gpio lares, then start the agent again.',
    )
  })

  it('is no usermod for one without: it has nothing to call it by', () => {
    const words = howToJoinGroup('gpio', null)
    expect(words).not.toContain('usermod')
    expect(words).toContain('--group-add')
    expect(words).toContain('getent group gpio')
  })
})
