// What the bundle has in place of the package `debug`, which dependencies ask for lines that nobody reads: the same of Node.js
// itself, which NODE_DEBUG turns on by name (`NODE_DEBUG=koa-router`).
export { debuglog as default } from 'node:util'
