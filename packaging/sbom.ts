// What the bundle is made of, for programs (a software bill of materials, CycloneDX 1.6).
import { FromNodePackageJson, License } from '@cyclonedx/cyclonedx-library/Contrib'
import { ComponentType } from '@cyclonedx/cyclonedx-library/Enums'
import { Bom, Component, ExternalReferenceRepository, LicenseRepository } from '@cyclonedx/cyclonedx-library/Models'
import { JSON as CycloneDxJson, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import { PackageURL } from 'packageurl-js'
import parseSpdx from 'spdx-expression-parse'
import type { BundledPackage, Manifest } from './contents.ts'

const isSpdx = (expression: string): boolean => {
  try {
    return Boolean(parseSpdx(expression))
  } catch {
    return false
  }
}
const licences = new License.Factories.LicenseFactory(isSpdx)
const references = new FromNodePackageJson.Factories.ExternalReferenceFactory()

/** The bill of materials as JSON. It names no moment and no serial number, so that the same sources give the same bytes. */
export function sbom(product: Manifest, packages: readonly BundledPackage[]): string {
  const bom = new Bom()
  const root = componentOf(product, ComponentType.Application)
  bom.metadata.component = root
  for (const each of packages) {
    const component = componentOf(each.manifest, ComponentType.Library)
    bom.components.add(component)
    root.dependencies.add(component.bomRef)
  }
  const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

function componentOf(manifest: Manifest, type: ComponentType): Component {
  const { name, version, license, description } = manifest
  const [, group, ownName = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? []
  return new Component(type, ownName, {
    version,
    bomRef: `${name}@${version}`,
    purl: new PackageURL('npm', group, ownName, version, undefined, undefined).toString(),
    ...(group ? { group } : {}),
    ...(description ? { description } : {}),
    licenses: new LicenseRepository(license ? [licences.makeFromString(license)] : []),
    externalReferences: new ExternalReferenceRepository(references.makeExternalReferences(manifest)),
  })
}
