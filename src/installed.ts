/** Whether this runs from the package: a checkout runs TypeScript, the package is JavaScript that was made of it. */
export const IS_INSTALLED = !import.meta.url.endsWith('.ts')
