import { describe, expect, it } from 'vitest'
import { readPin } from '../../../hub/makers/key-pin.ts'

const HEX = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1ff'
const BYTES = Buffer.from(HEX, 'hex')

describe('a pin as a person writes it', () => {
  it.each([
    HEX,
    ` ${HEX.toUpperCase()} `,
    BYTES.toString('hex').replace(/..(?!$)/g, '$&:'),
    BYTES.toString('base64'),
    BYTES.toString('base64url'),
    `sha256//${BYTES.toString('base64')}`,
    `SHA256:${HEX}`,
    `sha256/${BYTES.toString('base64')}`,
  ])('%s is read', (text) => {
    expect(readPin(text)).toBe(HEX)
  })

  it.each(['', HEX.substring(1), `${HEX}0`, BYTES.subarray(1).toString('base64'), 'the key', HEX.replace('0', 'g')])(
    '%j is none',
    (text) => {
      expect(readPin(text)).toBeNull()
    },
  )
})
