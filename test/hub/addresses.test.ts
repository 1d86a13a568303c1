import { describe, expect, it } from 'vitest'
import { advertisedAddresses } from '../../hub/addresses.ts'
import { readHubConfig } from '../../hub/config.ts'

function config(tls: string, advertise: string[] = []) {
  const defaults = readHubConfig(undefined)
  return { ...defaults, listen: { ...defaults.listen, tls }, advertise }
}

const refused = () => {
  throw Object.assign(new Error('uv_interface_addresses returned Unknown system error 97'), {
    code: 'ERR_SYSTEM_ERROR',
  })
}

describe('the addresses of an invitation', () => {
  it('are asked of the machine only where nothing else says them', () => {
    expect(advertisedAddresses(config('0.0.0.0:8883', ['hub.lan:8883']), 8883, refused)).toEqual(['hub.lan:8883'])
    expect(advertisedAddresses(config('127.0.0.1:0'), 4711, refused)).toEqual(['127.0.0.1:4711'])
  })

  it('can be given by hand where the machine does not tell them', () => {
    let thrown: unknown
    try {
      advertisedAddresses(config('0.0.0.0:8883'), 8883, refused)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'no_addresses', hint: expect.stringContaining('advertise = [') })
  })
})
