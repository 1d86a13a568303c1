import type { Mutation } from './mutation.ts'

const QUEUE = 'hub/voice/taker-queue.ts'
const CLIP = 'hub/voice/clip-file.ts'
const QUEUE_TEST = 'test/hub/voice/taker-queue.test.ts'
const TAKERS_TEST = 'test/hub/voice/takers.test.ts'
const CLIP_TEST = 'test/hub/voice/clip-file.test.ts'

/** Who takes the sound of a turn, and what becomes of it when they are slow or fail. */
export const VOICE: readonly Mutation[] = [
  {
    without: 'a bound of what waits for a taker',
    file: QUEUE,
    text: 'if (this.waitingMs <= waitingMs) return',
    becomes: 'return',
    test: { file: QUEUE_TEST, name: 'and takes nothing of half an hour holds no more than its bound' },
  },
  {
    without: 'telling a taker what it missed',
    file: QUEUE,
    text: 'gap = joined(gap, asGap(piece))',
    becomes: "gap = joined(gap, piece.kind === 'gap' ? piece : gap)",
    test: { file: QUEUE_TEST, name: 'misses the oldest when that is its rule, and is told how much' },
  },
  {
    without: 'a least weight of a piece',
    file: QUEUE,
    text: 'Math.max(samplesOf(piece), LEAST_SAMPLES)',
    becomes: 'samplesOf(piece)',
    test: { file: QUEUE_TEST, name: 'cannot be filled with pieces that hold next to nothing' },
  },
  {
    without: 'knowing that the end was heard',
    file: QUEUE,
    text: '  #finish(end: SoundEnd): void {\n    if (this.#over) return\n',
    becomes: '  #finish(end: SoundEnd): void {\n',
    test: { file: QUEUE_TEST, name: 'the end is heard exactly once, no sound is out of place' },
  },
  {
    without: 'a bound of the time after a turn',
    file: QUEUE,
    text: 'this.#cancelDrain = clock.after(drainMs,',
    becomes: 'this.#cancelDrain = clock.after(1e12,',
    test: { file: QUEUE_TEST, name: 'is heard by a taker that hangs when its time to finish is over' },
  },
  {
    without: 'catching what a taker throws',
    file: QUEUE,
    text: '    } catch (error) {\n      this.#fail(error)\n',
    becomes: '    } catch (error) {\n      throw error\n',
    test: { file: TAKERS_TEST, name: 'is contained and named when it throws, and the file has everything' },
  },
  {
    without: 'counting what came after a taker had failed',
    file: QUEUE,
    text: "      this.#count('dropped', piece)\n      return\n",
    becomes: '      return\n',
    test: { file: QUEUE_TEST, name: 'has given up when that is its rule' },
  },
  {
    without: 'telling takers that still work that the hub stops',
    file: 'hub/voice/turn-recorder.ts',
    text: '      turn.stop()\n      return turn.left\n',
    becomes: '      return Promise.resolve(turn)\n',
    test: { file: TAKERS_TEST, name: 'open, ending or just over when the hub stops' },
  },
  {
    without: 'finishing recordings when the hub stops',
    file: CLIP,
    text: 'drainsAtStop: true',
    becomes: 'drainsAtStop: false',
    test: { file: CLIP_TEST, name: 'is finished when the hub stops' },
  },
  {
    without: 'an answer while the disk is still busy with a recording that was given up',
    file: CLIP,
    text: "    if (end === 'behind') this.#settle(null)\n",
    becomes: '',
    test: { file: CLIP_TEST, name: 'nobody waits longer, and no file is left' },
  },
  {
    without: 'taking back the file of a recording that was given up',
    file: CLIP,
    text: "if (end === 'behind' || end === 'failed') await this.#discard()",
    becomes: "if (end === 'behind' || end === 'failed') return",
    test: { file: CLIP_TEST, name: 'nothing waits for it, and no file is left' },
  },
  {
    without: 'an end of the writing of a file that was abandoned',
    file: 'hub/voice/wav-file.ts',
    text: "    if (this.#abandoned) throw new Error('the file was abandoned')\n",
    becomes: '',
    test: { file: 'test/hub/voice/wav-file.test.ts', name: 'that is abandoned within a long silence writes no more' },
  },
]
