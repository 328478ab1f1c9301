// How QuantConnect numbers its users.

/** Whether a text is a QuantConnect user id, in the one spelling that one has: no leading zeros. */
export const isUserId = (text: string): boolean => /^[1-9]\d{0,11}$/.test(text)
