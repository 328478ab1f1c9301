#!/usr/bin/env node
// What `qcgate` starts. In words that every Node.js ever made can read, since the first task is to tell an old one.
'use strict'

if (parseInt(process.versions.node, 10) < 24) {
  console.error(
    'qcgate needs Node.js 24 or later, and this is ' +
      process.version +
      '. Install it from https://nodejs.org and try again.'
  )
  process.exitCode = 2
} else {
  // `node:sqlite` works, and still announces itself as experimental: no news to whoever runs this.
  var emitWarning = process.emitWarning
  process.emitWarning = function (warning) {
    if (!/^SQLite is an experimental feature/.test(warning)) emitWarning.apply(process, arguments)
  }
  require('./dist/main.js')
}
