import type { Variable } from '../src/config.ts'

/** A variable as server.json describes it (`KeyValueInput` of its schema). */
interface RegistrySetting {
  readonly name: Variable
  readonly description: string
  readonly format: 'string' | 'number' | 'filepath'
  readonly default?: string
  readonly placeholder?: string
  readonly choices?: readonly string[]
  readonly isSecret?: true
}

/** The variables that somebody sets who starts the program from the registry. None is required. */
export const SETTINGS_OF_REGISTRY: readonly RegistrySetting[] = [
  { name: 'PORT', description: 'The port where it listens', format: 'number', default: '3000' },
  {
    name: 'PUBLIC_URL',
    description: 'The origin that people and clients use, when that is not this machine; https and no path',
    format: 'string',
    placeholder: 'https://qcgate.example.com',
  },
  {
    name: 'REDIS_URL',
    description: 'A Redis that several processes share; without it the store is a file below DATA_DIR',
    format: 'string',
    placeholder: 'redis://:PASSWORD@redis.internal:6379/0',
    isSecret: true, // it may hold a password
  },
  { name: 'DATA_DIR', description: "The store's folder; a folder of this user's without it", format: 'filepath' },
  { name: 'KEYS_DIR', description: "The keys' folder; beside the store without it", format: 'filepath' },
  {
    name: 'ALLOWED_USERS',
    description: 'QuantConnect user ids that may use it, comma-separated; everybody without it',
    format: 'string',
    placeholder: '123456,234567',
  },
  {
    name: 'SANDBOX',
    description: 'The built-in stand-in for QuantConnect; on where PUBLIC_URL is this machine',
    format: 'string',
    choices: ['on', 'off'],
  },
]
