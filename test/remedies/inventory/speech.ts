import type { Inventory } from './entry.ts'

const COMMAND = 'test/speech/voice-command.test.ts'
const FOLDER = 'test/speech/speech-folder.test.ts'
const VOICES = 'test/speech/program-voice.test.ts'

/** The remedies of speech/. */
export const SPEECH: Inventory = {
  'speech/': {
    'Look whether it runs there: lares voice try shows what it does.': {
      because: 'test/speech/wyoming.test.ts has servers that fail, and then what its remedy says',
    },
    'Choose another address: wyoming below [voice] in hub.toml.': {
      because: 'test/speech/wyoming-server.test.ts has one that is taken, and then another',
    },
    'There are base and tiny.': COMMAND,
    'There are en and de.': COMMAND,
    'Leave --language out for English.': COMMAND,
    'Name that of the hub: --data DIR.': COMMAND,
    'On a machine with a network: npm pack …@…; then bring the': [COMMAND],
    'Wait until it has ended, and look: lares voice list.': COMMAND,
    'A Raspberry Pi needs a 64-bit system (uname -m says aarch64).': COMMAND,
    'Run the same command again: it goes on where it stopped.': [FOLDER, FOLDER],
    'It was thrown away. Run the same command again; where that': FOLDER,
    'It begins with https://, as npm config get registry prints it.': FOLDER,
    'sudo apt-get install …': VOICES,
    'Free space there, and run it again. Nothing was changed.': {
      because: 'it takes a disk with less than 250 MB; what counts the room is that of a backup that is unpacked',
    },
    'To have it all the same: lares voice install --size tiny.': {
      because: 'it takes a machine that is too slow; which size is taken is tested for every speed',
    },
    'Fetch it anew: lares voice remove, then lares voice install.': {
      because: 'a model whose sum is right understands; test/end-to-end/voice-install.test.ts has one that was changed',
    },
    'Look at it with lares voice doctor.': {
      because: 'test/end-to-end/voice-install.test.ts has a doctor that says what is damaged, and mends it',
    },
  },
}
