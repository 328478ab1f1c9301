/** Answers of others, read as loosely as a client without types reads them. */
// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is looked into by the test that knows it
export type Json = any
