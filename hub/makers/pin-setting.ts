import { z } from 'zod'
import { readPin } from './key-pin.ts'

/** The only key that a broker may show, as a person writes it. */
export const pinSetting = z
  .string()
  .refine((text) => readPin(text) !== null, 'is no SHA-256 of a public key: 64 hexadecimal digits, or base64')
  .transform((text) => readPin(text) ?? '')
