import { expect, it } from 'vitest'
import { splitAddress } from '../../shared/address.ts'

it.each([
  ['127.0.0.1:8883', '127.0.0.1', 8883],
  ['localhost:0', 'localhost', 0],
  ['[::1]:1883', '::1', 1883],
  ['[::]:8443', '::', 8443],
])('%s is %s and %s', (text, host, port) => {
  expect(splitAddress(text)).toEqual({ host, port })
})
