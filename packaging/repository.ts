/**
 * Where everybody finds this project, such as `https://github.com/example/qcgate`; empty until its owners give it. README, the
 * package's fields and README, server.json and the labels of the image are made from it, and say nothing while it is empty.
 */
export const REPOSITORY: string = ''
