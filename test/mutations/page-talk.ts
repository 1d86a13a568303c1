import type { Mutation } from './mutation.ts'

const HEAR = 'test/hub/web/hear-route.test.ts'
const FILES = 'test/hub/web/files-route.test.ts'
const SPEECH = 'test/hub/talk/page-speech.test.ts'
const TALK = 'test/cli/talk-at-terminal.test.ts'

/** Talking to the house at the page and at a terminal. */
export const PAGE_TALKED: readonly Mutation[] = [
  {
    without: 'hearing one sentence at a time of each login at the page',
    file: 'hub/web/hear-route.ts',
    text: 'if (underWay.has(login)) throw',
    becomes: "if (underWay.has('')) throw",
    endless: true,
    test: { file: HEAR, name: 'one at a time for each login' },
  },
  {
    without: 'a bound on the sound of a sentence at the page',
    file: 'hub/web/hear-route.ts',
    text: 'if (bytes > LONGEST_BYTES)',
    becomes: 'if (bytes < 0)',
    test: { file: HEAR, name: 'has thirty seconds at most' },
  },
  {
    without: 'giving up a sentence at the page of whoever loses the right to it',
    file: 'hub/web/hear-route.ts',
    text: 'AbortSignal.any([cut, left.signal])',
    becomes: 'AbortSignal.any([left.signal]); void cut',
    endless: true,
    test: { file: HEAR, name: 'once the rights of whoever speaks are taken' },
  },
  {
    without: 'using a ticket for what it was handed out for alone',
    file: 'hub/web/shown-ticket.ts',
    text: 'isFor(ticket.content) && ',
    becomes: '',
    endless: true,
    test: { file: FILES, name: 'a way for sound brings no bytes' },
  },
  {
    without: 'a bound on what pages have heard and spoken at once',
    file: 'hub/talk/page-speech.ts',
    text: 'if (this.#underWay >= AT_ONCE)',
    becomes: 'if (this.#underWay < 0)',
    test: { file: SPEECH, name: 'two at once' },
  },
  {
    without: 'letting the next in at the page once one was heard',
    file: 'hub/talk/page-speech.ts',
    text: 'this.#underWay -= 1\n',
    becomes: '',
    test: { file: SPEECH, name: 'whoever comes then may try again' },
  },
  {
    without: 'ending an engine that takes too long for the page',
    file: 'hub/talk/page-speech.ts',
    text: 'Promise.race([run(until), late])',
    becomes: 'Promise.race([run(until)])',
    test: { file: SPEECH, name: 'waits for none of them for ever' },
  },
  {
    without: 'a bound on what a voice speaks for the page',
    file: 'hub/talk/page-speech.ts',
    text: 'if (samples > LONGEST_S * rate)',
    becomes: 'if (samples < 0)',
    test: { file: SPEECH, name: 'no voice goes on for ever' },
  },
  {
    without: 'another connection after the hub was away while somebody talks at a terminal',
    file: 'cli/talk-at-terminal.ts',
    text: 'if (client === fresh) client = null',
    becomes: 'void fresh',
    test: { file: TALK, name: 'the hub was away between two sentences' },
  },
]
