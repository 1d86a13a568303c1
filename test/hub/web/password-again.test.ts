import { describe, expect, it } from 'vitest'
import { FailedLogins } from '../../../hub/web/failed-logins.ts'
import { LoginLimits } from '../../../hub/web/login-limits.ts'
import { askPasswordAgain } from '../../../hub/web/password-again.ts'
import { ManualClock } from '../../../shared/clock.ts'

const ADA = { kind: 'person', user: 'ada', address: '192.168.1.20' } as const

function door({ hash = 'right' }: { hash?: string | null } = {}) {
  const clock = new ManualClock()
  const noted: unknown[] = []
  const parts = {
    passwordOfUser: async (user: string) => (user === 'ada' ? { email: 'ada@example.org', hash } : null),
    limits: new LoginLimits(clock),
    failed: new FailedLogins(clock, (login) => noted.push(login)),
    verify: async (password: string, known: string | null) => password === known,
  }
  return {
    noted,
    ask: (caller: Parameters<typeof askPasswordAgain>[0], password?: string) =>
      askPasswordAgain(caller, password, parts),
  }
}

describe('the password that is asked for again', () => {
  it('lets in who knows it, and who opens the socket of the machine, who has none', async () => {
    const { ask, noted } = door()
    await ask(ADA, 'right')
    await ask({ kind: 'local', user: null, address: 'local' })
    expect(noted).toEqual([])
  })

  it('refuses a wrong one and notes it, and makes whoever guesses wait', async () => {
    const { ask, noted } = door()
    await expect(ask(ADA, 'wrong')).rejects.toMatchObject({
      code: 'bad_login',
      hint: 'Look whether capitals are locked.',
    })
    expect(noted).toEqual([{ user: 'ada', address: '192.168.1.20', times: 1 }])
    for (let at = 0; at < 4; at += 1) await ask(ADA, 'wrong').catch(() => {})
    await expect(ask(ADA, 'right')).rejects.toMatchObject({ code: 'too_many_tries' })
  })

  it.each([undefined, ''])('says that it is wanted where there is none: %j', async (password) => {
    await expect(door().ask(ADA, password)).rejects.toMatchObject({
      code: 'bad_params',
      hint: 'Type the password that you log in at the page with.',
    })
  })

  it.each([
    ['a program', { ...ADA, kind: 'program' }, 'right'],
    ['an integration', { ...ADA, kind: 'integration' }, 'right'],
    ['somebody who is no more', { ...ADA, user: 'paul' }, 'right'],
    ['an account without one', ADA, null],
  ] as const)('refuses %s', async (_who, caller, hash) => {
    await expect(door({ hash }).ask(caller, 'right')).rejects.toMatchObject({
      code: 'forbidden',
      hint: 'Log in at the page as an administrator, or do it on the machine of the hub with sudo lares.',
    })
  })
})
