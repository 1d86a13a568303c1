/** What the page says of its microphone, in English. */
export const microphoneEn = {
  speak: 'Speak',
  stop: 'That was it',
  listening: 'Listening …',
  heardNothing: 'No word was understood. Say it again, closer to the microphone.',
  none: 'This browser gives no microphone to this page.',
  refused: 'The browser does not let this page use the microphone: allow it beside the address, and press again.',
  missing: 'The browser finds no microphone.',
  failed: 'The microphone could not be used. Does another program have it?',
}

export type MicrophoneWords = typeof microphoneEn
