const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'

/** Five bits a letter, from the browser's source of chance. */
export function randomText(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => LETTERS[byte % 32]).join('')
}
