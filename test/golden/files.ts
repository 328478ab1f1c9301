// What is generated from the catalogue and kept in the repository, so that a reviewer sees what a change does to what models
// and people read: a golden file per tool, and docs/tools.md. `npm run catalogue` writes them anew.
import { findTool, toolList } from '../../src/resource-server/tools/catalog.ts'
import { toolsPage } from './tools-page.ts'

/** Every generated file by its path in the repository, with its contents. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...toolList().map((tool) => [`test/golden/tools/${tool.name}.json`, `${JSON.stringify(tool, null, 2)}\n`] as const),
    ['docs/tools.md', toolsPage(toolList(), (name) => findTool(name)?.risk ?? '')] as const,
  ])
