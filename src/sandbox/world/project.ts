// What is kept of a project: its files, who else may see it, and which machines it may use.

export interface ProjectFile {
  readonly id: number
  name: string
  content: string
  modified: number
}

export interface Project {
  readonly projectId: number
  name: string
  description: string
  readonly language: 'Py' | 'C#'
  readonly created: number
  modified: number
  files: ProjectFile[]
}

export interface Collaboration {
  readonly projectId: number
  readonly uid: number
  readonly write: boolean
  readonly liveControl: boolean
}

/** The nodes that a project is limited to. A project that is absent here lets the service choose. */
export interface NodeChoice {
  readonly projectId: number
  readonly nodes: readonly string[]
}
