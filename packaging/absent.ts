// What the bundle has in place of a package that would be taken from whatever node_modules lies above it, if one does. Whoever asks
// for it does without (`debug`, for colours).
export {}
