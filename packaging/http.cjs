// Node.js's `http`, asked for as an object. To import it as a module reads every name in it, and three of them are `fetch` with all that
// belongs to it, which takes longer than to load anything else.
module.exports = process.getBuiltinModule('node:http')
