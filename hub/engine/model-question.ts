/** Something that whoever answers may have done. */
export interface AnswerTool {
  name: string
  description: string
  /** JSON schema of an object. */
  parameters: Readonly<Record<string, unknown>>
}

/** What is to be done, as it was written: `text` may be anything and is not trusted. */
export interface ToolCall {
  id: string
  name: string
  text: string
}

/** One piece of a conversation, the oldest first. */
export type ChatMessage =
  | { role: 'system' | 'user'; text: string }
  | { role: 'assistant'; text: string; calls?: readonly ToolCall[] }
  | { role: 'tool'; call: ToolCall; text: string }

/** What is asked of a model for something that no sentence means. */
export interface ModelQuestion {
  messages: readonly ChatMessage[]
  tools: readonly AnswerTool[]
  /** As `en`. */
  language: string
  mostSentences: number
  /** Engines that are to be asked before others, by their keys. */
  prefer: readonly string[]
}
