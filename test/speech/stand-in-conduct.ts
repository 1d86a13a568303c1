/** What a stand-in for the process that runs a model does with a sentence: its first sample says it. */
export const CONDUCT = { answers: 1, dies: 2, hangs: 3, fails: 4, grows: 5 } as const
